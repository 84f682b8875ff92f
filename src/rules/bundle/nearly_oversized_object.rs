use crate::bundle::OBJECT_LIMIT;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "nearly-oversized-object",
        summary: "an object of a bundle is almost as large as a cluster takes",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("nearly_oversized_object.md"),
    },
    check: Check::Bundle(check),
};

/// Versions to come, and what clusters add to an object, need room as well.
const FLOOR: usize = 1 << 20;

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for manifest in &view.bundle.manifests {
        if let Some(size) = manifest.json_size(FLOOR).filter(|size| *size <= OBJECT_LIMIT) {
            let message =
                format!("the object is {size} bytes as JSON, of {OBJECT_LIMIT} that a cluster takes");
            out.report(manifest.place(), message).help("split it, or shorten its descriptions");
        }
    }
}
