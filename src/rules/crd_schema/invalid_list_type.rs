use crate::crd::FlawKind;
use crate::diag::{Code, Level, Suite};
use crate::rules::crd_schemas::report;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-list-type",
        summary: "a schema does not say what tells the elements of a list apart",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_list_type.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    report(view, out, FlawKind::ListType, "see `x-kubernetes-list-type` in the documentation of Kubernetes");
}
