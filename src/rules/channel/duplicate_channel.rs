use crate::diag::{Code, Level, Suite};
use crate::rules::{ChannelView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "duplicate-channel",
        summary: "a channel of a package is defined more than once",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("duplicate_channel.md"),
    },
    check: Check::Channel(check),
};

/// `opm` refuses a second channel of the same name in a package.
fn check(view: &ChannelView<'_>, out: &mut Findings<'_>) {
    let channel = view.channel;
    let channels = view.catalog.channels(&channel.package);
    let Some(first) = channels.iter().find(|other| other.name == channel.name) else { return };
    if channel.name.is_empty() || std::ptr::eq(*first, channel) {
        return;
    }
    let message =
        format!("channel `{}` of package `{}` is defined more than once", channel.name, channel.package);
    out.report(view.place().key("name"), message)
        .label(first.origin.key("name"), "first defined here")
        .help("merge the entries into one `olm.channel` blob");
}
