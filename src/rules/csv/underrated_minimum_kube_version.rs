use crate::diag::{Code, Level, Suite};
use crate::rules::kubernetes::minor;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "underrated-minimum-kube-version",
        summary: "a bundle has an object that its oldest Kubernetes does not know",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("underrated_minimum_kube_version.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(needed) = minor(view.contents.text(&["minKubeVersion"])) else { return };
    for object in &view.contents.objects {
        let since = SINCE.iter().find(|(group, version, kind, _)| {
            (object.group, object.version, object.kind) == (*group, *version, *kind)
        });
        if let Some((.., since)) = since.filter(|(.., since)| *since > needed) {
            let message = format!(
                "{} of `{}` is there since Kubernetes 1.{since}",
                object.kind,
                object.at.text(&["apiVersion"])
            );
            let finding = out.report(object.at.place().key("apiVersion"), message);
            let place = view.contents.spec().expect("it has minKubeVersion").place_of("minKubeVersion");
            finding.label(place, "older than that").help(format!("write `minKubeVersion: 1.{since}.0`"));
        }
    }
}

/// Since when an API is there, as the second number of a Kubernetes version.
const SINCE: &[(&str, &str, &str, u32)] = &[
    ("apiextensions.k8s.io", "v1", "CustomResourceDefinition", 16),
    ("networking.k8s.io", "v1", "NetworkPolicy", 7),
    ("policy", "v1", "PodDisruptionBudget", 21),
    ("rbac.authorization.k8s.io", "v1", "ClusterRole", 8),
    ("scheduling.k8s.io", "v1", "PriorityClass", 14),
];
