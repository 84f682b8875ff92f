use crate::catalog::check_image_reference;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-image",
        summary: "an image of a CSV has a reference that cannot be read",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_image.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let related = view.contents.list(&["relatedImages"]).map(|image| (image, "related image"));
    let run = view.contents.containers().map(|(_, container)| (container, "container"));
    for (at, what) in related.chain(run) {
        let reference = at.text(&["image"]);
        if reference.trim().is_empty() {
            if what == "container" {
                out.report(at.place_of("image"), format!("container `{}` has no image", at.text(&["name"])))
                    .help("add `image`");
            }
        } else if let Err(why) = check_image_reference(reference) {
            let message = format!("`{reference}` is no reference of an image: {why}");
            out.report(at.place_of("image"), message)
                .help("write `registry/repository:tag` or `registry/repository@sha256:...`");
        }
    }
}
