//! Reads JSON. One pass, no recursion: catalogs are hundreds of megabytes of it.

use std::borrow::Cow;

use crate::text::{Builder, Fault, Kind, Tree, scan};

/// Go's own limit.
const DEPTH: usize = 10_000;

/// Reads one JSON value; spans are offsets in `text`. Duplicate keys stay in the tree.
///
/// # Errors
/// When the text is not one JSON value and white space.
pub fn read(text: &str) -> Result<Tree<'_>, Fault> {
    // Schemas have a node for some 20 bytes; moving nodes as they become more costs more than room that is not used.
    let (tree, end) = Reader::new(text, 0, text.len() / 20).read()?;
    let rest = text[end..].trim_start_matches(BLANK);
    if rest.is_empty() {
        return Ok(tree);
    }
    let at = text.len() - rest.len();
    Err(fault("text after the end of the value", text, at))
}

/// Reads the JSON value that begins at or after byte `start`, and returns where it ends.
///
/// # Errors
/// When there is no JSON value.
pub fn read_prefix(text: &str, start: usize) -> Result<(Tree<'_>, usize), Fault> {
    Reader::new(text, start, 0).read()
}

/// Returns whether bytes are one JSON value, without building anything from them.
pub fn is_valid(bytes: &[u8]) -> bool {
    // A struct's worth of code less than a second reader, and measured at the same speed.
    serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok()
}

const BLANK: [char; 4] = [' ', '\t', '\r', '\n'];

fn fault(message: &str, text: &str, at: usize) -> Fault {
    let end = text[at.min(text.len())..].chars().next().map_or(at, |c| at + c.len_utf8());
    Fault::new(format!("not JSON: {message}"), at..end)
        .help("look for a missing quote, comma or bracket, here or before")
}

struct Reader<'s> {
    text: &'s str,
    bytes: &'s [u8],
    at: usize,
    builder: Builder<'s>,
}

impl<'s> Reader<'s> {
    /// Makes a reader that begins at byte `at`, with room for some nodes.
    fn new(text: &'s str, at: usize, nodes: usize) -> Self {
        Reader { text, bytes: text.as_bytes(), at, builder: Builder::with_capacity(nodes) }
    }

    fn read(mut self) -> Result<(Tree<'s>, usize), Fault> {
        self.value()?;
        Ok((self.builder.finish(), self.at))
    }

    fn fault(&self, message: &str) -> Fault {
        fault(message, self.text, self.at)
    }

