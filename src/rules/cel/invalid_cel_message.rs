use crate::crd::cel::Kind;
use crate::diag::{Code, Level, Suite};
use crate::rules::cel_faults::report;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-cel-message",
        summary: "a rule in CEL has no message that the API server takes",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_cel_message.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    report(view, Kind::Message, out);
}
