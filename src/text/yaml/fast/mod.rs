//! Reads the block style that Go, kustomize and people write: indented mappings and lists, plain
//! and quoted scalars, literal blocks, `[]` and `{}`. At anything else it gives up, and the general
//! reader decides; so this one may never accept what that one refuses or reads otherwise.
//!
//! It goes line by line and looks at each byte about once, which is several times faster than
//! scanning tokens (see `make bench`).

mod scalar;

use std::borrow::Cow;
use std::ops::Range;

use super::resolve;
use crate::text::{Builder, Kind, Tree, scan};

/// Deeper documents are left to the general reader, which has its own limit.
const DEPTH: usize = 200;

/// Reads the document `text[range]`, or gives up.
pub(super) fn read(text: &str, range: Range<usize>) -> Option<Tree<'_>> {
    let range = match text[range.clone()].strip_prefix('\u{feff}') {
        Some(rest) => range.end - rest.len()..range.end,
        None => range,
    };
    if !is_tame(&text.as_bytes()[range.clone()]) {
        return None;
    }
    // About one node for 20 bytes of manifest; a catalog of base64 has far fewer.
    let mut reader = Reader {
        text: &text[..range.end],
        bytes: &text.as_bytes()[..range.end],
        line: range.start,
        at: range.start,
        builder: Builder::with_capacity((range.len() / 24).min(4096)),
    };
    if let Some(column) = reader.next_line() {
        reader.block(column, None)?;
        if reader.at < reader.bytes.len() {
            return None; // a line that is less indented than the first
        }
    }
    Some(reader.builder.finish())
}

/// Whether a text has none of the characters that go-yaml treats in ways of its own: controls, line
/// breaks other than LF, byte order marks. Tabs and carriage returns are left to the general reader.
fn is_tame(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while !rest.is_empty() {
        let (chunk, more) = rest.split_at(rest.len().min(4096));
        // Branch-free, so that it is compiled to vector instructions.
        let (mut control, mut high) = (false, false);
        for &byte in chunk {
            control |= (byte < 0x20) & (byte != b'\n') | (byte == 0x7f);
            high |= byte >= 0x80;
        }
        // A wild character may straddle two chunks, so look three bytes into the next one.
        if control || high && has_wild_character(&rest[..rest.len().min(chunk.len() + 3)]) {
            return false;
        }
        rest = more;
    }
    true
}

fn has_wild_character(bytes: &[u8]) -> bool {
    memchr::memchr3_iter(0xc2, 0xe2, 0xef, bytes).any(|at| {
        matches!(
            bytes[at..],
            [0xc2, 0x80..=0x9f, ..]
                | [0xe2, 0x80, 0xa8 | 0xa9, ..]
                | [0xef, 0xbb, 0xbf, ..]
                | [0xef, 0xbf, 0xbe | 0xbf, ..]
        )
    })
}

struct Reader<'s> {
    text: &'s str,
    bytes: &'s [u8],
    /// The start of the line that `at` is in.
    line: usize,
    at: usize,
    builder: Builder<'s>,
}

/// How a line goes on after a possible key.
enum Line {
    /// A key that ends at the first number; its colon is there, too, or after blanks.
    Key(Range<usize>, KeyStyle),
    /// No key: a scalar.
    Scalar,
}

enum KeyStyle {
    Plain,
    Quoted,
}

impl<'s> Reader<'s> {
    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    fn column(&self) -> usize {
        self.at - self.line
    }

    fn line_end(&self, at: usize) -> usize {
        scan::near(self.bytes, at, [b'\n'])
    }

    /// Goes from the start of a line to the next content and returns its column.
    fn next_line(&mut self) -> Option<usize> {
        loop {
            self.line = self.at;
            self.at = scan::behind_blanks(self.bytes, self.at);
            match self.byte(self.at) {
                None => return None,
                Some(b'\n') => self.at += 1,
                Some(b'#') => self.at = (self.line_end(self.at) + 1).min(self.bytes.len()),
                Some(_) => return Some(self.column()),
            }
        }
    }

