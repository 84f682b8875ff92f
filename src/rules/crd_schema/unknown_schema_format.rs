use crate::crd::FlawKind;
use crate::diag::{Code, Level, Suite};
use crate::rules::crd_schemas::report;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unknown-schema-format",
        summary: "a schema has a format that nobody checks",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("unknown_schema_format.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    report(view, out, FlawKind::Format, "use a format that Kubernetes knows, or a pattern");
}
