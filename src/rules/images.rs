//! What rules about images share: where a CSV names them, and the parts of a reference.

use super::{BundleView, Context};
use crate::bundle::{At, Bundle};
use crate::text::Place;

/// Where a CSV names an image.
pub(super) struct Mention<'c> {
    holder: At<'c>,
    key: &'static str,
    /// Whether it is among the related images.
    pub(super) is_related: bool,
}

impl Mention<'_> {
    /// Returns the place of the reference.
    pub(super) fn place(&self) -> Place {
        self.holder.place_of(self.key)
    }
}

/// Returns the images of containers, of variables `RELATED_IMAGE_*` and the related images, with their
/// references, none of them empty.
pub(super) fn used<'c>(view: &BundleView<'c>) -> Vec<(Mention<'c>, &'c str)> {
    let mut found = Vec::new();
    let mut add = |holder: At<'c>, key, is_related| {
        let reference = holder.text(&[key]);
        if !reference.is_empty() {
            found.push((Mention { holder, key, is_related }, reference));
        }
    };
    for (_, container) in view.contents.containers() {
        for variable in container.list(&["env"]) {
            if variable.text(&["name"]).starts_with("RELATED_IMAGE_") {
                add(variable, "value", false);
            }
        }
        add(container, "image", false);
    }
    view.contents.list(&["relatedImages"]).for_each(|image| add(image, "image", true));
    found
}

/// Returns the images that a bundle runs or relates to and gives by a tag, with their places. Of a bundle whose version
/// an installer reads from a tag there are none: they must stay.
pub(super) fn moving(view: &BundleView<'_>) -> Vec<(Place, String)> {
    if view.expected().is_some() {
        return Vec::new();
    }
    let moving = used(view).into_iter().filter(|(_, reference)| !is_pinned(reference));
    moving.map(|(at, reference)| (at.place(), reference.to_owned())).collect()
}

/// Returns every image that a bundle gives by a tag, with its place: what it runs or relates to, and the annotation
/// `containerImage`, which says the first once more.
pub fn unpinned(bundle: &Bundle<'_>, context: &Context<'_>) -> Vec<(Place, String)> {
    let view = BundleView::new(bundle, context);
    let mut found = moving(&view);
    if let Some(at) = view.contents.annotation("containerImage").filter(|_| view.expected().is_none()) {
        let image = at.value.text();
        if !image.is_empty() && !is_pinned(image) {
            found.push((at.place(), image.to_owned()));
        }
    }
    found
}

/// Returns the reference with its registry and namespace spelled out, so that two spellings of one
/// image compare as equal.
pub(super) fn full_name(reference: &str) -> String {
    let first = reference.split_once('/').map(|(first, _)| first);
    match first {
        Some(host) if host.contains(['.', ':']) || host == "localhost" => reference.to_owned(),
        Some(_) => format!("docker.io/{reference}"),
        None => format!("docker.io/library/{reference}"),
    }
}

/// Returns the tag of a reference; none where there is none.
pub(super) fn tag(reference: &str) -> Option<&str> {
    let name = reference.split_once('@').map_or(reference, |(name, _)| name);
    name.rsplit_once(':').map(|(_, tag)| tag).filter(|tag| !tag.contains('/'))
}

/// Returns whether a reference says exactly which image it means: it has a digest.
pub(super) fn is_pinned(reference: &str) -> bool {
    reference.contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_have_parts() {
        assert_eq!(full_name("a/b:1"), "docker.io/a/b:1");
        assert_eq!(full_name("b"), "docker.io/library/b");
        assert_eq!(full_name("localhost:5000/b"), "localhost:5000/b");
        assert_eq!(tag("localhost:5000/b"), None);
        assert_eq!(tag("a.example/b:1.0@sha256:0"), Some("1.0"));
        assert!(is_pinned("a@sha256:0") && !is_pinned("a:1"));
    }
}
