use crate::diag::{Code, Level, Suite};
use crate::rules::{ChannelView, Check, Findings, Rule};

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

/// `opm` refuses a channel with two heads, and OLM cannot tell which one to install.
fn check(view: &ChannelView<'_>, out: &mut Findings<'_>) {
    let heads = view.graph.heads();
    let [_, others @ ..] = heads.as_slice() else { return }; // none at all is `no-channel-head`
    if others.is_empty() {
        return;
    }
    let names: Vec<_> = heads.iter().map(|head| format!("`{head}`")).collect();
    let message = format!("channel `{}` has {} heads: {}", view.channel.name, heads.len(), names.join(", "));
    let finding = out.report(view.place().key("entries"), message);
    for head in &heads {
        finding.label(view.entry_place(head), "nothing replaces or skips this entry");
    }
    finding.help("let the newest entry replace or skip the others");
}
