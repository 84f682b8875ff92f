use crate::crd::FlawKind;
use crate::diag::{Code, Level, Suite};
use crate::rules::crd_schemas::report;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-schema-type",
        summary: "a schema is of a type that Kubernetes does not have",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_schema_type.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    report(view, out, FlawKind::Type, "write `type: object`");
}
