use crate::diag::{Code, Level, Suite};
use crate::rules::{ChannelView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "channel-without-name",
        summary: "a channel has no name",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("channel_without_name.md"),
    },
    check: Check::Channel(check),
};

/// `opm` refuses a channel without a name.
fn check(view: &ChannelView<'_>, out: &mut Findings<'_>) {
    if view.channel.name.is_empty() {
        out.report(view.place().clone(), "a channel has no name").help("add `name`");
    }
}
