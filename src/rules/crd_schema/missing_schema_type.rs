use crate::crd::FlawKind;
use crate::diag::{Code, Level, Suite};
use crate::rules::crd_schemas::report;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-schema-type",
        summary: "a schema does not say of what type a value is",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("missing_schema_type.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    report(
        view,
        out,
        FlawKind::MissingType,
        "add `type`, or `x-kubernetes-preserve-unknown-fields: true` for any value",
    );
}
