//! Where a part of a scalar's value stands in the text that spells it.

use std::ops::Range;

/// Returns the bytes of `spelled` that make some bytes of `value`; none if that cannot be told. The
/// spelling may be plain, quoted or a block: indents and line breaks that YAML drops are passed over.
pub(super) fn part(spelled: &str, value: &str, wanted: Range<usize>) -> Option<Range<usize>> {
    let mut reader = Reader { rest: spelled, quote: None };
    match spelled.as_bytes().first()? {
        quote @ (b'\'' | b'"') => {
            reader.quote = Some(*quote);
            reader.rest = &spelled[1..];
        }
        // What follows on the line are chomping and indent, or a comment.
        b'|' | b'>' => reader.rest = &spelled[spelled.find('\n')? + 1..],
        _ => {}
    }
    let at = |reader: &Reader<'_>| spelled.len() - reader.rest.len();
    let (mut start, mut end) = (None, None);
    for (offset, c) in value.char_indices() {
        if offset >= wanted.end && end.is_some() {
            break;
        }
        let (from, rest) = reader.find(c)?;
        if offset >= wanted.start && start.is_none() {
            start = Some(spelled.len() - from.len());
        }
        reader.rest = rest;
        if offset < wanted.end {
            end = Some(at(&reader));
        }
    }
    // A place behind the last character is that of the last one.
    let start = start.or(end.map(|end| end - 1))?;
    Some(start..end.filter(|end| *end > start)?)
}

struct Reader<'t> {
    rest: &'t str,
    quote: Option<u8>,
}

impl<'t> Reader<'t> {
    /// Returns what there is from the next character of the value on, and what is behind it.
    fn find(&self, c: char) -> Option<(&'t str, &'t str)> {
        let mut rest = self.rest;
        loop {
            let first = rest.chars().next()?;
            let behind = &rest[first.len_utf8()..];
            match (first, self.quote) {
                ('\\', Some(b'"')) => match escape(behind)? {
                    (Some(escaped), behind) => return (escaped == c).then_some((rest, behind)),
                    (None, behind) => rest = behind,
                },
                ('\'', Some(b'\'')) => return (c == '\'').then_some((rest, behind.strip_prefix('\'')?)),
                _ if first == c || (first == '\n' && c == ' ') => return Some((rest, behind)),
                (' ' | '\t' | '\n' | '\r', _) => rest = behind,
                _ => return None,
            }
        }
    }
}

/// Reads what follows a backslash: the character that it means, none for a line break that is dropped.
fn escape(text: &str) -> Option<(Option<char>, &str)> {
    let letter = text.chars().next()?;
    let behind = &text[letter.len_utf8()..];
    let digits = match letter {
        '\n' => return Some((None, behind)),
        '\r' => return Some((None, behind.strip_prefix('\n').unwrap_or(behind))),
        '"' | '\\' | '/' | ' ' => return Some((Some(letter), behind)),
        'n' => return Some((Some('\n'), behind)),
        'r' => return Some((Some('\r'), behind)),
        't' | '\t' => return Some((Some('\t'), behind)),
        'b' => return Some((Some('\u{8}'), behind)),
        'f' => return Some((Some('\u{c}'), behind)),
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => return None,
    };
    let code = u32::from_str_radix(behind.get(..digits)?, 16).ok()?;
    Some((Some(char::from_u32(code)?), &behind[digits..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::yaml;

    #[test]
    fn a_part_is_found_in_every_style() {
        let table = [
            ("self.a == 'b'", "a"),
            ("'self.a == ''b'''", "''b''"),
            ("\"self.a == \\\"b\\\"\"", "\\\"b\\\""),
            ("\"\\x73elf.\\u00e9 == a\"", "\\u00e9"),
            ("|-\n  self.x ||\n    self.a", "a"),
            (">-\n  self.x ||\n  self.a", "a"),
            (">\n  self.x ||\n\n  self.a\n", "a"),
            ("self.x ||\n  self.a", "a"),
            ("\"self.x \\\n  || self.a\"", "a"),
        ];
        for (spelled, guilty) in table {
            let text = format!("k: {spelled}");
            let tree = yaml::read(&text, 0..text.len()).unwrap();
            let value = tree.root().unwrap().get("k").unwrap();
            let wanted = match guilty {
                "a" => value.text().find("self.a").unwrap() + 5..value.text().find("self.a").unwrap() + 6,
                "\\u00e9" => value.text().find('é').unwrap()..value.text().find('é').unwrap() + 2,
                _ => value.text().len() - 3..value.text().len(),
            };
            let spelled = &text[value.span()];
            let found = part(spelled, value.text(), wanted).map(|found| &spelled[found]);
            assert_eq!(found, Some(guilty), "{text}");
        }
    }

    #[test]
    fn the_end_is_the_last_character() {
        assert_eq!(part("abc", "abc", 3..3), Some(2..3));
        assert_eq!(part("abc", "xyz", 0..1), None);
        assert_eq!(part("''", "", 0..0), None);
    }
}
