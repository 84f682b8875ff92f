//! The look of the SVG. Kinds of edges differ by dashes and tips, entries by dots and words: colour only helps.

/// The style sheet of all drawings of a page, whose colours are custom properties: those of [`LIGHT`] and [`DARK`].
pub const STYLE: &str = include_str!("style.css");

/// The colours on a light page, as declarations.
pub const LIGHT: &str = "--graph-page:#ffffff;--graph-ink:#1b1f24;--graph-muted:#59636e;--graph-line:#59636e;\
     --graph-faint:#8a949f;--graph-accent:#0b57d0;--graph-warn:#b3261e;--graph-hover:#eef3fb";

/// The colours on a dark page, as declarations.
pub const DARK: &str = "--graph-page:#14171c;--graph-ink:#e8eaed;--graph-muted:#a4adb8;--graph-line:#a4adb8;\
     --graph-faint:#69737f;--graph-accent:#8ab4f8;--graph-warn:#f5a49c;--graph-hover:#20262f";

/// Returns the style sheet of a drawing that stands alone. The colours are written out, since not every viewer knows
/// custom properties.
pub(super) fn alone() -> String {
    let page = ".page{fill:var(--graph-page)}\n";
    let sheet = |colours: &str| filled(&format!("{page}{STYLE}"), colours);
    format!("{}@media(prefers-color-scheme:dark){{\n{}}}\n", sheet(LIGHT), sheet(DARK))
}

/// Writes the colours in the place of their names.
fn filled(sheet: &str, colours: &str) -> String {
    let pairs = colours.split(';').filter_map(|declaration| declaration.split_once(':'));
    pairs.fold(sheet.to_owned(), |sheet, (name, colour)| sheet.replace(&format!("var({name})"), colour))
}

#[cfg(test)]
mod tests {
    use super::{DARK, LIGHT, STYLE, alone};

    /// The luminance of a colour, as the guidelines for accessible pages define it.
    fn luminance(colour: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    #[test]
    fn texts_can_be_read_in_both_schemes() {
        for colours in [LIGHT, DARK] {
            let of = |name: &str| {
                let found =
                    colours.split(';').find_map(|pair| pair.strip_prefix(&format!("--graph-{name}:")));
                luminance(found.unwrap())
            };
            let texts = ["ink", "muted", "accent", "warn"].map(|text| (text, 4.5));
            for (ink, least) in texts.into_iter().chain([("line", 3.0), ("faint", 3.0)]) {
                for ground in ["page", "hover"].into_iter().take(if least > 3.0 { 2 } else { 1 }) {
                    let (a, b) = (of(ink), of(ground));
                    let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
                    assert!(contrast >= least, "{ink} on {ground}: {contrast:.2}");
                }
            }
        }
    }

    #[test]
    fn every_colour_is_there() {
        assert!(STYLE.contains("var(--graph-"));
        assert!(!alone().contains("var("));
        assert!(alone().contains("prefers-color-scheme:dark"));
    }
}
