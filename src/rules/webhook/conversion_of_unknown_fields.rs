use crate::diag::{Code, Level, Suite};
use crate::rules::conversions::conversions;
use crate::rules::{BundleView, Check, Findings, Rule};
use crate::text::Value;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "conversion-of-unknown-fields",
        summary: "a conversion webhook is for a CRD that keeps unknown fields",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("conversion_of_unknown_fields.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for name in conversions(view).flat_map(|webhook| webhook.list(&["conversionCRDs"])) {
        let Some(crd) = view.contents.crd(name.value.text()) else { continue };
        // In v1 nothing may keep them, which has a rule of its own.
        let keeps =
            crd.is_beta && crd.spec.value.get("preserveUnknownFields").and_then(Value::bool) != Some(false);
        if keeps {
            let finding = out.report(
                crd.spec.place_of("preserveUnknownFields"),
                format!("`{}` keeps unknown fields, so nobody can convert it", crd.name),
            );
            finding
                .label(name.place(), "the webhook that is to convert it")
                .help("write `preserveUnknownFields: false`");
        }
    }
}
