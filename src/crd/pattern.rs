//! Patterns in the syntax of Go's `regexp`, which the API server compiles: whether it takes one, and
//! what texts match it.
//!
//! The syntax of the crate `regex` is nearly the same. The rest is translated: what Go reads as a
//! character (`{`, `[` in a class, `\<`, `\Q...\E`), and what means ASCII there and Unicode here (`\d`).

use std::collections::{HashMap, HashSet};

use regex::Regex;

/// How often a part may be repeated, repeats inside repeats multiplied.
const MOST_REPEATS: usize = 1000;

/// Compiled patterns, kept from one value to the next: those of a schema are few and come often.
#[derive(Debug, Default)]
pub struct Patterns(HashMap<String, Option<Regex>>);

impl Patterns {
    /// Returns whether some part of a text matches. A pattern that cannot be compiled matches all: that
    /// the API server refuses it is a fault of the schema.
    pub(super) fn matches(&mut self, pattern: &str, text: &str) -> bool {
        let known = match self.0.get(pattern) {
            Some(known) => known,
            None => self.0.entry(pattern.to_owned()).or_insert_with(|| compile(pattern)),
        };
        known.as_ref().is_none_or(|regex| regex.is_match(text))
    }
}

fn compile(pattern: &str) -> Option<Regex> {
    Regex::new(&translate(pattern).ok()?).ok()
}

/// Translates a pattern of Go to one of `regex`.
///
/// # Errors
/// Says why Go does not take it: a phrase, with the part of the pattern.
pub(super) fn translate(pattern: &str) -> Result<String, String> {
    let mut reader = Reader { rest: pattern, out: String::new(), names: HashSet::new() };
    reader.read()?;
    Ok(reader.out)
}

/// What was read last, for an operator that repeats it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    /// Nothing: the beginning of the pattern, a group or a branch.
    Nothing,
    /// Something that can be repeated, in which repeats multiply to so many.
    Part(usize),
    /// A repeat, which cannot be repeated again.
    Repeat(usize),
}

struct Reader<'p> {
    rest: &'p str,
    out: String,
    names: HashSet<&'p str>,
}