    /// After a value: only blanks and a comment may stand in its line. Goes to the next content.
    fn end_line(&mut self) -> Option<()> {
        let start = self.at;
        self.at = scan::behind_blanks(self.bytes, self.at);
        match self.byte(self.at) {
            None => return Some(()),
            Some(b'\n') => self.at += 1,
            Some(b'#') if self.at > start || start == self.line => {
                self.at = (self.line_end(self.at) + 1).min(self.bytes.len());
            }
            // go-yaml lets a comment follow a quote without a blank; so does the general reader not.
            Some(b'#') if matches!(self.bytes[start - 1], b'"' | b'\'') => {
                self.at = (self.line_end(self.at) + 1).min(self.bytes.len());
            }
            Some(_) => return None,
        }
        self.next_line();
        Some(())
    }

    /// Reads the node that starts here, at `column` of its line, inside a block of column `parent`.
    fn block(&mut self, column: usize, parent: Option<usize>) -> Option<()> {
        if self.builder.depth() > DEPTH {
            return None;
        }
        if self.is_dash() {
            return self.list(column);
        }
        match self.key()? {
            Line::Key(key, style) => self.map(column, key, style),
            Line::Scalar => self.scalar(parent),
        }
    }

    /// Whether a list item starts here.
    fn is_dash(&self) -> bool {
        self.byte(self.at) == Some(b'-') && matches!(self.byte(self.at + 1), None | Some(b' ' | b'\n'))
    }

    /// Looks whether the line goes on with a key. Gives up at what only the general reader knows.
    fn key(&self) -> Option<Line> {
        match self.byte(self.at)? {
            quote @ (b'"' | b'\'') => {
                let mut end = self.at + 1;
                loop {
                    match self.byte(end)? {
                        byte if byte == quote => break,
                        b'\\' if quote == b'"' => return self.no_key_in_line(),
                        b'\n' => return Some(Line::Scalar),
                        _ => end += 1,
                    }
                }
                if quote == b'\'' && self.byte(end + 1) == Some(b'\'') {
                    return self.no_key_in_line();
                }
                match self.byte(end + 1) {
                    Some(b':') if matches!(self.byte(end + 2), None | Some(b' ' | b'\n')) => {
                        Some(Line::Key(self.at..end + 1, KeyStyle::Quoted))
                    }
                    Some(b':') => None,
                    _ => Some(Line::Scalar),
                }
            }
            b'|' | b'>' => Some(Line::Scalar),
            b'[' | b'{' => self.no_key_in_line(),
            b'&' | b'*' | b'!' | b'%' | b'@' | b'`' | b'#' | b',' | b']' | b'}' => None,
            b'-' | b'?' | b':' if matches!(self.byte(self.at + 1), None | Some(b' ' | b'\n')) => None,
            b'-' if self.bytes[self.at..].starts_with(b"---") && self.column() == 0 => None,
            b'.' if self.bytes[self.at..].starts_with(b"...") && self.column() == 0 => None,
            _ => {
                let mut end = self.at;
                loop {
                    end = scan::near(self.bytes, end, [b':', b'\n', b'#']);
                    match self.byte(end) {
                        None | Some(b'\n') => return Some(Line::Scalar),
                        Some(b':') if matches!(self.byte(end + 1), None | Some(b' ' | b'\n')) => break,
                        Some(b'#') if self.bytes[end - 1] == b' ' => return Some(Line::Scalar),
                        Some(_) => end += 1,
                    }
                }
                // go-yaml refuses keys of over 1,024 characters.
                if end - self.at > 1000 || self.bytes[end - 1] == b' ' {
                    return None;
                }
                Some(Line::Key(self.at..end, KeyStyle::Plain))
            }
        }
    }

    /// A quoted text with escapes or a flow collection may be a key, too; only if no colon follows
    /// in its line it is certainly none.
    fn no_key_in_line(&self) -> Option<Line> {
        let line = &self.bytes[self.at..self.line_end(self.at)];
        let may_be_key =
            memchr::memchr_iter(b':', line).any(|at| matches!(line.get(at + 1), None | Some(b' ')));
        (!may_be_key).then_some(Line::Scalar)
    }

