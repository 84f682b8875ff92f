use crate::diag::{Code, Level, Suite};
use crate::rules::conversions::conversions;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "foreign-conversion-crd",
        summary: "a conversion webhook is for a CRD that the CSV does not own",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("foreign_conversion_crd.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for crd in conversions(view).flat_map(|webhook| webhook.list(&["conversionCRDs"])) {
        let name = crd.value.text();
        if !view.contents.crd_descriptions("owned").any(|owned| owned.text(&["name"]) == name) {
            let finding = out.report(crd.place(), format!("the CSV does not own `{name}`"));
            finding.help("name an owned CRD, as in `demos.demo.example`");
        }
    }
}
