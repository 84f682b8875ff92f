//! What rules about presentation share: icons and addresses.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::BundleView;
use crate::bundle::At;

/// The media types of icons that hubs and consoles show.
pub(super) const PICTURES: &[&str] = &["image/gif", "image/jpeg", "image/png", "image/svg+xml"];

/// An icon of a CSV that has data.
pub(super) struct Icon<'c> {
    pub(super) at: At<'c>,
    /// The picture; none when the data is no base64.
    pub(super) bytes: Option<Vec<u8>>,
}

/// Returns the icons of a CSV that have data, decoded. Blanks and line ends in it do not count.
pub(super) fn icons<'c>(view: &BundleView<'c>) -> impl Iterator<Item = Icon<'c>> + use<'c> {
    view.contents.list(&["icon"]).filter_map(|at| {
        let data = at.text(&["base64data"]);
        let data: String = data.split_whitespace().collect();
        (!data.is_empty()).then(|| Icon { at, bytes: STANDARD.decode(data).ok() })
    })
}

/// Returns whether this is an absolute address: a scheme, `://` and a host.
pub(super) fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(is_scheme)
        && !host.is_empty()
        && !text.contains(char::is_whitespace)
}
