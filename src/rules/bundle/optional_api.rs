use crate::bundle::At;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "optional-api",
        summary: "a bundle needs an API that a cluster may not have",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("optional_api.md"),
    },
    check: Check::Bundle(check),
};

/// Dependencies name what brings the API.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for object in &view.contents.objects {
        let Some((group, who)) = OPTIONAL.iter().find(|(group, _)| *group == object.group) else { continue };
        let is_required = view.contents.crd_descriptions("required");
        let is_required = is_required.map(|crd| crd.text(&["name"])).any(|name| name.ends_with(group));
        let files = view.bundle.metadata.iter().filter_map(At::root);
        let is_dependency = files.flat_map(|root| root.list(&["dependencies"]).collect::<Vec<_>>());
        let mut is_dependency = is_dependency.map(|dependency| dependency.text(&["value", "group"]));
        if is_required || is_dependency.any(|named| named == *group) {
            continue;
        }
        let message = format!("{} `{}` needs the API of {who}", object.kind, object.name);
        let finding = out.report(object.at.place().key("apiVersion"), message);
        finding.help("let the operator create it where the API exists, or declare the dependency");
    }
}

/// API groups that are not part of Kubernetes, and who brings them.
const OPTIONAL: &[(&str, &str)] = &[
    ("autoscaling.k8s.io", "the vertical pod autoscaler"),
    ("console.openshift.io", "the OpenShift console"),
    ("monitoring.coreos.com", "the Prometheus operator"),
];
