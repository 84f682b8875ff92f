use crate::crd::FlawKind;
use crate::diag::{Code, Level, Suite};
use crate::rules::crd_schemas::report;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unknown-required-field",
        summary: "a schema requires a field that it does not have",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("unknown_required_field.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    report(view, out, FlawKind::UnknownField, "describe the field, or do not name it");
}
