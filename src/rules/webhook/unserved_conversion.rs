use crate::diag::{Code, Level, Suite};
use crate::rules::conversions::conversions;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unserved-conversion",
        summary: "a CRD is to be converted by a webhook that the CSV does not have",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("unserved_conversion.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for crd in &view.contents.crds {
        let is_webhook = crd.spec.text(&["conversion", "strategy"]) == "Webhook";
        let is_served =
            conversions(view).any(|webhook| webhook.texts(&["conversionCRDs"]).any(|name| name == crd.name));
        if is_webhook && !is_served {
            let finding = out.report(
                crd.spec.place().key("conversion"),
                format!("the CSV has no webhook that converts `{}`", crd.name),
            );
            finding.help("add a `ConversionWebhook` to `spec.webhookdefinitions`, for which OLM fills in Service and certificate");
        }
    }
}
