use crate::crd::cel::Kind;
use crate::diag::{Code, Level, Suite};
use crate::rules::cel_faults::report;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-cel-rule",
        summary: "the API server cannot compile a rule in CEL",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_cel_rule.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    report(view, Kind::Invalid, out);
}
