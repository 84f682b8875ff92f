use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unsupported-kind",
        summary: "a bundle has an object that OLM does not install",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unsupported_kind.md"),
    },
    check: Check::Bundle(check),
};

/// The kinds of OLM v0, of opm and of OLM v1 are the same but for PodMonitor, which OLM v0 forgot.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for object in &view.contents.objects {
        let (kind, name) = (object.kind, object.name);
        let help = match kind {
            _ if KINDS.contains(&kind) => continue,
            "PodMonitor" => "OLM v1 would install it; for OLM v0 use a ServiceMonitor",
            "Deployment" => "move it to `spec.install.spec.deployments` of the CSV",
            "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration" => {
                "describe the webhook in `spec.webhookdefinitions` of the CSV, and OLM makes the object"
            }
            _ if kind.ends_with("List") => "write every object of the list into a file of its own",
            _ => "let the operator create it, or take it out of the bundle",
        };
        let message = if name.is_empty() {
            format!("OLM does not install a {kind}")
        } else {
            format!("OLM does not install {kind} `{name}`")
        };
        out.report(object.at.place().key("kind"), message).help(help);
    }
}

/// What OLM v0 installs (`supportedresources.go` of operator-lifecycle-manager).
const KINDS: &[&str] = &[
    "ClusterRole",
    "ClusterRoleBinding",
    "ClusterServiceVersion",
    "ConfigMap",
    "ConsoleCLIDownload",
    "ConsoleLink",
    "ConsolePlugin",
    "ConsoleQuickStart",
    "ConsoleYAMLSample",
    "CustomResourceDefinition",
    "NetworkPolicy",
    "PodDisruptionBudget",
    "PriorityClass",
    "PrometheusRule",
    "Role",
    "RoleBinding",
    "Secret",
    "Service",
    "ServiceAccount",
    "ServiceMonitor",
    "VerticalPodAutoscaler",
];