    /// Skips white space and returns the next byte; 0 at the end.
    fn peek(&mut self) -> u8 {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.bytes.get(self.at) {
            self.at += 1;
        }
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    fn value(&mut self) -> Result<(), Fault> {
        // The kinds of the lists and mappings that are open.
        let mut open: Vec<u8> = Vec::new();
        loop {
            // A value starts here.
            match self.peek() {
                bracket @ (b'{' | b'[') => {
                    if open.len() == DEPTH {
                        return Err(self.fault("nested too deeply"));
                    }
                    let kind = if bracket == b'{' { Kind::Map } else { Kind::List };
                    self.builder.open_at(kind, self.at);
                    self.at += 1;
                    open.push(bracket);
                    if self.peek() != bracket + 2 {
                        if bracket == b'{' {
                            self.key()?;
                        }
                        continue;
                    }
                    // `}` and `]` are two after their openings; the loop below closes.
                }
                b'"' => self.string()?,
                b't' => self.word("true", Kind::Bool)?,
                b'f' => self.word("false", Kind::Bool)?,
                b'n' => self.word("null", Kind::Null)?,
                b'-' | b'0'..=b'9' => self.number()?,
                _ if self.at >= self.bytes.len() => return Err(self.fault("the text ends too early")),
                _ => return Err(self.fault("a value is expected here")),
            }
            // A value is complete, or an empty list or mapping is about to be.
            loop {
                let Some(&bracket) = open.last() else { return Ok(()) };
                match self.peek() {
                    b',' => {
                        self.at += 1;
                        if bracket == b'{' {
                            self.key()?;
                        }
                        break;
                    }
                    close if close == bracket + 2 => {
                        self.at += 1;
                        self.builder.close_at(self.at);
                        open.pop();
                    }
                    _ if self.at >= self.bytes.len() => return Err(self.fault("the text ends too early")),
                    _ if bracket == b'{' => return Err(self.fault("`,` or `}` is expected here")),
                    _ => return Err(self.fault("`,` or `]` is expected here")),
                }
            }
        }
    }

    fn key(&mut self) -> Result<(), Fault> {
        if self.peek() != b'"' {
            return Err(self.fault("a key in double quotes is expected here"));
        }
        self.string()?;
        if self.peek() != b':' {
            return Err(self.fault("`:` is expected here"));
        }
        self.at += 1;
        Ok(())
    }

    fn word(&mut self, word: &'static str, kind: Kind) -> Result<(), Fault> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return Err(self.fault("a value is expected here"));
        }
        self.builder.push(kind, Cow::Borrowed(word), self.at..self.at + word.len());
        self.at += word.len();
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Fault> {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        if self.at == start { Err(self.fault("a digit is expected here")) } else { Ok(()) }
    }

    fn number(&mut self) -> Result<(), Fault> {
        let start = self.at;
        if self.bytes[self.at] == b'-' {
            self.at += 1;
        }
        if self.bytes.get(self.at) == Some(&b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        let mut kind = Kind::Int;
        if self.bytes.get(self.at) == Some(&b'.') {
            kind = Kind::Float;
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.bytes.get(self.at) {
            kind = Kind::Float;
            self.at += 1;
            if let Some(b'+' | b'-') = self.bytes.get(self.at) {
                self.at += 1;
            }
            self.digits()?;
        }
        let text = &self.text[start..self.at];
        if kind == Kind::Int && text.parse::<i64>().is_err() && text.parse::<u64>().is_err() {
            kind = Kind::Float;
        }
        if kind == Kind::Float && !text.parse::<f64>().is_ok_and(f64::is_finite) {
            self.at = start;
            return Err(self.fault("a number that no double holds"));
        }
        self.builder.push(kind, Cow::Borrowed(text), start..self.at);
        Ok(())
    }

    fn string(&mut self) -> Result<(), Fault> {
        let start = self.at;
        self.at += 1;
        let mut from = self.at;
        let mut text: Option<String> = None;
        loop {
            let hit = scan::near(self.bytes, self.at, [b'"', b'\\']);
            if hit == self.bytes.len() {
                self.at = start;
                return Err(self.fault("a string without end"));
            }
            if let Some(control) = scan::find(&self.bytes[from..hit], |byte| byte < 0x20) {
                self.at = from + control;
                return Err(self.fault("a control character in a string"));
            }
            let part = &self.text[from..hit];
            if self.bytes[hit] == b'"' {
                let value = match text {
                    None => Cow::Borrowed(part),
                    Some(text) => Cow::Owned(text + part),
                };
                self.at = hit + 1;
                self.builder.push(Kind::Str, value, start..self.at);
                return Ok(());
            }
            let text = text.get_or_insert_default();
            text.push_str(part);
            self.at = hit + 1;
            text.push(self.escape()?);
            from = self.at;
        }
    }

    /// Reads an escape after its backslash. Half a surrogate pair is U+FFFD, as in Go.
    fn escape(&mut self) -> Result<char, Fault> {
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        let c = match byte {
            b'"' | b'\\' | b'/' => byte as char,
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.hex(self.at + 1)?;
                self.at += 5;
                let is_pair = (0xd800..0xdc00).contains(&unit) && self.bytes[self.at..].starts_with(b"\\u");
                if is_pair {
                    let low = self.hex(self.at + 2)?;
                    if (0xdc00..0xe000).contains(&low) {
                        self.at += 6;
                        let c = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                        return Ok(char::from_u32(c).unwrap_or('\u{fffd}'));
                    }
                }
                return Ok(char::from_u32(unit).unwrap_or('\u{fffd}'));
            }
            _ => return Err(self.fault("an escape that JSON does not have")),
        };
        self.at += 1;
        Ok(c)
    }

    fn hex(&self, at: usize) -> Result<u32, Fault> {
        let digits = self.bytes.get(at..at + 4).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        digits
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .ok_or_else(|| self.fault("four hexadecimal digits are expected here"))
    }
}
