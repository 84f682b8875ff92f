use crate::diag::{Code, Level, Suite};
use crate::rules::conversions::conversions;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "conversion-without-crds",
        summary: "a conversion webhook converts nothing",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("conversion_without_crds.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for webhook in conversions(view) {
        if webhook.list(&["conversionCRDs"]).next().is_none() {
            let finding = out.report(webhook.place_of("conversionCRDs"), "this webhook converts no CRD");
            finding.help("name the CRDs below `conversionCRDs`, or remove the webhook");
        }
    }
}
