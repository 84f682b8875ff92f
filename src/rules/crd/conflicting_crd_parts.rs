use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "conflicting-crd-parts",
        summary: "a CRD has a part both for all versions and for one",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("conflicting_crd_parts.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for crd in view.contents.crds.iter().filter(|crd| crd.is_beta) {
        for (whole, part) in [
            ("validation", "schema"),
            ("subresources", "subresources"),
            ("additionalPrinterColumns", "additionalPrinterColumns"),
        ] {
            let of_version = crd.versions().find(|version| version.get(part).is_some());
            if let (Some(_), Some(version)) = (crd.spec.get(whole), of_version) {
                let finding = out.report(
                    crd.spec.place_of(whole),
                    format!("`{whole}` is given for all versions, and for one of them"),
                );
                finding.label(version.place_of(part), "for one version").help("keep one of the two");
            }
        }
    }
}
