use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};
use crate::text::Value;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unknown-operator-deployment",
        summary: "the Deployment that the installer looks for is not in the bundle",
        suite: Suite::Percona,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unknown_operator_deployment.md"),
    },
    check: Check::Bundle(check),
};

/// The installer waits for a Deployment by name, and reads the version from a container by name.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let (Some(expected), Some(manifest), Some(csv)) =
        (view.expected(), view.bundle.csv_manifest(), view.bundle.csv())
    else {
        return;
    };
    let place = manifest.place().key("spec").key("install").key("spec").key("deployments");
    // A bundle without any Deployment is no operator, and not for this rule.
    let mut deployments = csv.deployments().peekable();
    if deployments.peek().is_none() {
        return;
    }
    let name = expected.deployment.as_str();
    let Some(deployment) =
        deployments.find(|deployment| deployment.get("name").and_then(Value::str) == Some(name))
    else {
        let finding = out.report(place, format!("no Deployment is named `{name}`"));
        finding.help("name the operator's Deployment as `catalog/contract.yaml` says");
        return;
    };
    let containers =
        deployment.at(&["spec", "template", "spec", "containers"]).into_iter().flat_map(Value::items);
    let mut names = containers.filter_map(|container| container.get("name")?.str());
    if !expected.container.is_empty() && !names.any(|name| name == expected.container) {
        let finding =
            out.report(place, format!("Deployment `{name}` has no container `{}`", expected.container));
        finding.help("name the operator's container as `catalog/contract.yaml` says");
    }
}
