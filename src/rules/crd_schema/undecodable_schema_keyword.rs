use crate::crd::FlawKind;
use crate::diag::{Code, Level, Suite};
use crate::rules::crd_schemas::report;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "undecodable-schema-keyword",
        summary: "a keyword of a schema has a value that Kubernetes cannot read",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("undecodable_schema_keyword.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    report(view, out, FlawKind::Undecodable, "write a value of the type that the keyword has");
}
