use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-conversion",
        summary: "the conversion of a CRD is one that Kubernetes refuses",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_conversion.md"),
    },
    check: Check::Bundle(check),
};

/// OLM fills in the client configuration of the webhooks of a CSV.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for crd in &view.contents.crds {
        let Some(conversion) = crd.spec.get("conversion").filter(|conversion| !conversion.value.is_null())
        else {
            continue;
        };
        let strategy = conversion.text(&["strategy"]);
        let webhook = if crd.is_beta { Some(conversion.clone()) } else { conversion.get("webhook") };
        match strategy {
            "None" => {
                let left = if crd.is_beta { conversion.get("webhookClientConfig") } else { webhook };
                if let Some(left) = left.filter(|left| !left.value.is_null()) {
                    out.report(left.place(), "a webhook that is not to be used")
                        .help("remove it, or write `strategy: Webhook`");
                }
                continue;
            }
            "Webhook" => {}
            _ => {
                let message = if strategy.is_empty() {
                    "a conversion without strategy".to_owned()
                } else {
                    format!("no conversion has the strategy `{strategy}`")
                };
                out.report(conversion.place_of("strategy"), message).help("write `None` or `Webhook`");
                continue;
            }
        }
        let versions: Vec<_> =
            webhook.iter().flat_map(|webhook| webhook.texts(&["conversionReviewVersions"])).collect();
        let defaults = crd.is_beta
            && webhook.as_ref().is_some_and(|webhook| webhook.get("conversionReviewVersions").is_none());
        if !versions.contains(&"v1") && !versions.contains(&"v1beta1") && !defaults {
            let place = if crd.is_beta { conversion.place() } else { conversion.place().key("webhook") };
            let finding = out.report(
                place.key("conversionReviewVersions"),
                "the webhook understands no review that Kubernetes sends",
            );
            finding.help("write `conversionReviewVersions: [v1]`");
        }
        let key = if crd.is_beta { "webhookClientConfig" } else { "clientConfig" };
        let client = webhook.as_ref().and_then(|webhook| webhook.get(key));
        let both = client
            .as_ref()
            .is_some_and(|client| client.get("url").is_some() && client.get("service").is_some());
        if let Some(client) = client.filter(|_| both) {
            out.report(client.place(), "a webhook with both an address and a Service")
                .help("keep one of the two");
        }
    }
}
