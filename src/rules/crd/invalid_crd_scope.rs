use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-crd-scope",
        summary: "the scope of a CRD is neither `Namespaced` nor `Cluster`",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_crd_scope.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for crd in &view.contents.crds {
        let scope = crd.spec.text(&["scope"]);
        // In v1beta1 it is `Namespaced` unless somebody says otherwise.
        let is_default = crd.is_beta && scope.is_empty();
        if !is_default && !["Namespaced", "Cluster"].contains(&scope) {
            let message = if scope.is_empty() {
                "this CRD has no scope".to_owned()
            } else {
                format!("`{scope}` is no scope")
            };
            out.report(crd.spec.place_of("scope"), message).help("write `Namespaced` or `Cluster`");
        }
    }
}
