//! What rules about images share: the parts of a reference.

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
