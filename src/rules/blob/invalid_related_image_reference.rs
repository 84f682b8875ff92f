use crate::catalog::check_image_reference;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BlobView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-related-image-reference",
        summary: "a related image is no image reference",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_related_image_reference.md"),
    },
    check: Check::Blob(check),
};

/// `opm` parses each as docker does; an empty one passes.
fn check(view: &BlobView<'_>, out: &mut Findings<'_>) {
    for (index, related) in
        view.blob.related_images.iter().enumerate().filter(|(_, related)| !related.image.is_empty())
    {
        let Err(reason) = check_image_reference(&related.image) else { continue };
        let message =
            format!("related image `{}` of {} is no image reference: {reason}", related.image, view.title());
        out.report(view.place().key("relatedImages").index(index).key("image"), message)
            .help("write `host/path:tag` or `host/path@sha256:` with 64 hexadecimal digits");
    }
}
