//! The scalars of the block style: plain, quoted, literal.

use std::borrow::Cow;
use std::ops::Range;

use super::Reader;
use crate::text::yaml::resolve;
use crate::text::{Kind, scan};

impl Reader<'_> {
    /// Ends the plain text of a line: at a comment, or at the blanks before the line break. Says, too,
    /// whether there is a comment, and where the line ends. Gives up at a colon, which the general
    /// reader refuses there.
    fn plain_line(&self, start: usize) -> Option<(usize, bool, usize)> {
        let mut at = start;
        let (mut end, line_end) = loop {
            at = scan::near(self.bytes, at, [b'\n', b':', b'#']);
            match self.byte(at) {
                None | Some(b'\n') => break (at, at),
                Some(b':') if matches!(self.byte(at + 1), None | Some(b' ' | b'\n')) => return None,
                Some(b'#') if at > start && self.bytes[at - 1] == b' ' => break (at, self.line_end(at)),
                Some(_) => at += 1,
            }
        };
        let has_comment = end < line_end;
        while end > start && self.bytes[end - 1] == b' ' {
            end -= 1;
        }
        Some((end, has_comment, line_end))
    }

    pub(super) fn plain(&mut self, parent: Option<usize>) -> Option<()> {
        let start = self.at;
        let (end, has_comment, line_end) = self.plain_line(start)?;
        self.at = (line_end + 1).min(self.bytes.len());
        let after = self.at;
        if !has_comment && let Some((text, end)) = self.more_plain_lines(start..end, parent)? {
            let (kind, text) = resolve::plain(Cow::Owned(text)).ok()?;
            self.push(kind, text, start..end);
            return Some(());
        }
        self.at = after;
        self.next_line();
        if has_comment && parent.is_none_or(|parent| self.column() > parent) && self.at < self.bytes.len() {
            return None; // text after a comment that ended a plain scalar
        }
        let (kind, text) = resolve::plain(Cow::Borrowed(&self.text[start..end])).ok()?;
        self.push(kind, text, start..end);
        Some(())
    }

    /// Folds further lines of a plain scalar, if there are any; then the position is at the next
    /// content. Some(None) if there are none.
    #[expect(clippy::option_option, reason = "giving up and finding nothing are different things")]
    fn more_plain_lines(
        &mut self,
        first: Range<usize>,
        parent: Option<usize>,
    ) -> Option<Option<(String, usize)>> {
        let mut folded: Option<String> = None;
        let mut end = first.end;
        let mut breaks = 1;
        loop {
            self.line = self.at;
            self.at = scan::behind_blanks(self.bytes, self.at);
            match self.byte(self.at) {
                Some(b'\n') => {
                    breaks += 1;
                    self.at += 1;
                    continue;
                }
                Some(byte) if parent.is_none_or(|parent| self.column() > parent) => {
                    if byte == b'#' {
                        // A comment line ends the scalar; what follows must not be deeper text.
                        return None;
                    }
                }
                _ => break,
            }
            if parent.is_none() && self.column() == 0 && matches!(self.byte(self.at), Some(b'-' | b'.')) {
                return None; // perhaps a document marker
            }
            let (text_end, has_comment, line_end) = self.plain_line(self.at)?;
            if has_comment {
                return None;
            }
            let text = folded.get_or_insert_with(|| self.text[first.clone()].to_owned());
            fold(text, breaks);
            text.push_str(&self.text[self.at..text_end]);
            end = text_end;
            breaks = 1;
            self.at = (line_end + 1).min(self.bytes.len());
        }
        let Some(text) = folded else { return Some(None) };
        if self.at < self.bytes.len() && self.byte(self.at) == Some(b'#') {
            self.at = self.line;
            self.next_line();
        }
        Some(Some((text, end)))
    }

    /// Reads the lines of a quoted scalar up to its quote. Each line but the first is handed over
    /// without its indentation, with the number of line breaks before it.
    pub(super) fn single_quoted(&mut self, parent: Option<usize>) -> Option<()> {
        let start = self.at;
        let mut text: Option<String> = None;
        let mut from = start + 1;
        self.at = from;
        loop {
            let hit = memchr::memchr2(b'\'', b'\n', &self.bytes[self.at..])? + self.at;
            if self.bytes[hit] == b'\n' {
                let text = text.get_or_insert_with(String::new);
                text.push_str(self.text[from..hit].trim_end_matches(' '));
                self.at = hit;
                let breaks = self.quoted_break(parent)?;
                fold(text, breaks);
                from = self.at;
            } else if self.byte(hit + 1) == Some(b'\'') {
                text.get_or_insert_with(String::new).push_str(&self.text[from..=hit]);
                from = hit + 2;
                self.at = from;
            } else {
                let rest = &self.text[from..hit];
                let value = match text {
                    None => Cow::Borrowed(rest),
                    Some(text) => Cow::Owned(text + rest),
                };
                self.at = hit + 1;
                self.push(Kind::Str, value, start..hit + 1);
                return Some(());
            }
        }
    }

    pub(super) fn double_quoted(&mut self, parent: Option<usize>) -> Option<()> {
        let start = self.at;
        let mut text: Option<String> = None;
        let mut from = start + 1;
        self.at = from;
        loop {
            let hit = memchr::memchr3(b'"', b'\\', b'\n', &self.bytes[self.at..])? + self.at;
            match self.bytes[hit] {
                b'"' => {
                    let rest = &self.text[from..hit];
                    let value = match text {
                        None => Cow::Borrowed(rest),
                        Some(text) => Cow::Owned(text + rest),
                    };
                    self.at = hit + 1;
                    self.push(Kind::Str, value, start..hit + 1);
                    return Some(());
                }
                b'\n' => {
                    let text = text.get_or_insert_with(String::new);
                    text.push_str(self.text[from..hit].trim_end_matches(' '));
                    self.at = hit;
                    let breaks = self.quoted_break(parent)?;
                    fold(text, breaks);
                }
                _ => {
                    let text = text.get_or_insert_with(String::new);
                    text.push_str(&self.text[from..hit]);
                    self.at = hit + 1;
                    if self.byte(self.at)? == b'\n' {
                        // An escaped line break joins the lines; further empty lines are breaks.
                        let breaks = self.quoted_break(parent)?;
                        text.extend(std::iter::repeat_n('\n', breaks - 1));
                    } else {
                        text.push(self.escape()?);
                    }
                }
            }
            from = self.at;
        }
    }

    /// From a line break in quotes to the next text; returns how many breaks there were.
    fn quoted_break(&mut self, parent: Option<usize>) -> Option<usize> {
        let mut breaks = 0;
        loop {
            match self.byte(self.at)? {
                b'\n' => {
                    breaks += 1;
                    self.at += 1;
                    self.line = self.at;
                }
                b' ' => self.at += 1,
                _ if parent.is_some_and(|parent| self.column() > parent) => return Some(breaks),
                _ => return None,
            }
        }
    }

    /// Reads an escape after its backslash.
    fn escape(&mut self) -> Option<char> {
        let byte = self.byte(self.at)?;
        self.at += 1;
        let digits = match byte {
            b'0' => return Some('\0'),
            b'a' => return Some('\u{7}'),
            b'b' => return Some('\u{8}'),
            b't' => return Some('\t'),
            b'n' => return Some('\n'),
            b'v' => return Some('\u{b}'),
            b'f' => return Some('\u{c}'),
            b'r' => return Some('\r'),
            b'e' => return Some('\u{1b}'),
            b' ' => return Some(' '),
            b'"' => return Some('"'),
            b'\\' => return Some('\\'),
            b'N' => return Some('\u{85}'),
            b'_' => return Some('\u{a0}'),
            b'L' => return Some('\u{2028}'),
            b'P' => return Some('\u{2029}'),
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            _ => return None,
        };
        let hex = self.text.get(self.at..self.at + digits)?;
        if !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        self.at += digits;
        char::from_u32(u32::from_str_radix(hex, 16).ok()?)
    }

    /// Reads a literal block (`|`) that does not stand at the root.
    pub(super) fn literal(&mut self, parent: Option<usize>) -> Option<()> {
        let parent = parent?;
        self.at += 1;
        let (mut chomp, mut explicit) = (None, None);
        while let Some(byte @ (b'+' | b'-' | b'1'..=b'9')) = self.byte(self.at) {
            match byte {
                b'+' | b'-' if chomp.is_none() => chomp = Some(byte),
                b'1'..=b'9' if explicit.is_none() => explicit = Some(usize::from(byte - b'0')),
                _ => return None,
            }
            self.at += 1;
        }
        if self.byte(self.at)? != b'\n' {
            return None; // a comment, or the end of the text
        }
        self.at += 1;
        let body = self.at;
        let indent = match explicit {
            Some(more) => parent + more,
            None => self.literal_indent(parent)?,
        };
        let (text, end) = self.literal_lines(indent, chomp)?;
        self.push(Kind::Str, Cow::Owned(text), body..end);
        self.next_line();
        Some(())
    }

    /// The indentation of the first line with text; leading empty lines must not be deeper.
    fn literal_indent(&self, parent: usize) -> Option<usize> {
        let (mut at, mut deepest) = (self.at, 0);
        loop {
            let start = at;
            while self.byte(at) == Some(b' ') {
                at += 1;
            }
            match self.byte(at) {
                None => return None,
                Some(b'\n') => {
                    deepest = deepest.max(at - start);
                    at += 1;
                }
                Some(_) => {
                    let indent = at - start;
                    // No text at all: an empty block before the next key.
                    return (indent > parent && deepest <= indent).then_some(indent);
                }
            }
        }
    }

    /// Reads the lines of a literal block and returns its text and where it ends.
    fn literal_lines(&mut self, indent: usize, chomp: Option<u8>) -> Option<(String, usize)> {
        let mut text = String::new();
        let mut breaks = 0; // line breaks not yet written: all but one go unless `+` keeps them
        let mut end = self.at;
        loop {
            let start = self.at;
            while self.at - start < indent && self.byte(self.at) == Some(b' ') {
                self.at += 1;
            }
            match self.byte(self.at) {
                None => break,
                Some(b'\n') => {
                    breaks += 1;
                    self.at += 1;
                    continue;
                }
                Some(_) if self.at - start < indent => {
                    self.at = start;
                    break;
                }
                Some(_) => {}
            }
            let line_end = self.line_end(self.at);
            if line_end == self.bytes.len() {
                return None; // without a final newline go-yaml has two opinions
            }
            text.extend(std::iter::repeat_n('\n', breaks));
            text.push_str(&self.text[self.at..line_end]);
            end = line_end;
            breaks = 1;
            self.at = line_end + 1;
        }
        match chomp {
            Some(b'-') => {}
            Some(_) => text.extend(std::iter::repeat_n('\n', breaks)),
            None if !text.is_empty() => text.push('\n'),
            None => {}
        }
        Some((text, end))
    }
}

/// Appends what line breaks inside a scalar come to: one is a blank, more are one break fewer.
fn fold(text: &mut String, breaks: usize) {
    if breaks == 1 {
        text.push(' ');
    } else {
        text.extend(std::iter::repeat_n('\n', breaks - 1));
    }
}
