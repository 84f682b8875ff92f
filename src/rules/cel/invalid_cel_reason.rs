use crate::crd::cel::Kind;
use crate::diag::{Code, Level, Suite};
use crate::rules::cel_faults::report;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-cel-reason",
        summary: "the reason or path of a rule in CEL is none that the API server takes",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_cel_reason.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    report(view, Kind::Reason, out);
}
