use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "pruning-skip-range",
        summary: "a CSV has a skip range and replaces nothing",
        suite: Suite::Community,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("pruning_skip_range.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(at) = view.contents.annotation("olm.skipRange") else { return };
    if view.contents.text(&["replaces"]).is_empty() && view.contents.list(&["skips"]).next().is_none() {
        let finding = out.report(at.place(), "a skip range alone takes older versions out of the channel");
        finding.help("add `spec.replaces`, or build the catalog from a template");
    }
}
