//! Writes YAML as go-yaml v2 writes it, byte for byte: block style, two blanks a level, lists not
//! indented below their key, scalars folded at column 80.
//!
//! Differs where go-yaml's way would lose text: line breaks other than LF are escaped.

use super::scalar::{Scalar, Style};
use super::sort;
use crate::text::{Kind, Value, blanks, json, number};

/// Where go-yaml starts to look for a blank to break a line at.
const WIDTH: usize = 80;
/// Longer keys, in bytes, are written with `?`.
const SIMPLE_KEY: usize = 128;

/// Appends a value as a YAML document, without `---`, ended by a newline.
pub fn write(value: Value<'_, '_>, out: &mut String) {
    let mut writer = Writer { out };
    match value.kind() {
        Kind::Map if !is_empty(value) => writer.map(value, 0),
        Kind::List if !is_empty(value) => writer.list(value, 0),
        Kind::Json => match json::read(value.text()) {
            Ok(tree) => tree.root().into_iter().for_each(|root| write(root, writer.out)),
            Err(_) => writer.out.push_str("null\n"),
        },
        _ => {
            writer.scalar(value, 0);
            writer.out.push('\n');
        }
    }
}

fn is_empty(value: Value<'_, '_>) -> bool {
    value.items().next().is_none() && value.entries().next().is_none()
}

struct Writer<'o> {
    out: &'o mut String,
}

