use crate::diag::{Code, Level, Suite};
use crate::rules::{ChannelView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "empty-channel",
        summary: "a channel has no entries",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("empty_channel.md"),
    },
    check: Check::Channel(check),
};

/// `opm` wants at least one bundle in each channel.
fn check(view: &ChannelView<'_>, out: &mut Findings<'_>) {
    if view.channel.entries().is_empty() {
        let message = format!("{} has no entries", view.title());
        out.report(view.place().key("entries"), message).help("add an entry, or remove the channel");
    }
}
