use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "misgrouped-kind",
        summary: "an object has a kind that OLM knows and an API group that it does not",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("misgrouped_kind.md"),
    },
    check: Check::Bundle(check),
};

/// OLM looks at the kind alone.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for object in &view.contents.objects {
        let known = GROUPS.iter().find(|(kind, _)| *kind == object.kind);
        let Some((kind, groups)) = known.filter(|(_, groups)| !groups.contains(&object.group)) else {
            continue;
        };
        // Without any API version there is nothing to compare.
        if object.version.is_empty() {
            continue;
        }
        let group =
            if groups[0].is_empty() { "the core group".to_owned() } else { format!("`{}`", groups[0]) };
        let message = format!("OLM takes this {kind} of `{}` for one of {group}", object.group);
        let finding = out.report(object.at.place().key("apiVersion"), message);
        finding.help("mend `apiVersion`, or let the operator create the object");
    }
}

/// The API groups of the kinds that OLM installs.
const GROUPS: &[(&str, &[&str])] = &[
    ("ClusterRole", &["rbac.authorization.k8s.io"]),
    ("ClusterRoleBinding", &["rbac.authorization.k8s.io"]),
    ("ConfigMap", &[""]),
    ("CustomResourceDefinition", &["apiextensions.k8s.io"]),
    ("NetworkPolicy", &["networking.k8s.io"]),
    ("PodDisruptionBudget", &["policy"]),
    ("PriorityClass", &["scheduling.k8s.io"]),
    ("Role", &["rbac.authorization.k8s.io"]),
    ("RoleBinding", &["rbac.authorization.k8s.io"]),
    ("Secret", &[""]),
    ("Service", &[""]),
    ("ServiceAccount", &[""]),
    ("VerticalPodAutoscaler", &["autoscaling.k8s.io"]),
];
