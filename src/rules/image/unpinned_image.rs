use crate::diag::{Code, Level, Suite};
use crate::rules::images::{is_pinned, used};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unpinned-image",
        summary: "an image of a CSV is given by a tag",
        suite: Suite::OpenShift,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("unpinned_image.md"),
    },
    check: Check::Bundle(check),
};

/// An installer that reads the version from the tag cannot have a digest.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    if view.expected().is_some() {
        return;
    }
    for (at, reference) in used(view) {
        if !is_pinned(reference) {
            out.report(at.place(), format!("`{reference}` may be another image tomorrow"))
                .help("write the digest, as in `repository@sha256:...`");
        }
    }
}
