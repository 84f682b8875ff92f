use crate::bundle::At;
use crate::diag::{Code, Level, Suite};
use crate::rules::conversions::conversions;
use crate::rules::{BundleView, Check, Findings, Rule};
use std::collections::HashMap;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "duplicate-conversion",
        summary: "two webhooks convert one CRD",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("duplicate_conversion.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let mut seen: HashMap<&str, At<'_>> = HashMap::new();
    for crd in conversions(view).flat_map(|webhook| webhook.list(&["conversionCRDs"])) {
        let name = crd.value.text();
        if let Some(first) = seen.get(name) {
            let finding = out.report(crd.place(), format!("`{name}` is converted by another webhook"));
            finding.label(first.place(), "that one").help("name it once");
        } else {
            seen.insert(name, crd);
        }
    }
}
