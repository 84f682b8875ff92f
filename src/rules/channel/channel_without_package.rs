use crate::diag::{Code, Level, Suite};
use crate::rules::{ChannelView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "channel-without-package",
        summary: "a channel names no package",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("channel_without_package.md"),
    },
    check: Check::Channel(check),
};

/// For `opm` an empty name is one more unknown package.
fn check(view: &ChannelView<'_>, out: &mut Findings<'_>) {
    if view.channel.package.is_empty() {
        out.report(view.place().clone(), format!("{} has no package", view.title())).help("add `package`");
    }
}
