use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "crd-without-versions",
        summary: "a CRD has no versions",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("crd_without_versions.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for crd in &view.contents.crds {
        if crd.versions().next().is_none() && crd.old_version().is_empty() {
            out.report(crd.spec.place_of("versions"), "this CRD has no versions")
                .help("add `versions`, each with `name`, `served`, `storage` and `schema`");
        }
    }
}
