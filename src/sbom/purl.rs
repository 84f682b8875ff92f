//! Package URLs of images (purl specification, type `oci`).

use crate::oci::Reference;

/// `pkg:oci/NAME@sha256%3A...?repository_url=HOST/PATH&tag=TAG`.
pub(super) fn of(reference: &Reference) -> String {
    let repository = reference.repository();
    let name = repository.rsplit('/').next().unwrap_or(repository);
    let version = reference.digest().map(|digest| format!("@sha256%3A{}", digest.hex()));
    // Of what a reference may hold, the colon of a port alone would have to be written otherwise, and may stay.
    let tag = reference.tag().map(|tag| format!("&tag={tag}"));
    format!(
        "pkg:oci/{name}{}?repository_url={}/{repository}{}",
        version.unwrap_or_default(),
        reference.host(),
        tag.unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oci::Digest;

    #[test]
    fn images_have_package_urls() {
        let hex = Digest::of(b"").hex();
        for (reference, purl) in [
            ("quay.io/demo/x:v1", "pkg:oci/x?repository_url=quay.io/demo/x&tag=v1".to_owned()),
            (
                &format!("localhost:5000/x@sha256:{hex}"),
                format!("pkg:oci/x@sha256%3A{hex}?repository_url=localhost:5000/x"),
            ),
        ] {
            assert_eq!(of(&Reference::parse(reference).unwrap()), purl);
        }
    }
}
