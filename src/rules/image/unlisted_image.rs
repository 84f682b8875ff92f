use crate::catalog::check_image_reference;
use crate::diag::{Code, Level, Suite};
use crate::rules::images::{full_name, used};
use crate::rules::{BundleView, Check, Findings, Rule};
use std::collections::HashSet;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unlisted-image",
        summary: "an image that the operator uses is not among the related images",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("unlisted_image.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let related: Vec<_> =
        view.contents.list(&["relatedImages"]).map(|image| full_name(image.text(&["image"]))).collect();
    // One that is missing or cannot be read, which another rule says, may be the one.
    if related.is_empty()
        || view
            .contents
            .list(&["relatedImages"])
            .any(|image| check_image_reference(image.text(&["image"])).is_err())
    {
        return;
    }
    let mut seen = HashSet::new();
    for (at, reference) in used(view) {
        if !related.contains(&full_name(reference)) && seen.insert(reference) {
            out.report(at.place(), format!("`{reference}` is not among the related images"))
                .help("add it to `spec.relatedImages`");
        }
    }
}
