use crate::bundle::OBJECT_LIMIT;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "oversized-object",
        summary: "an object of a bundle is larger than a cluster takes",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("oversized_object.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for manifest in &view.bundle.manifests {
        if let Some(size) = manifest.json_size(OBJECT_LIMIT + 1) {
            let message = format!("the object is {size} bytes as JSON, more than {OBJECT_LIMIT}");
            out.report(manifest.place(), message).help("split it, or shorten its descriptions");
        }
    }
}
