use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};
use crate::text::Place;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "subfolder-in-manifests",
        summary: "a bundle has a folder in `manifests`",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("subfolder_in_manifests.md"),
    },
    check: Check::Bundle(check),
};

/// OLM v1 refuses it, and OLM v0 fails to unpack the bundle; opm does not look into it.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for ignored in &view.bundle.ignored {
        if let Some(name) = ignored.name.strip_suffix('/') {
            let finding =
                out.report(Place::file(ignored.file), format!("`{name}` is a folder in `manifests`"));
            finding.help("move its files to `manifests`, or the folder out of the bundle");
        }
    }
}
