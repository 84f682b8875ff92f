use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "crd-without-schema",
        summary: "a version of a CRD has no schema",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("crd_without_schema.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for crd in view.contents.crds.iter().filter(|crd| !crd.is_beta) {
        for version in crd.versions() {
            if version.at(&["schema", "openAPIV3Schema"]).is_none() {
                let finding = out.report(
                    version.place_of("schema"),
                    format!("version `{}` has no schema", version.text(&["name"])),
                );
                finding.help("add `schema: {openAPIV3Schema: {type: object}}`, at least");
            }
        }
    }
}
