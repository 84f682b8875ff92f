use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "webhook-with-side-effects",
        summary: "an admission webhook has side effects",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("webhook_with_side_effects.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for webhook in
        view.contents.webhooks.iter().filter(|webhook| webhook.text(&["type"]) != "ConversionWebhook")
    {
        let effects = webhook.text(&["sideEffects"]);
        if !effects.is_empty() && !["None", "NoneOnDryRun"].contains(&effects) {
            let finding = out.report(
                webhook.place_of("sideEffects"),
                format!("Kubernetes takes no webhook with side effects `{effects}`"),
            );
            finding.help("write `None`, or `NoneOnDryRun` if the webhook honours `dryRun`");
        }
    }
}
