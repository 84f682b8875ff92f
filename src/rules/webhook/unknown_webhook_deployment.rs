use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unknown-webhook-deployment",
        summary: "a webhook names a Deployment that is not there",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unknown_webhook_deployment.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for webhook in &view.contents.webhooks {
        let name = webhook.text(&["deploymentName"]);
        if !view.contents.deployments.iter().any(|deployment| deployment.name == name) {
            let message = if name.is_empty() {
                "this webhook names no Deployment".to_owned()
            } else {
                format!("no Deployment is named `{name}`")
            };
            let finding = out.report(webhook.place_of("deploymentName"), message);
            finding.help("name one of `spec.install.spec.deployments`");
        }
    }
}
