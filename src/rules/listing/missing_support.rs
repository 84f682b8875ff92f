use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-support",
        summary: "a CSV does not say who supports the operator",
        suite: Suite::Community,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("missing_support.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(csv) = &view.contents.csv else { return };
    if view.contents.annotation("support").is_none_or(|at| at.value.text().trim().is_empty()) {
        let place = csv.place().key("metadata").key("annotations").key("support");
        out.report(place, "no annotation `support`").help("name who supports the operator");
    }
}