impl Writer<'_> {
    fn indent(&mut self, columns: usize) {
        blanks::push(self.out, columns);
    }

    /// Writes a mapping whose keys stand at `column`; the first where the line already is.
    fn map(&mut self, map: Value<'_, '_>, column: usize) {
        for (index, (key, value)) in sort::entries(map).into_iter().enumerate() {
            if index > 0 {
                self.indent(column);
            }
            let key = Scalar::of(key.text());
            if key.text.len() <= SIMPLE_KEY && key.style != Style::Literal {
                self.text(&key, column, false);
            } else {
                self.out.push_str("? ");
                self.text(&key, column, true);
                self.out.push('\n');
                self.indent(column);
            }
            self.out.push(':');
            self.value(value, column);
        }
    }

    /// Writes what follows a key at `column` and its colon.
    fn value(&mut self, value: Value<'_, '_>, column: usize) {
        match value.kind() {
            Kind::Map if !is_empty(value) => {
                self.out.push('\n');
                self.indent(column + 2);
                self.map(value, column + 2);
            }
            Kind::List if !is_empty(value) => {
                self.out.push('\n');
                self.indent(column);
                self.list(value, column);
            }
            Kind::Json => self.raw(value.text(), |writer, value| writer.value(value, column)),
            _ => {
                self.out.push(' ');
                self.scalar(value, column);
                self.out.push('\n');
            }
        }
    }

    /// Writes a list whose dashes stand at `column`; the first where the line already is.
    fn list(&mut self, list: Value<'_, '_>, column: usize) {
        for (index, item) in list.items().enumerate() {
            if index > 0 {
                self.indent(column);
            }
            self.out.push_str("- ");
            self.item(item, column);
        }
    }

    fn item(&mut self, item: Value<'_, '_>, column: usize) {
        match item.kind() {
            Kind::Map if !is_empty(item) => self.map(item, column + 2),
            Kind::List if !is_empty(item) => self.list(item, column + 2),
            Kind::Json => self.raw(item.text(), |writer, value| writer.item(value, column)),
            _ => {
                self.scalar(item, column);
                self.out.push('\n');
            }
        }
    }

    /// Reads raw JSON and goes on with its value; JSON that is none, which no reader lets in, is null.
    fn raw(&mut self, text: &str, write: impl FnOnce(&mut Self, Value<'_, '_>)) {
        let tree = json::read(text).or_else(|_| json::read("null"));
        if let Some(root) = tree.as_ref().ok().and_then(|tree| tree.root()) {
            write(self, root);
        }
    }

    /// Writes a scalar or an empty collection inside a block at `column`.
    fn scalar(&mut self, value: Value<'_, '_>, column: usize) {
        match value.kind() {
            Kind::Map => self.out.push_str("{}"),
            Kind::List => self.out.push_str("[]"),
            Kind::Int | Kind::Float => number::yaml(value.text(), self.out),
            Kind::Str => self.text(&Scalar::of(value.text()), column, true),
            Kind::Null | Kind::Bool | Kind::Json => self.out.push_str(value.text()),
        }
    }

    fn text(&mut self, scalar: &Scalar<'_>, column: usize, may_fold: bool) {
        match scalar.style {
            Style::Plain if !(may_fold && scalar.has_blanks) => self.out.push_str(scalar.text),
            Style::Plain => self.folded(scalar.text, column, |out, c| out.push(c)),
            Style::Single => {
                self.out.push('\'');
                if may_fold {
                    self.folded(scalar.text, column, |out, c| {
                        out.push(c);
                        if c == '\'' {
                            out.push(c);
                        }
                    });
                } else {
                    self.out.push_str(&scalar.text.replace('\'', "''"));
                }
                self.out.push('\'');
            }
            Style::Double => self.double(scalar.text, column, may_fold),
            Style::Literal => self.literal(scalar.text, column + 2),
        }
    }

    /// The column, in characters, that the next one goes to.
    fn column(&self) -> usize {
        let line = memchr::memrchr(b'\n', self.out.as_bytes()).map_or(0, |newline| newline + 1);
        self.out[line..].chars().count()
    }

    /// Breaks the line at a single blank behind column 80.
    fn folded(&mut self, text: &str, column: usize, mut push: impl FnMut(&mut String, char)) {
        let mut at = self.column();
        let mut chars = text.chars().peekable();
        let (mut after_blank, mut is_first) = (false, true);
        while let Some(c) = chars.next() {
            let next = chars.peek();
            if c == ' ' && !after_blank && !is_first && at > WIDTH && next.is_some_and(|next| *next != ' ') {
                self.out.push('\n');
                self.indent(column + 2);
                at = column + 2;
            } else {
                let before = self.out.len();
                push(self.out, c);
                // A quote may have become two; every other character is one column wide.
                at += if c == '\'' { self.out.len() - before } else { 1 };
            }
            after_blank = c == ' ';
            is_first = false;
        }
    }

    fn double(&mut self, text: &str, column: usize, may_fold: bool) {
        self.out.push('"');
        let mut at = self.column();
        // go-yaml looks for a byte order mark at the start, at every character.
        let escape_all = text.starts_with('\u{feff}');
        let mut chars = text.chars().peekable();
        let (mut after_blank, mut is_first) = (false, true);
        while let Some(c) = chars.next() {
            if c == ' ' && !escape_all {
                if may_fold && !after_blank && !is_first && at > WIDTH && chars.peek().is_some() {
                    self.out.push('\n');
                    self.indent(column + 2);
                    at = column + 2;
                    if chars.peek() == Some(&' ') {
                        self.out.push('\\');
                        at += 1;
                    }
                } else {
                    self.out.push(' ');
                    at += 1;
                }
                after_blank = true;
            } else {
                let before = self.out.len();
                if escape_all || c == '"' || c == '\\' || super::scalar::is_special(c) {
                    escape(c, self.out);
                    at += self.out.len() - before;
                } else {
                    self.out.push(c);
                    at += 1;
                }
                after_blank = false;
            }
            is_first = false;
        }
        self.out.push('"');
    }

    fn literal(&mut self, text: &str, column: usize) {
        self.out.push('|');
        if text.starts_with([' ', '\n']) {
            self.out.push('2');
        }
        let body = text.strip_suffix('\n');
        match body {
            None => self.out.push('-'),
            Some(body) if body.is_empty() || body.ends_with('\n') => self.out.push('+'),
            Some(_) => {}
        }
        for line in body.unwrap_or(text).split('\n') {
            self.out.push('\n');
            if !line.is_empty() {
                self.indent(column);
                self.out.push_str(line);
            }
        }
    }
}

fn escape(c: char, out: &mut String) {
    use std::fmt::Write as _;
    let short = match c {
        '\0' => "\\0",
        '\u{7}' => "\\a",
        '\u{8}' => "\\b",
        '\t' => "\\t",
        '\n' => "\\n",
        '\u{b}' => "\\v",
        '\u{c}' => "\\f",
        '\r' => "\\r",
        '\u{1b}' => "\\e",
        '"' => "\\\"",
        '\\' => "\\\\",
        '\u{85}' => "\\N",
        '\u{a0}' => "\\_",
        '\u{2028}' => "\\L",
        '\u{2029}' => "\\P",
        _ => {
            let _ = match c as u32 {
                code @ 0..=0xff => write!(out, "\\x{code:02X}"),
                code @ 0..=0xffff => write!(out, "\\u{code:04X}"),
                code => write!(out, "\\U{code:08X}"),
            };
            return;
        }
    };
    out.push_str(short);
}
