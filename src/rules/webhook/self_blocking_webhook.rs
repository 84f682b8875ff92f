use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "self-blocking-webhook",
        summary: "a webhook can keep its own operator from starting",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("self_blocking_webhook.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for webhook in
        view.contents.webhooks.iter().filter(|webhook| webhook.text(&["type"]) != "ConversionWebhook")
    {
        let is_strict = webhook.text(&["failurePolicy"]) != "Ignore";
        let is_limited = webhook.map(&["objectSelector"]).next().is_some();
        for rule in webhook.list(&["rules"]).filter(|_| is_strict && !is_limited) {
            let own = rule
                .texts(&["resources"])
                .find(|name| matches!(*name, "pods" | "deployments" | "replicasets" | "*" | "*/*"));
            let is_core = rule.texts(&["apiGroups"]).any(|group| matches!(group, "" | "apps"));
            if let Some(own) = own.filter(|_| is_core) {
                let finding = out.report(
                    rule.place_of("resources"),
                    format!("nobody can make `{own}` while the operator is down, itself included"),
                );
                finding
                    .help("add an `objectSelector` that leaves the operator out, or `failurePolicy: Ignore`");
            }
        }
    }
}
