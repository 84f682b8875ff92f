use crate::crd::FlawKind;
use crate::diag::{Code, Level, Suite};
use crate::rules::crd_schemas::report;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "restricted-metadata",
        summary: "a schema restricts `metadata`, `kind` or `apiVersion`",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("restricted_metadata.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    report(view, out, FlawKind::Metadata, "write `metadata: {type: object}`");
}
