use crate::compare::Operator;
use crate::crd::{Conversion, Crd};
use crate::diag::{Code, Level, Suite};
use crate::rules::{Check, EdgeView, Findings, Rule};
use crate::text::Value;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "lost-conversion-webhook",
        summary: "a conversion webhook is gone while several versions are served",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("lost_conversion_webhook.md"),
    },
    check: Check::Edge(check),
};

/// Without a webhook only `apiVersion` is changed, and fields that the other version does not know are
/// dropped.
fn check(view: &EdgeView<'_>, out: &mut Findings<'_>) {
    for pair in view.upgrade.pairs() {
        let served = pair.new.versions().filter(|version| version.is_served).count();
        if is_converted(view.upgrade.from, pair.old) && !is_converted(view.upgrade.to, pair.new) && served > 1
        {
            let message = format!(
                "`{}` is converted by no webhook any more, and serves {served} versions",
                pair.new.name()
            );
            out.report(pair.key("conversion"), message)
                .help("keep the webhook as long as versions differ, or serve one version only");
        }
    }
}

/// The CSV may bring the webhook; OLM then writes it into the CRD.
fn is_converted(operator: &Operator<'_>, crd: Crd<'_, '_>) -> bool {
    let webhooks = operator.csv().into_iter().flat_map(|(_, csv)| csv.list(&["webhookdefinitions"]));
    let mut conversions =
        webhooks.filter(|webhook| webhook.get("type").and_then(Value::str) == Some("ConversionWebhook"));
    let names = |webhook: Value<'_, '_>| {
        webhook.get("conversionCRDs").into_iter().flat_map(Value::items).any(|name| name.text() == crd.name())
    };
    crd.conversion() == Conversion::Webhook || conversions.any(names)
}
