use crate::diag::{Code, Level, Suite};
use crate::rules::{ChannelView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "replaces-cycle",
        summary: "the replaces of a channel go in a circle",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("replaces_cycle.md"),
    },
    check: Check::Channel(check),
};

/// `opm` walks the chain from the head and refuses it when an entry comes again.
fn check(view: &ChannelView<'_>, out: &mut Findings<'_>) {
    let Some(graph) = view.graph() else { return };
    let [head] = graph.heads()[..] else { return };
    let Some(cycle) = graph.chain(head).cycle else { return };
    let path: Vec<_> = cycle.iter().map(|name| format!("`{name}`")).collect();
    let message = format!("the replaces of {} go in a circle: {}", view.title(), path.join(" -> "));
    // The first and the last of the cycle are the same entry, and the one before the last closes it.
    let closing = cycle[cycle.len() - 2];
    let finding = out.report(view.entry_place(closing).key("replaces"), message);
    for name in &cycle[..cycle.len() - 2] {
        finding.label(view.entry_place(name).key("replaces"), format!("`{name}` replaces the next one"));
    }
    finding.help(format!("let `{closing}` replace an older entry, or none"));
}
