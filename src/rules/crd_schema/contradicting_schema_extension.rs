use crate::crd::FlawKind;
use crate::diag::{Code, Level, Suite};
use crate::rules::crd_schemas::report;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "contradicting-schema-extension",
        summary: "extensions of Kubernetes in a schema contradict it",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("contradicting_schema_extension.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    report(view, out, FlawKind::Extension, "remove one of them");
}
