use crate::diag::{Code, Level, Suite};
use crate::rules::images::moving;
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

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for (place, reference) in moving(view) {
        out.report(place, format!("`{reference}` may be another image tomorrow"))
            .help("write the digest, as in `repository@sha256:...`; `olmcat pin` does it");
    }
}
