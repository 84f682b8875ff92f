//! What kind of picture some bytes are, by how they begin: for icons.

/// The beginnings of pictures: the offset, the bytes, and the media type.
const BEGINNINGS: &[(usize, &[u8], &str)] = &[
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"BM", "image/bmp"),
    (0, b"\x00\x00\x01\x00", "image/vnd.microsoft.icon"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"8BPS", "image/vnd.adobe.photoshop"),
    (4, b"ftypheic", "image/heif"),
    (4, b"ftypmif1", "image/heif"),
    (4, b"ftypavif", "image/avif"),
    (0, b"II\xbc", "image/vnd.ms-photo"),
];

/// Returns the media type of a picture; none if it is none that we know.
///
/// opm refuses a svg that has a `*` outside of comments; consoles show it all the same, and so do we.
pub fn picture_type(bytes: &[u8]) -> Option<&'static str> {
    let begins = |(at, beginning, _): &&(usize, &[u8], &str)| {
        bytes.get(*at..).is_some_and(|bytes| bytes.starts_with(beginning))
    };
    if let Some((_, _, media_type)) = BEGINNINGS.iter().find(begins) {
        return Some(media_type);
    }
    is_svg(std::str::from_utf8(bytes).ok()?).then_some("image/svg+xml")
}

/// Whether a text is one element `svg`, with declarations and comments before it.
fn is_svg(text: &str) -> bool {
    let mut rest = text.trim_start_matches('\u{feff}').trim();
    loop {
        let end = if rest.starts_with("<!--") {
            rest.find("-->").map(|at| at + 3)
        } else if rest.starts_with("<?") {
            rest.find("?>").map(|at| at + 2)
        } else if rest.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype")) {
            rest.find('>').map(|at| at + 1)
        } else {
            break;
        };
        let Some(end) = end else { return false };
        rest = rest[end..].trim_start();
    }
    let is_open = rest.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("<svg"))
        && rest[4..].starts_with(|c: char| c.is_whitespace() || c == '>' || c == '/');
    let lower = rest.to_ascii_lowercase();
    is_open && (lower.ends_with("</svg>") || lower.ends_with("/>") || lower.ends_with("-->"))
}

#[cfg(test)]
mod tests {
    use super::picture_type;

    #[test]
    fn pictures_are_known_by_their_bytes() {
        let table: &[(&[u8], Option<&str>)] = &[
            (b"\x89PNG\r\n\x1a\nrest", Some("image/png")),
            (b"\xff\xd8\xff\xe0", Some("image/jpeg")),
            (b"GIF89a", Some("image/gif")),
            (b"RIFF....WEBPVP8 ", Some("image/webp")),
            (b"<svg xmlns='x'/>", Some("image/svg+xml")),
            (b"<?xml version='1.0'?>\n<!-- * -->\n<!DOCTYPE svg>\n<SVG>*</SVG>\n", Some("image/svg+xml")),
            (b"<svgfoo></svg>", None),
            (b"<!-- never closed", None),
            (b"<html></html>", None),
            (b"plain", None),
            (b"", None),
        ];
        for (bytes, wanted) in table {
            assert_eq!(picture_type(bytes), *wanted, "{}", String::from_utf8_lossy(bytes));
        }
    }
}
