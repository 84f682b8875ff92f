use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "empty-related-image",
        summary: "a related image has no reference",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("empty_related_image.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for image in view.contents.list(&["relatedImages"]) {
        if image.text(&["image"]).trim().is_empty() {
            let is_value = image.get("value").is_some();
            let finding = out.report(
                image.place_of("image"),
                format!("related image `{}` has no reference", image.text(&["name"])),
            );
            finding.help(if is_value { "call the key `image`, not `value`" } else { "add `image`" });
        }
    }
}
