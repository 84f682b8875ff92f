//! How go-yaml v2 spells a string: plain if it can be read back so, else quoted or as a block.

use std::borrow::Cow;

use super::resolve;
use crate::text::calendar::days_in;
use crate::text::{Kind, scan};

/// The spelling of a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Single,
    Double,
    Literal,
}

/// A string with its spelling.
pub(super) struct Scalar<'t> {
    pub(super) text: &'t str,
    pub(super) style: Style,
    pub(super) has_blanks: bool,
}

impl<'t> Scalar<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let seen = look(text);
        let style = style(text, &seen);
        Scalar { text, style, has_blanks: seen & BLANK != 0 }
    }
}

/// A character that only an escape can write. go-yaml also lets line separators through, which it
/// then reads back as line breaks; we escape them.
pub(super) fn is_special(c: char) -> bool {
    !matches!(c, ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
        || matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}')
}

const BLANK: u8 = 1;
/// A character that matters only at certain places: `:`, `#`.
const INDICATOR: u8 = 2;
const BREAK: u8 = 4;
const SPECIAL: u8 = 8;
const HIGH: u8 = 16;

const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b' ' => BLANK,
            b'\n' => BREAK,
            b':' | b'#' => INDICATOR,
            0x21..=0x7e => 0,
            0x80.. => HIGH,
            _ => SPECIAL,
        };
        byte += 1;
    }
    classes
};

/// Which classes of characters a text has. Nearly all bytes of a catalog are base64, and this is
/// all that happens to them.
fn look(text: &str) -> u8 {
    let is_ordinary = |byte: u8| (byte > b' ') & (byte < 0x7f) & (byte != b':') & (byte != b'#');
    let Some(start) = scan::find(text.as_bytes(), |byte| !is_ordinary(byte)) else { return 0 };
    let seen = text.bytes().skip(start).fold(0, |seen, byte| seen | CLASSES[usize::from(byte)]);
    if seen & HIGH != 0 && text.chars().any(|c| c > '\u{7f}' && is_special(c)) {
        seen | SPECIAL
    } else {
        seen
    }
}

fn style(text: &str, seen: &u8) -> Style {
    let Some(first) = text.bytes().next() else { return Style::Double };
    let ends_blank = text.ends_with(' ');
    if seen & BREAK != 0 {
        let is_literal = seen & SPECIAL == 0 && !ends_blank && !text.contains(" \n");
        return if is_literal { Style::Literal } else { Style::Double };
    }
    if may_not_be_a_string(first) && resolves(text) {
        return Style::Double;
    }
    if seen & SPECIAL != 0 {
        return Style::Double;
    }
    let starts_badly = match first {
        b' ' | b'#' | b',' | b'[' | b']' | b'{' | b'}' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"'
        | b'%' | b'@' | b'`' => true,
        b'-' | b'?' | b':' => matches!(text.as_bytes().get(1), None | Some(b' ')),
        _ => false,
    };
    let is_marked =
        seen & INDICATOR != 0 && (text.contains(": ") || text.ends_with(':') || text.contains(" #"));
    if starts_badly || ends_blank || is_marked || text.starts_with("---") || text.starts_with("...") {
        Style::Single
    } else {
        Style::Plain
    }
}

fn may_not_be_a_string(first: u8) -> bool {
    resolve::may_resolve(first)
}

/// Whether YAML 1.1 would take the plain text for something other than a string; as go-yaml does,
/// dates and base-60 numbers, which it reads as strings itself, are quoted for other readers.
fn resolves(text: &str) -> bool {
    let is_value = match resolve::plain(Cow::Borrowed(text)) {
        Ok((kind, _)) => kind != Kind::Str,
        Err(_) => true, // infinities
    };
    is_value || is_timestamp(text) || is_base_60(text)
}

/// `^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$`
fn is_base_60(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_digit = |c: char| c.is_ascii_digit();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !fraction.chars().all(|c| is_digit(c) || c == '_') {
        return false;
    }
    let mut parts = whole.split(':');
    let starts = parts
        .next()
        .is_some_and(|part| part.starts_with(is_digit) && part.chars().all(|c| is_digit(c) || c == '_'));
    let mut count = 0;
    let sixty = |part: &str| match part.as_bytes() {
        [digit] => digit.is_ascii_digit(),
        [tens, digit] => (b'0'..=b'5').contains(tens) && digit.is_ascii_digit(),
        _ => false,
    };
    starts && parts.all(|part| std::mem::replace(&mut count, 1) < 2 && sixty(part)) && count > 0
}

/// One of the layouts that go-yaml tries: `2006-1-2`, and the same with a time behind `T`, `t` or a
/// blank. Days and months are those of the calendar.
fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() < 8 || !bytes[..4].iter().all(u8::is_ascii_digit) || bytes[4] != b'-' {
        return false;
    }
    let split = text.find(['T', 't', ' ']);
    let (date, time) = split.map_or((text, None), |at| (&text[..at], Some((bytes[at], &text[at + 1..]))));
    let mut parts =
        date.split('-').map(|part| (1..=4).contains(&part.len()).then(|| part.parse::<u32>().ok()).flatten());
    let (Some(Some(year)), Some(Some(month)), Some(Some(day)), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let short =
        date.split('-').skip(1).all(|part| part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit()));
    (1..=days_in(year, month)).contains(&day)
        && short
        && time.is_none_or(|(mark, time)| is_time(time, mark != b' '))
}

/// `15:4:5.999999999`, and if a zone is wanted `Z` or `+07:00`.
fn is_time(text: &str, wants_zone: bool) -> bool {
    let text = if wants_zone {
        match text.strip_suffix('Z') {
            Some(text) => text,
            None => {
                let Some(at) = text.rfind(['+', '-']) else { return false };
                let (hours, minutes) = text[at + 1..].split_once(':').unwrap_or_default();
                let is_pair =
                    |part: &str, below: u32| part.len() == 2 && part.parse::<u32>().is_ok_and(|n| n < below);
                if !is_pair(hours, 25) || !is_pair(minutes, 60) {
                    return false;
                }
                &text[..at]
            }
        }
    } else {
        text
    };
    let (clock, fraction) =
        text.split_once('.').map_or((text, None), |(clock, fraction)| (clock, Some(fraction)));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = clock.split(':');
    let mut below = |limit: u32, longest: usize, shortest: usize| {
        parts.next().is_some_and(|part| {
            digits(part)
                && (shortest..=longest).contains(&part.len())
                && part.parse::<u32>().is_ok_and(|n| n < limit)
        })
    };
    below(24, 2, 2)
        && below(60, 2, 1)
        && below(60, 2, 1)
        && parts.next().is_none()
        && fraction.is_none_or(digits)
}
