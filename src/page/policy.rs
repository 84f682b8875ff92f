//! What a browser may do with the page: show it, run our one script, and ask nobody for anything.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::oci::Digest;

/// Returns the policy of a page with one style and one script.
pub(super) fn policy(style: &str, script: &str) -> String {
    format!(
        "default-src 'none'; img-src data:; style-src {}; script-src {}; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
        source(style),
        source(script)
    )
}

/// Returns the source expression that allows exactly this text.
fn source(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Digest::of(text.as_bytes()).bytes()))
}

#[cfg(test)]
mod tests {
    use super::source;

    #[test]
    fn the_hash_is_that_of_the_specification() {
        assert_eq!(source(""), "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='");
    }
}
