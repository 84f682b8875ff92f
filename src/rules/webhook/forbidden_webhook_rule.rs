use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "forbidden-webhook-rule",
        summary: "a webhook wants to be asked about what OLM allows to no operator",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("forbidden_webhook_rule.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for webhook in
        view.contents.webhooks.iter().filter(|webhook| webhook.text(&["type"]) != "ConversionWebhook")
    {
        for rule in webhook.list(&["rules"]) {
            let groups: Vec<_> = rule.texts(&["apiGroups"]).collect();
            let is_admission = groups.contains(&"admissionregistration.k8s.io");
            let configures = rule.texts(&["resources"]).find(|name| {
                let name = name.to_lowercase();
                let name = name.split('/').next().unwrap_or_default();
                [
                    "*",
                    "mutatingwebhookconfigurations",
                    "validatingwebhookconfigurations",
                    "mutatingwebhookconfiguration",
                    "validatingwebhookconfiguration",
                ]
                .contains(&name)
            });
            let (key, what) = if groups.contains(&"*") {
                ("apiGroups", "all API groups")
            } else if groups.contains(&"operators.coreos.com") || groups.contains(&"olm.operatorframework.io")
            {
                ("apiGroups", "the objects of OLM")
            } else if is_admission && configures.is_some() {
                ("resources", "webhooks")
            } else {
                continue;
            };
            let finding =
                out.report(rule.place_of(key), format!("no operator may have a webhook for {what}"));
            finding.help("name the groups and resources that the operator is about");
        }
    }
}
