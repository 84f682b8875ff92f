use crate::crd::cel::Kind;
use crate::diag::{Code, Level, Suite};
use crate::rules::cel_faults::report;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unusable-cel-transition",
        summary: "a rule in CEL uses the old value of something that has none",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unusable_cel_transition.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    report(view, Kind::Transition, out);
}
