//! Text of the user's files made fit to be shown, on a terminal, on a page or in a drawing: what would move the
//! cursor, change colours or turn the reading direction, and what nobody would see, is shown instead of obeyed.

use std::borrow::Cow;

/// Returns what stands for a character that must not be shown as it is.
fn substitute(c: char) -> Option<char> {
    match c {
        '\t' => Some(' '),
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)),
        '\x7f' => Some('␡'),
        // C1 controls (U+009B alone starts an escape sequence), and what joins, hides or turns
        // its neighbours.
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => Some('\u{fffd}'),
        // No characters at all; XML must not have them.
        '\u{fffe}' | '\u{ffff}' => Some('\u{fffd}'),
        // Private use: the report for people marks places with it.
        '\u{f0000}'.. => Some('\u{fffd}'),
        _ => None,
    }
}

/// Returns the text with every such character replaced, so that it also is one line.
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| substitute(c).is_none()) {
        return Cow::Borrowed(text);
    }
    text.chars().map(|c| substitute(c).unwrap_or(c)).collect()
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn nothing_that_a_terminal_obeys_is_left() {
        assert_eq!(clean("a\tb"), "a b");
        assert_eq!(clean("\u{1b}[31mred\u{7}"), "␛[31mred␇");
        assert_eq!(clean("two\r\nlines"), "two␍␊lines");
        assert_eq!(clean("\u{9b}31m \u{202e}x"), "\u{fffd}31m \u{fffd}x");
        assert_eq!(clean("größer ✓"), "größer ✓");
    }

    #[test]
    fn nothing_is_hidden_or_turned() {
        for c in [
            '\u{ad}', '\u{61c}', '\u{200b}', '\u{2028}', '\u{202e}', '\u{2069}', '\u{feff}', '\u{fff9}',
            '\u{fffb}',
        ]
        .into_iter()
        .chain(['\u{fffe}', '\u{ffff}', '\u{e0001}', '\u{e0041}', '\u{f0000}', '\u{10ffff}'])
        {
            assert_eq!(clean(&format!("a{c}b")), "a\u{fffd}b", "{:x}", u32::from(c));
        }
    }
}
