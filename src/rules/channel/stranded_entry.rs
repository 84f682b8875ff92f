use crate::diag::{Code, Level, Suite};
use crate::rules::{ChannelView, Check, Findings, Rule, names};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "stranded-entry",
        summary: "an entry has no way to the head of its channel",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("stranded_entry.md"),
    },
    check: Check::Channel(check),
};

/// `opm` wants every entry on the chain of `replaces` from the head, or skipped by some entry.
fn check(view: &ChannelView<'_>, out: &mut Findings<'_>) {
    let Some(graph) = view.graph() else { return };
    let [head] = graph.heads()[..] else { return };
    let chain = graph.chain(head);
    let stranded = graph.stranded(&chain);
    if chain.cycle.is_some() || stranded.is_empty() {
        return; // the chain ends too early: `replaces-cycle`
    }
    let message = format!(
        "{} strands {}, which cannot reach head `{head}`",
        view.title(),
        names::list(stranded.iter().copied())
    );
    let finding = out.report(view.place().key("entries"), message);
    for name in &stranded {
        finding.label(view.entry_place(name), "stranded");
    }
    finding.help(format!(
        "let `{head}` skip what is stranded, or an entry on its chain of `replaces` replace the newest of it"
    ));
}
