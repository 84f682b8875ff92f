use crate::bundle::PACKAGE_ANNOTATION;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-annotations",
        summary: "a bundle has no annotations that name its package",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("missing_annotations.md"),
    },
    check: Check::Bundle(check),
};

/// opm looks through all files of `metadata` for one that names a package or channels.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(file) = view.bundle.annotations_file() else {
        // A file that has a finding of its own, since it cannot be read, is likely it.
        if view.bundle.metadata.iter().any(|file| file.tree.is_none()) {
            return;
        }
        let usual = view.bundle.metadata.iter().find(|file| file.name == "annotations.yaml");
        let place = usual.map_or_else(|| view.home(), |file| file.place());
        let finding = out.report(place, "no file in `metadata` has the annotations of a bundle");
        finding.help(format!(
            "write `annotations: {{{PACKAGE_ANNOTATION}: ...}}` into `metadata/annotations.yaml`"
        ));
        return;
    };
    if view.bundle.package().is_empty() {
        let finding = out.report(file.place().key("annotations"), "the annotations name no package");
        finding.help(format!("add `{PACKAGE_ANNOTATION}`"));
    }
}
