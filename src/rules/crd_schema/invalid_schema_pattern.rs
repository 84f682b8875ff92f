use crate::crd::FlawKind;
use crate::diag::{Code, Level, Suite};
use crate::rules::crd_schemas::report;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-schema-pattern",
        summary: "the pattern of a schema is none that Go can compile",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_schema_pattern.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    report(
        view,
        out,
        FlawKind::Pattern,
        "write it in the syntax of Go (RE2), which has no look-around and no backreference",
    );
}
