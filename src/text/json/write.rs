//! Writes JSON as Go's `encoding/json` writes it.

use std::collections::HashMap;

use crate::text::{Kind, Value, blanks, number, scan};

use super::raw;

/// How JSON is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Blanks per level; 0 for compact JSON without any.
    pub indent: usize,
    /// Whether keys are sorted bytewise. Of duplicate keys only the last value is written.
    pub sort: bool,
    /// Whether `<`, `>` and `&` are escaped, as Go's `json.Marshal` does.
    pub escape_html: bool,
    /// Whether integers go through IEEE double, as Go's `interface{}` does; else their digits stay.
    /// Other numbers always do.
    pub doubles: bool,
}

/// Appends a value as JSON, without a final newline.
pub fn write(value: Value<'_, '_>, style: Style, out: &mut String) {
    Writer { style, out }.value(value, 0);
}

struct Writer<'o> {
    style: Style,
    out: &'o mut String,
}

impl Writer<'_> {
    fn value(&mut self, value: Value<'_, '_>, level: usize) {
        match value.kind() {
            Kind::Str => self.string(value.text()),
            Kind::Int if !self.style.doubles => self.out.push_str(value.text()),
            Kind::Int | Kind::Float => match value.text().parse() {
                Ok(double) => number::json_double(double, self.out),
                Err(_) => self.out.push_str(value.text()),
            },
            Kind::Null | Kind::Bool => self.out.push_str(value.text()),
            Kind::Json => raw::indent(value.text(), self.style.indent, level, self.out),
            Kind::List => {
                self.out.push('[');
                let mut any = false;
                for item in value.items() {
                    self.separate(&mut any, level + 1);
                    self.value(item, level + 1);
                }
                self.close(any, level, ']');
            }
            Kind::Map => self.map(value, level),
        }
    }

    fn map(&mut self, map: Value<'_, '_>, level: usize) {
        self.out.push('{');
        let mut any = false;
        // Manifests are mostly written by programs that sort, so the order is looked at first.
        let mut last: Option<&str> = None;
        let is_sorted = map.entries().all(|(key, _)| {
            let ordered = last.is_none_or(|last| last < key.text());
            last = Some(key.text());
            ordered
        });
        if is_sorted {
            for (key, value) in map.entries() {
                self.entry(key.text(), value, &mut any, level);
            }
        } else {
            let mut entries: Vec<_> = map.entries().collect();
            if self.style.sort {
                // Stable, so that of equal keys the last one given is the last.
                entries.sort_by(|a, b| a.0.text().cmp(b.0.text()));
                for (index, (key, value)) in entries.iter().enumerate() {
                    if entries.get(index + 1).is_none_or(|next| next.0.text() != key.text()) {
                        self.entry(key.text(), *value, &mut any, level);
                    }
                }
            } else {
                let mut place: HashMap<&str, usize> = HashMap::with_capacity(entries.len());
                let mut kept: Vec<(Value<'_, '_>, Value<'_, '_>)> = Vec::with_capacity(entries.len());
                for entry in entries {
                    match place.get(entry.0.text()) {
                        Some(&first) => kept[first].1 = entry.1,
                        None => {
                            place.insert(entry.0.text(), kept.len());
                            kept.push(entry);
                        }
                    }
                }
                for (key, value) in kept {
                    self.entry(key.text(), value, &mut any, level);
                }
            }
        }
        self.close(any, level, '}');
    }

    fn entry(&mut self, key: &str, value: Value<'_, '_>, any: &mut bool, level: usize) {
        self.separate(any, level + 1);
        self.string(key);
        self.out.push_str(if self.style.indent > 0 { ": " } else { ":" });
        self.value(value, level + 1);
    }

    fn separate(&mut self, any: &mut bool, level: usize) {
        if std::mem::replace(any, true) {
            self.out.push(',');
        }
        self.line(level);
    }

    fn close(&mut self, any: bool, level: usize, bracket: char) {
        if any {
            self.line(level);
        }
        self.out.push(bracket);
    }

    fn line(&mut self, level: usize) {
        if self.style.indent > 0 {
            self.out.push('\n');
            blanks::push(self.out, self.style.indent * level);
        }
    }

    fn string(&mut self, text: &str) {
        self.out.push('"');
        let bytes = text.as_bytes();
        let mut from = 0;
        let mut at = 0;
        while at < bytes.len() {
            // Escapes come in swarms (JSON inside JSON): only blocks without any are skipped as such.
            at += scan::blocks_without::<BLOCK>(&bytes[at..], may_need_escape);
            let end = bytes.len().min(at + BLOCK);
            while at < end {
                let byte = bytes[at];
                let class = CLASSES[usize::from(byte)];
                let is_line = class == LINE && matches!(bytes[at..], [0xe2, 0x80, 0xa8 | 0xa9, ..]);
                if class == PLAIN || class == HTML && !self.style.escape_html || class == LINE && !is_line {
                    at += 1;
                    continue;
                }
                self.out.push_str(&text[from..at]);
                self.escape(byte, bytes.get(at + 2).copied());
                at += if is_line { 3 } else { 1 };
                from = at;
            }
        }
        self.out.push_str(&text[from..]);
        self.out.push('"');
    }

    fn escape(&mut self, byte: u8, third: Option<u8>) {
        let letter = match byte {
            b'"' | b'\\' => byte,
            0x08 => b'b',
            0x0c => b'f',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0xe2 => {
                return self.out.push_str(if third == Some(0xa8) { "\\u2028" } else { "\\u2029" });
            }
            _ => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                self.out.push_str("\\u00");
                self.out.push(HEX[usize::from(byte >> 4)] as char);
                self.out.push(HEX[usize::from(byte & 15)] as char);
                return;
            }
        };
        self.out.push('\\');
        self.out.push(char::from(letter));
    }
}

const BLOCK: usize = 32;

/// The bytes of all classes but [`PLAIN`], by a test that can be made of many bytes at once.
fn may_need_escape(byte: u8) -> bool {
    let is_html = (byte == b'<') | (byte == b'>') | (byte == b'&');
    (byte < 0x20) | (byte == b'"') | (byte == b'\\') | (byte == 0xe2) | is_html
}

const PLAIN: u8 = 0;
const ESCAPED: u8 = 1;
const HTML: u8 = 2;
const LINE: u8 = 3;

/// What to do with a byte of a string.
const CLASSES: [u8; 256] = {
    let mut classes = [PLAIN; 256];
    let mut byte = 0;
    while byte < 0x20 {
        classes[byte] = ESCAPED;
        byte += 1;
    }
    classes[b'"' as usize] = ESCAPED;
    classes[b'\\' as usize] = ESCAPED;
    classes[b'<' as usize] = HTML;
    classes[b'>' as usize] = HTML;
    classes[b'&' as usize] = HTML;
    classes[0xe2] = LINE;
    classes
};
