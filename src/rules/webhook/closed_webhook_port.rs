use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "closed-webhook-port",
        summary: "a webhook is sent to a port that no container has",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("closed_webhook_port.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for webhook in &view.contents.webhooks {
        let name = webhook.text(&["deploymentName"]);
        let Some(deployment) = view.contents.deployments.iter().find(|deployment| deployment.name == name)
        else {
            continue;
        };
        let key = if webhook.get("targetPort").is_some() { "targetPort" } else { "containerPort" };
        let port = webhook.text(&[key]);
        let ports: Vec<_> =
            deployment.containers("containers").flat_map(|container| container.list(&["ports"])).collect();
        // Containers need not list their ports; only those that do can be contradicted.
        if port.is_empty() || ports.is_empty() {
            continue;
        }
        if !ports.iter().any(|open| open.text(&["containerPort"]) == port || open.text(&["name"]) == port) {
            let finding =
                out.report(webhook.place_of(key), format!("no container of `{name}` listens on {port}"));
            finding
                .label(ports[0].place(), "a port that is open")
                .help("write the port of the webhook server, usually 9443");
        }
    }
}
