use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unapproved-kubernetes-group",
        summary: "a CRD is in a group that belongs to Kubernetes",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unapproved_kubernetes_group.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for crd in &view.contents.crds {
        let group = crd.spec.text(&["group"]);
        let is_protected = [".k8s.io", ".kubernetes.io"].iter().any(|end| group.ends_with(end))
            || ["k8s.io", "kubernetes.io"].contains(&group);
        let is_approved = !crd.at.text(&["metadata", "annotations", "api-approved.kubernetes.io"]).is_empty();
        if is_protected && !is_approved {
            let finding = out.report(crd.spec.place_of("group"), format!("`{group}` belongs to Kubernetes"));
            finding.help("use a group of your own, or add the annotation `api-approved.kubernetes.io` with the pull request that approved it");
        }
    }
}
