use crate::catalog::check_image_reference;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BlobView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-image-reference",
        summary: "the image of a bundle is no image reference",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_image_reference.md"),
    },
    check: Check::Blob(check),
};

/// `opm` parses it as docker does and does not ask a registry.
fn check(view: &BlobView<'_>, out: &mut Findings<'_>) {
    let image: &str = &view.blob.image;
    if image.is_empty() {
        return; // `bundle-without-image`
    }
    if let Err(reason) = check_image_reference(image) {
        let message = format!("image `{image}` of {} is no image reference: {reason}", view.title());
        out.report(view.place().key("image"), message).help(HELP);
    }
}

const HELP: &str = "write `host/path:tag` or `host/path@sha256:` with 64 hexadecimal digits";
