use crate::diag::{Code, Level, Suite};
use crate::rules::images::{is_pinned, tag, used};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "moving-tag",
        summary: "an image of a CSV has no tag, or one that moves",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("moving_tag.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for (at, reference) in used(view).into_iter().filter(|(_, reference)| !is_pinned(reference)) {
        if matches!(tag(reference), None | Some("latest")) {
            let finding = out.report(at.place(), format!("`{reference}` is whatever was pushed last"));
            finding.help("write the version as the tag, or the digest");
        }
    }
}
