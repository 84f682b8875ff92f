//! Names as RFC 1123 has them, in lower case, which is how Kubernetes names most objects.

/// Returns whether this is a label of RFC 1123, of any length.
pub fn is_label(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// Returns whether this is a DNS-1123 label: at most 63 characters.
pub fn is_dns_label(text: &str) -> bool {
    text.len() <= 63 && is_label(text)
}

/// Returns whether this is a DNS-1123 subdomain: labels and dots, at most 253 characters.
pub fn is_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_labels_and_dots() {
        assert!(
            is_subdomain("a.b-c.d1") && !is_subdomain("a..b") && !is_subdomain("A") && !is_subdomain("a_b")
        );
        assert!(is_dns_label("0a") && !is_dns_label("a.b") && !is_dns_label("-a"));
        assert!(!is_dns_label(&"a".repeat(64)) && is_subdomain(&format!("{}.b", "a".repeat(64))));
    }
}
