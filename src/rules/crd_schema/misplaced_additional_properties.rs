use crate::crd::FlawKind;
use crate::diag::{Code, Level, Suite};
use crate::rules::crd_schemas::report;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "misplaced-additional-properties",
        summary: "a schema has `additionalProperties` where they cannot be",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("misplaced_additional_properties.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    report(view, out, FlawKind::AdditionalProperties, "remove it: unknown fields are dropped without it");
}
