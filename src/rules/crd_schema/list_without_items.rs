use crate::crd::FlawKind;
use crate::diag::{Code, Level, Suite};
use crate::rules::crd_schemas::report;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "list-without-items",
        summary: "a schema does not say what the elements of a list are",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("list_without_items.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    report(view, out, FlawKind::Items, "add `items` with the schema of one element");
}