impl<'p> Reader<'p> {
    fn take(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    fn read(&mut self) -> Result<(), String> {
        // Of every open group: what stood before it, and the most repeats in its parts so far.
        let mut open: Vec<usize> = Vec::new();
        let mut most = 0;
        let mut last = Last::Nothing;
        while let Some(c) = self.rest.chars().next() {
            let start = self.rest;
            if let Some(repeat) = self.repeat()? {
                last = repeated(last, repeat, &start[..start.len() - self.rest.len()])?;
                if let Last::Repeat(count) = last {
                    most = most.max(count);
                }
                continue;
            }
            self.next();
            match c {
                '(' => {
                    if self.group(start)? {
                        open.push(most);
                        most = 0;
                        last = Last::Nothing;
                    }
                    continue;
                }
                ')' => {
                    let inside = most;
                    let Some(before) = open.pop() else { return Err("a `)` closes nothing".to_owned()) };
                    most = before.max(inside);
                    self.out.push(')');
                    last = Last::Part(inside);
                    continue;
                }
                '|' => {
                    self.out.push('|');
                    last = Last::Nothing;
                    continue;
                }
                '^' | '$' | '.' => self.out.push(c),
                '[' => self.class(start)?,
                '\\' => self.backslash(start)?,
                _ => literal(c, &mut self.out),
            }
            last = Last::Part(0);
        }
        if open.is_empty() { Ok(()) } else { Err("a `(` is never closed".to_owned()) }
    }

    /// Reads an operator that repeats; a `{` that begins none is a character.
    fn repeat(&mut self) -> Result<Option<usize>, String> {
        let start = self.rest;
        let count = match start.as_bytes().first() {
            Some(b'*' | b'+' | b'?') => {
                self.next();
                0
            }
            Some(b'{') => {
                let Some(end) = start.find('}') else { return Ok(None) };
                let inside = &start[1..end];
                let (least, most) = inside.split_once(',').unwrap_or((inside, inside));
                let is_number = |text: &str| {
                    text.bytes().all(|byte| byte.is_ascii_digit())
                        && (text.len() < 2 || !text.starts_with('0'))
                };
                if least.is_empty() || !is_number(least) || !is_number(most) {
                    return Ok(None);
                }
                let number = |text: &str| text.parse().unwrap_or(usize::MAX);
                let least = number(least);
                let count = if most.is_empty() { least } else { number(most) };
                self.rest = &start[end + 1..];
                if least > MOST_REPEATS || count > MOST_REPEATS || count < least {
                    return Err(format!("`{}` is no possible number of repeats", &start[..=end]));
                }
                count
            }
            _ => return Ok(None),
        };
        self.take("?");
        self.out += &start[..start.len() - self.rest.len()];
        Ok(Some(count))
    }

    /// Reads the beginning of a group. Returns whether it is one, and not only flags.
    fn group(&mut self, start: &'p str) -> Result<bool, String> {
        if !self.take("?") {
            self.out.push('(');
            return Ok(true);
        }
        if self.take("P<") || self.take("<") && !self.rest.starts_with(['=', '!']) {
            let Some((name, rest)) = self.rest.split_once('>') else {
                return Err("the name of a group is never closed".to_owned());
            };
            let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            if name.is_empty() || !is_name || !self.names.insert(name) {
                return Err(format!("`{name}` names no group, or two"));
            }
            self.rest = rest;
            self.out.push('('); // nobody asks for what a group has found
            return Ok(true);
        }
        let (mut is_off, mut has_flag) = (false, false);
        let end = |reader: &Self| &start[..start.len() - reader.rest.len()];
        while let Some(c) = self.next() {
            match c {
                'i' | 'm' | 's' | 'U' => has_flag = true,
                '-' if !is_off => (is_off, has_flag) = (true, false),
                ':' | ')' if !is_off || has_flag => {
                    self.out += if end(self) == "(?)" { "(?:)" } else { end(self) };
                    return Ok(c == ':');
                }
                _ => break,
            }
        }
        Err(format!("Go has no `{}`", end(self)))
    }

    fn backslash(&mut self, start: &'p str) -> Result<(), String> {
        match self.rest.chars().next() {
            Some('Q') => {
                let (text, rest) = self.rest[1..].split_once("\\E").unwrap_or((&self.rest[1..], ""));
                // Go repeats the last character alone.
                text.chars().for_each(|c| literal(c, &mut self.out));
                if text.is_empty() {
                    self.out += "(?:)";
                }
                self.rest = rest;
            }
            Some(c @ ('A' | 'z')) => {
                self.next();
                self.out.extend(['\\', c]);
            }
            Some(c @ ('b' | 'B')) => {
                self.next();
                self.out += if c == 'b' { r"(?-u:\b)" } else { r"(?-u:\B)" };
            }
            _ if self.group_of_characters(start)? => {}
            _ => {
                let c = self.escape(start)?;
                literal(c, &mut self.out);
            }
        }
        Ok(())
    }

    /// Reads `\d`, `\pL` and the like, behind their backslash. Returns whether there is one.
    fn group_of_characters(&mut self, start: &'p str) -> Result<bool, String> {
        let Some(c) = self.rest.chars().next() else { return Ok(false) };
        let ascii = match c {
            'd' => "[0-9]",
            'D' => "[^0-9]",
            's' => r"[\t\n\f\r ]",
            'S' => r"[^\t\n\f\r ]",
            'w' => "[0-9A-Za-z_]",
            'W' => "[^0-9A-Za-z_]",
            'p' | 'P' => "",
            _ => return Ok(false),
        };
        self.next();
        if !ascii.is_empty() {
            self.out += ascii;
            return Ok(true);
        }
        let name = match self.take("{") {
            true => self.rest.split_once('}').map(|(name, rest)| {
                self.rest = rest;
                name
            }),
            false => {
                let rest = self.rest;
                self.next().map(|c| &rest[..c.len_utf8()])
            }
        };
        let name = name.unwrap_or_default();
        let (name, is_not) = name.strip_prefix('^').map_or((name, false), |name| (name, true));
        let is_word = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let class = format!("\\{}{{{name}}}", if (c == 'P') == is_not { 'p' } else { 'P' });
        if name.is_empty() || !is_word || Regex::new(&class).is_err() {
            let part = &start[..start.len() - self.rest.len()];
            return Err(format!("there is no group of characters `{part}`"));
        }
        self.out += &class;
        Ok(true)
    }

    /// Reads one character behind a backslash.
    fn escape(&mut self, start: &'p str) -> Result<char, String> {
        let Some(c) = self.next() else { return Err("a backslash ends it".to_owned()) };
        let is_octal = |c: Option<char>| c.is_some_and(|c| ('0'..='7').contains(&c));
        let number = match c {
            '1'..='7' if !is_octal(self.rest.chars().next()) => None,
            '0'..='7' => {
                let mut number = c as u32 - '0' as u32;
                for _ in 0..2 {
                    if is_octal(self.rest.chars().next()) {
                        number = number * 8 + self.next().map_or(0, |c| c as u32 - '0' as u32);
                    }
                }
                Some(number)
            }
            'x' => {
                let braced = self.take("{").then(|| self.rest.split_once('}'));
                let (digits, rest) = match braced {
                    Some(Some((digits, rest))) => (digits, rest),
                    Some(None) => ("", ""),
                    None => self.rest.split_at_checked(2).unwrap_or_default(),
                };
                self.rest = rest;
                let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
                is_hex.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
            }
            'a' => Some(7),
            'f' => Some(12),
            'n' => Some(10),
            'r' => Some(13),
            't' => Some(9),
            'v' => Some(11),
            _ if c.is_ascii() && !c.is_ascii_alphanumeric() => Some(c as u32),
            _ => None,
        };
        number.and_then(char::from_u32).ok_or_else(|| {
            let part = &start[..start.len() - self.rest.len()];
            format!("Go has no `{}`", part.strip_prefix('[').unwrap_or(part))
        })
    }

    /// Reads a class in brackets, behind the first.
    fn class(&mut self, start: &'p str) -> Result<(), String> {
        const NAMES: [&str; 14] = [
            "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
            "space", "upper", "word", "xdigit",
        ];
        self.out.push('[');
        if self.take("^") {
            self.out.push('^');
        }
        let mut is_first = true;
        while is_first || !self.rest.starts_with(']') {
            is_first = false;
            let named = self.rest.strip_prefix("[:").and_then(|rest| rest.split_once(":]"));
            if let Some((name, rest)) = named {
                if !NAMES.contains(&name.strip_prefix('^').unwrap_or(name)) {
                    return Err(format!("there is no class `[:{name}:]`"));
                }
                self.out += &self.rest[..self.rest.len() - rest.len()];
                self.rest = rest;
                continue;
            }
            let here = self.rest;
            if self.take("\\") {
                if self.group_of_characters(here)? {
                    continue;
                }
                self.rest = here;
            }
            let least = self.class_character(start)?;
            member(least, &mut self.out);
            if self.rest.starts_with('-') && self.rest.len() > 1 && !self.rest.starts_with("-]") {
                self.next();
                let most = self.class_character(start)?;
                if most < least {
                    let part = &here[..here.len() - self.rest.len()];
                    return Err(format!("`{part}` is no range of characters"));
                }
                self.out.push('-');
                member(most, &mut self.out);
            }
        }
        self.next();
        self.out.push(']');
        Ok(())
    }

    fn class_character(&mut self, start: &str) -> Result<char, String> {
        let here = self.rest;
        match self.next() {
            None => Err(format!("the class `{start}` is never closed")),
            Some('\\') => self.escape(here),
            Some(c) => Ok(c),
        }
    }
}

fn repeated(last: Last, count: usize, operator: &str) -> Result<Last, String> {
    match last {
        Last::Nothing => Err(format!("there is nothing that `{operator}` repeats")),
        Last::Repeat(_) => Err(format!("`{operator}` repeats a repeat")),
        // Zero stands for no number, and multiplies nothing.
        Last::Part(inside) => match inside.max(1) * count.max(1) {
            all if count >= 2 && all > MOST_REPEATS => {
                Err(format!("`{operator}` makes more than {MOST_REPEATS} repeats"))
            }
            all => Ok(Last::Repeat(all)),
        },
    }
}

/// Writes a character that stands for itself.
fn literal(c: char, out: &mut String) {
    if c.is_ascii_punctuation() && !matches!(c, '<' | '>') {
        out.push('\\');
    }
    out.push(c);
}

/// Writes a character of a class.
fn member(c: char, out: &mut String) {
    if c.is_ascii_alphanumeric() {
        out.push(c);
    } else {
        *out += &format!("\\x{{{:x}}}", c as u32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Go's own tests of its parser have it (`regexp/syntax/parse_test.go`), and a few of ours.
    #[test]
    fn go_takes_what_it_takes() {
        let good = r"
            a a{ {a} a{,2} a{01} a{2} a{2,}? [[] []a] [^]a] [a-] [-a] [a&&b] \Qa.b\E+ \Qab \<\> \_ \pL
            \p{^Greek} \PN [\d\pL_] (?i)a(?-i)b (?i:a) (?) (?P<n>a)(?<m>b) () (|a)* ^*
            \x{10FFFF}\x41\012 [[:word:]-] (?s). ^(\d+)(Ki|Mi)?$ a|b| (a{10}){100} [\]\\^] \z \/
        ";
        for pattern in good.split_whitespace() {
            let translated = translate(pattern).unwrap_or_else(|why| panic!("{pattern}: {why}"));
            assert!(Regex::new(&translated).is_ok(), "{pattern}: {translated}");
        }
    }

    #[test]
    fn go_refuses_what_it_refuses() {
        let bad = r"
            ( ) (a a) a** a*+ a??* * a|* (*a) x{1001} x{2,1} x{9876543210} (?P<n>a)(?P<n>b) (?P<>a)
            (?=a) (?!a) (?<=a) (?<!a) (?i (?i-) (?x)a [a [] [b-a] [[:foo:]] [a-\d] \8 \1 \x \x{g}
            \u0041 \Z \C \E \p{Foo} \ (a{100}){100} [\b] a{2}{3}
        ";
        for pattern in bad.split_whitespace() {
            assert!(translate(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn texts_match_as_in_go() {
        let mut patterns = Patterns::default();
        for (pattern, good, bad) in [
            (r"^\d$", "1", "٣"),
            (r"^\w+$", "ab_1", "é"),
            (r"^a{,2}$", "a{,2}", "aa"),
            (r"^[a&&b]$", "&", "c"),
            (r"^[[]$", "[", "]"),
            (r"^\Qa.b\E$", "a.b", "axb"),
            (r"^\<a\>$", "<a>", "a"),
            (r"^[^\s]$", "\u{a0}", " "),
            (r"^\101[\x42-C]$", "AB", "AA"),
        ] {
            assert!(patterns.matches(pattern, good), "{pattern} {good}");
            assert!(!patterns.matches(pattern, bad), "{pattern} {bad}");
        }
    }
}
