//! Icons: only what is a picture, and never as markup of the page.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::catalog::{Icon, picture_type};

/// The largest icon that is shown, in bytes: a page with many packages is to stay small.
const LARGE: usize = 48 << 10;

/// Returns an icon as a `data:` address; none if it is no picture, or too large. A picture in `<img>` runs no script and
/// asks nobody for anything, whatever it holds.
pub(super) fn address(icon: &Icon<'_>) -> Option<String> {
    let data = icon.data.as_ref().filter(|data| data.len() <= LARGE / 3 * 4)?;
    let bytes = STANDARD.decode(data.as_bytes()).ok()?;
    Some(format!("data:{};base64,{}", picture_type(&bytes)?, STANDARD.encode(&bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pictures_are_shown() {
        let icon =
            |data: &str| Icon { data: Some(STANDARD.encode(data).into()), media_type: "image/png".into() };
        assert_eq!(address(&icon("<svg/>")).unwrap(), "data:image/svg+xml;base64,PHN2Zy8+");
        assert_eq!(address(&icon("<html></html>")), None);
        assert_eq!(address(&icon(&format!("<svg>{}</svg>", " ".repeat(LARGE)))), None);
        assert_eq!(address(&Icon { data: Some("\"><script>".into()), media_type: "image/png".into() }), None);
    }
}
