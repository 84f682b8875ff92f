use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "misordered-crd-versions",
        summary: "the old version of a CRD is not the first of its versions",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("misordered_crd_versions.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for crd in view.contents.crds.iter().filter(|crd| !crd.old_version().is_empty()) {
        let first = crd.versions().next();
        if let Some(first) = first.filter(|first| first.text(&["name"]) != crd.old_version()) {
            let finding = out.report(
                crd.spec.place_of("version"),
                format!("`{}` is not the first of the versions", crd.old_version()),
            );
            finding
                .label(first.place_of("name"), "the first one")
                .help("remove `version`, or let the two agree");
        }
    }
}
