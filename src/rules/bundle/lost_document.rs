use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};
use crate::text::Place;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "lost-document",
        summary: "a manifest has more than one document, and the others are lost",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("lost_document.md"),
    },
    check: Check::Bundle(check),
};

/// The reader keeps where the other documents stand.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for manifest in &view.bundle.manifests {
        // Who cannot say what the first document is has a finding of their own.
        if manifest.kind().is_none() {
            continue;
        }
        for lost in &manifest.lost {
            let message = format!("a further document of `{}`, which OLM v0 does not read", manifest.name);
            let finding = out.report(Place::document(manifest.file, lost.clone()), message);
            finding.label(manifest.place(), "only this one is installed");
            finding.help("put every object into a file of its own");
        }
    }
}
