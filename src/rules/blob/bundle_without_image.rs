use crate::catalog::BUNDLE_OBJECT;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BlobView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "bundle-without-image",
        summary: "a bundle has neither an image nor manifests",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("bundle_without_image.md"),
    },
    check: Check::Blob(check),
};

/// `opm` accepts a bundle without image if it carries its objects.
fn check(view: &BlobView<'_>, out: &mut Findings<'_>) {
    let blob = view.blob;
    let is_inline = blob.properties.iter().any(|property| property.kind == BUNDLE_OBJECT);
    if blob.image.is_empty() && !is_inline {
        let message = format!("{} has no image", view.title());
        out.report(view.place().key("image"), message)
            .help("add `image`, or carry the manifests as `olm.bundle.object` properties");
    }
}
