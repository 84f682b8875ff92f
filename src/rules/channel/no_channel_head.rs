use crate::diag::{Code, Level, Suite};
use crate::rules::{ChannelView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "no-channel-head",
        summary: "every entry of a channel is replaced or skipped",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("no_channel_head.md"),
    },
    check: Check::Channel(check),
};

/// `opm` refuses a channel without head; an edge to oneself counts.
fn check(view: &ChannelView<'_>, out: &mut Findings<'_>) {
    if view.graph().is_none_or(|graph| !graph.heads().is_empty()) {
        return;
    }
    let message = format!("{} has no head: every entry is replaced or skipped", view.title());
    let finding = out.report(view.place().key("entries"), message);
    for entry in view.channel.entries() {
        if entry.replaces == entry.name || entry.skips.contains(&entry.name) {
            finding.label(view.entry_place(&entry.name), "this entry replaces or skips itself");
        }
    }
    finding.help("let no entry replace or skip the newest one");
}
