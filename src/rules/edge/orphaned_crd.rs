use crate::diag::{Code, Level, Suite};
use crate::rules::{Check, EdgeView, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "orphaned-crd",
        summary: "a CRD of the older bundle is not in the newer one",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("orphaned_crd.md"),
    },
    check: Check::Edge(check),
};

/// OLM never deletes a CRD, so its objects stay, and nobody acts on them.
fn check(view: &EdgeView<'_>, out: &mut Findings<'_>) {
    if view.upgrade.to.csv().is_none() {
        return; // its manifests are not known
    }
    for crd in view.upgrade.removed_crds() {
        let message = format!("CRD `{}` is gone, and its objects stay without an operator", crd.name());
        out.report(view.upgrade.to.place(), message)
            .help("keep the CRD in the bundle, or tell users to delete its objects first");
    }
}