    fn push(&mut self, kind: Kind, text: Cow<'s, str>, span: Range<usize>) {
        self.builder.push(kind, text, span);
    }

    /// Reads a mapping whose first key was just found.
    fn map(&mut self, column: usize, mut key: Range<usize>, mut style: KeyStyle) -> Option<()> {
        self.builder.open_at(Kind::Map, key.start);
        loop {
            let name = match style {
                KeyStyle::Quoted => Cow::Borrowed(&self.text[key.start + 1..key.end - 1]),
                KeyStyle::Plain => {
                    let text = &self.text[key.clone()];
                    if text == "<<" {
                        return None;
                    }
                    let (kind, text) = resolve::plain(Cow::Borrowed(text)).ok()?;
                    resolve::key(kind, text).ok()?
                }
            };
            self.push(Kind::Str, name, key.clone());
            self.at = key.end + 1;
            self.value(column, column, true)?;
            if self.at >= self.bytes.len() || self.column() < column {
                break;
            }
            if self.column() > column || self.is_dash() {
                return None;
            }
            match self.key()? {
                Line::Key(next, next_style) => (key, style) = (next, next_style),
                Line::Scalar => return None,
            }
        }
        self.builder.close_at(self.end_of_content());
        Some(())
    }

    fn list(&mut self, column: usize) -> Option<()> {
        self.builder.open_at(Kind::List, self.at);
        loop {
            self.at += 1;
            self.value(column, column, false)?;
            if self.at >= self.bytes.len() || self.column() < column {
                break;
            }
            if self.column() > column {
                return None;
            }
            if !self.is_dash() {
                break; // the next key of the mapping that this list is a value of
            }
        }
        self.builder.close_at(self.end_of_content());
        Some(())
    }

    /// Where the block before the current line ends: without the blanks and comments in between.
    fn end_of_content(&self) -> usize {
        let end = if self.at >= self.bytes.len() { self.bytes.len() } else { self.line };
        let kept = self.bytes[..end].iter().rposition(|byte| !matches!(byte, b' ' | b'\n'));
        kept.map_or(end, |last| last + 1)
    }

    /// Reads what follows a colon or a dash.
    fn value(&mut self, column: usize, parent: usize, in_map: bool) -> Option<()> {
        let after = self.at;
        self.at = scan::behind_blanks(self.bytes, self.at);
        match self.byte(self.at) {
            None | Some(b'\n') => {}
            Some(b'#') if self.at > after => {}
            Some(_) if !in_map => {
                // A block that starts in the line of its dash.
                let column = self.column();
                return self.block(column, Some(parent));
            }
            Some(_) => return self.scalar(Some(parent)),
        }
        let empty = after..after;
        self.at = (self.line_end(self.at) + 1).min(self.bytes.len());
        match self.next_line() {
            Some(next) if next > column => self.block(next, Some(parent)),
            Some(next) if next == column && in_map && self.is_dash() => self.list(next),
            _ => {
                self.push(Kind::Null, Cow::Borrowed("null"), empty);
                Some(())
            }
        }
    }

    /// Reads a scalar or an empty flow collection, and the rest of its line.
    fn scalar(&mut self, parent: Option<usize>) -> Option<()> {
        let start = self.at;
        match self.byte(start)? {
            b'|' => return self.literal(parent),
            b'\'' => self.single_quoted(parent)?,
            b'"' => self.double_quoted(parent)?,
            b'[' | b'{' => {
                let (kind, close) =
                    if self.bytes[start] == b'[' { (Kind::List, b']') } else { (Kind::Map, b'}') };
                if self.byte(start + 1) != Some(close) {
                    return None;
                }
                self.builder.open_at(kind, start);
                self.builder.close_at(start + 2);
                self.at = start + 2;
            }
            b'>' | b'&' | b'*' | b'!' | b'%' | b'@' | b'`' | b'#' | b',' | b']' | b'}' => return None,
            b'-' | b'?' | b':' if matches!(self.byte(start + 1), None | Some(b' ' | b'\n')) => return None,
            _ => return self.plain(parent),
        }
        self.end_line()
    }
}
