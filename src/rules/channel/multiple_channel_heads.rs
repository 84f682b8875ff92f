use crate::catalog::Graph;
use crate::diag::{Code, Level, Suite};
use crate::rules::{ChannelView, Check, Findings, Rule, names};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "multiple-channel-heads",
        summary: "a channel has more than one head",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("multiple_channel_heads.md"),
    },
    check: Check::Channel(check),
};

/// `opm` refuses a channel with two heads, and OLM v0 cannot tell which one to install.
fn check(view: &ChannelView<'_>, out: &mut Findings<'_>) {
    let Some(heads) = view.graph().map(Graph::heads).filter(|heads| heads.len() > 1) else { return };
    let message =
        format!("{} has {} heads: {}", view.title(), heads.len(), names::list(heads.iter().copied()));
    let finding = out.report(view.place().key("entries"), message);
    for head in &heads {
        finding.label(view.entry_place(head), "nothing replaces or skips this entry");
    }
    finding.help("let the newest entry replace or skip the others");
}
