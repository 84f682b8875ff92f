use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "webhook-without-rules",
        summary: "an admission webhook is never asked",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("webhook_without_rules.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for webhook in
        view.contents.webhooks.iter().filter(|webhook| webhook.text(&["type"]).ends_with("AdmissionWebhook"))
    {
        if webhook.list(&["rules"]).next().is_none() {
            let finding = out.report(webhook.place_of("rules"), "this webhook is never asked");
            finding.help("say below `rules` for what requests it is");
        }
    }
}
