use crate::crd::cel::Kind;
use crate::diag::{Code, Level, Suite};
use crate::rules::cel_faults::report;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unknown-cel-field",
        summary: "a rule in CEL names a field that the schema does not have",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unknown_cel_field.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    report(view, Kind::UnknownField, out);
}
