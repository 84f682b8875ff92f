use crate::crd::FlawKind;
use crate::diag::{Code, Level, Suite};
use crate::rules::crd_schemas::report;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-schema-default",
        summary: "a default in a schema is one that cannot be",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_schema_default.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    report(view, out, FlawKind::Default, "write a default that the schema takes");
}
