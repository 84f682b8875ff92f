use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "mixed-crd-versions",
        summary: "a bundle has CRDs of v1 and of v1beta1",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("mixed_crd_versions.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let new = view.contents.crds.iter().find(|crd| !crd.is_beta);
    let old = view.contents.crds.iter().find(|crd| crd.is_beta);
    if let (Some(new), Some(old)) = (new, old) {
        let finding = out.report(old.at.place().key("apiVersion"), "one CRD is of v1beta1, another of v1");
        finding.label(new.at.place().key("apiVersion"), "of v1").help("write all of them in v1");
    }
}
