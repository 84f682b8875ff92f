use crate::diag::{Code, Level, Suite};
use crate::rules::kubernetes::is_subdomain;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-webhook-name",
        summary: "the name of a webhook is one that Kubernetes refuses",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_webhook_name.md"),
    },
    check: Check::Bundle(check),
};

/// Admission webhooks need three parts, `ValidateMutatingWebhook` of Kubernetes; for conversion no name
/// is sent.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for webhook in &view.contents.webhooks {
        let (name, is_admission) =
            (webhook.text(&["generateName"]), webhook.text(&["type"]) != "ConversionWebhook");
        let why = if name.is_empty() {
            continue; // the schema of the CSV asks for it
        } else if !is_subdomain(name) {
            "is no DNS subdomain"
        } else if is_admission && name.split('.').count() < 3 {
            "has fewer than three parts"
        } else {
            continue;
        };
        let finding = out.report(webhook.place_of("generateName"), format!("the name `{name}` {why}"));
        finding.help("name it like a host of your group, as in `vdemo.demo.example`");
    }
}
