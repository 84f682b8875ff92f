//! What Kubernetes says of names and versions, for rules of every subject.

pub(super) use crate::text::dns::{is_dns_label, is_label, is_subdomain};

/// Returns whether this is a DNS-1035 label: one that starts with a letter.
pub(super) fn is_dns_1035_label(text: &str) -> bool {
    is_dns_label(text) && text.starts_with(|c: char| c.is_ascii_lowercase())
}

/// Returns whether this may be the value of a label: at most 63 letters, digits, `-`, `_` and `.`,
/// with a letter or digit at both ends.
pub(super) fn is_label_value(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let is_end = |c: char| c.is_ascii_alphanumeric();
    text.is_empty()
        || (text.len() <= 63
            && text.bytes().all(is_inner)
            && text.starts_with(is_end)
            && text.ends_with(is_end))
}

/// Returns whether this may be the name of an object that is named like a path segment, as roles are.
pub(super) fn is_path_segment(text: &str) -> bool {
    !text.is_empty() && text != "." && text != ".." && !text.contains(['/', '%'])
}

/// Returns the second number of a version of Kubernetes, such as 25 of `1.25.0` and `v1.25`.
pub(super) fn minor(text: &str) -> Option<u32> {
    let mut parts = text.strip_prefix('v').unwrap_or(text).split('.');
    let major: u32 = parts.next()?.parse().ok()?;
    let minor = parts.next()?.parse().ok()?;
    (major == 1).then_some(minor)
}

/// Returns the version of Kubernetes, as its second number, that an OpenShift 4 brings: 4.9 has 1.22,
/// 4.12 has 1.25, and every version since 4.1 keeps the step.
pub(super) fn minor_of_openshift(minor: u32) -> u32 {
    minor.saturating_add(13)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_kubernetes() {
        assert!(is_dns_label("0a") && !is_dns_1035_label("0a"));
        assert!(
            is_label_value("")
                && is_label_value("A_b.c-1")
                && !is_label_value("a+b")
                && !is_label_value("-a")
        );
        assert!(is_path_segment("system:node") && !is_path_segment("a/b") && !is_path_segment(""));
    }

    #[test]
    fn versions_have_a_minor() {
        assert_eq!(
            [minor("1.25.0"), minor("v1.9"), minor("2.1"), minor("1")],
            [Some(25), Some(9), None, None]
        );
        assert_eq!([minor_of_openshift(9), minor_of_openshift(u32::MAX)], [22, u32::MAX]);
    }
}
