//! The formats of strings that the API server checks; every other it takes as it comes
//! (`apiextensions-apiserver/pkg/apiserver/validation/formats.go`).

use std::net::{Ipv4Addr, Ipv6Addr};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::text::calendar::days_in;

/// Returns whether a text is of a format. One that the API server does not know holds always.
pub(super) fn holds(format: &str, text: &str) -> bool {
    match format {
        "bsonobjectid" => text.len() == 24 && all(text, |byte| byte.is_ascii_hexdigit()),
        "byte" => STANDARD.decode(text.replace(['\r', '\n'], "")).is_ok(),
        "cidr" => text.split_once('/').is_some_and(|(address, size)| {
            let most = if address.contains(':') { 128 } else { 32 };
            is_address(address) && number(size).is_some_and(|size| size <= most)
        }),
        "date" => is_date(text),
        "date-time" | "datetime" => is_date_time(text),
        "duration" => is_duration(text),
        "email" => text.split_once('@').is_some_and(|(user, host)| {
            !user.is_empty() && !host.is_empty() && !text.contains(char::is_whitespace) && !host.contains('@')
        }),
        "hexcolor" => {
            let digits = text.strip_prefix('#').unwrap_or(text);
            matches!(digits.len(), 3 | 6) && all(digits, |byte| byte.is_ascii_hexdigit())
        }
        "hostname" => is_hostname(text),
        "ipv4" => text.parse::<Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<Ipv6Addr>().is_ok(),
        "mac" => is_mac(text),
        "uri" => is_uri(text),
        "uuid" => is_uuid(text, None),
        "uuid3" => is_uuid(text, Some(b'3')),
        "uuid4" => is_uuid(text, Some(b'4')),
        "uuid5" => is_uuid(text, Some(b'5')),
        // `password` is any text; `isbn`, `creditcard`, `ssn` and `rgbcolor` are checked by nobody's wish.
        _ => true,
    }
}

/// Returns whether the API server checks a format at all.
pub(super) fn is_checked(format: &str) -> bool {
    const CHECKED: [&str; 18] = [
        "bsonobjectid",
        "byte",
        "cidr",
        "date",
        "date-time",
        "datetime",
        "duration",
        "email",
        "hexcolor",
        "hostname",
        "ipv4",
        "ipv6",
        "mac",
        "uri",
        "uuid",
        "uuid3",
        "uuid4",
        "uuid5",
    ];
    CHECKED.contains(&format)
}

/// Returns whether anybody knows a format: the API server, or those who read the schema of a number.
/// Dashes do not count.
pub(super) fn is_known(format: &str) -> bool {
    const UNCHECKED: [&str; 11] = [
        "creditcard",
        "double",
        "float",
        "int32",
        "int64",
        "isbn",
        "isbn10",
        "isbn13",
        "password",
        "rgbcolor",
        "ssn",
    ];
    const NEW: [&str; 2] = ["k8slongname", "k8sshortname"];
    if is_checked(format) || UNCHECKED.contains(&format) {
        return true;
    }
    let name = format.replace('-', "");
    is_checked(&name) || UNCHECKED.contains(&name.as_str()) || NEW.contains(&name.as_str())
}

fn all(text: &str, is_good: impl Fn(u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(is_good)
}

fn number(text: &str) -> Option<u32> {
    all(text, |byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn is_address(text: &str) -> bool {
    text.parse::<Ipv4Addr>().is_ok() || text.parse::<Ipv6Addr>().is_ok()
}

/// `2006-01-02`.
fn is_date(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return false };
    if (year.len(), month.len(), day.len()) != (4, 2, 2) {
        return false;
    }
    let (Some(year), Some(month), Some(day)) = (number(year), number(month), number(day)) else {
        return false;
    };
    (1..=days_in(year, month)).contains(&day)
}

/// RFC 3339.
fn is_date_time(text: &str) -> bool {
    let Some((date, time)) = text.split_once(['T', 't', ' ']) else { return false };
    let Some(zone) = time.find(['Z', 'z', '+', '-']) else { return false };
    let (time, zone) = time.split_at(zone);
    let clock = |text: &str| {
        let parts: Vec<_> = text.split(':').collect();
        parts.iter().all(|part| part.len() == 2)
            && parts
                .iter()
                .zip([23, 59, 60])
                .all(|(part, most)| number(part).is_some_and(|part| part <= most))
    };
    let (whole, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let is_zone = match zone.len() {
        1 => matches!(zone, "Z" | "z"),
        6 => clock(&zone[1..]),
        _ => false,
    };
    is_date(date) && whole.len() == 8 && clock(whole) && number_of_any_size(fraction) && is_zone
}

fn number_of_any_size(text: &str) -> bool {
    all(text, |byte| byte.is_ascii_digit())
}

/// Go's durations, such as `1h30m`, and those in words that go-openapi knows, such as `2 days`.
fn is_duration(text: &str) -> bool {
    const UNITS: [&str; 8] = ["ns", "us", "µs", "μs", "ms", "s", "m", "h"];
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    if rest.is_empty() {
        return false;
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(end);
        if !number.bytes().any(|byte| byte.is_ascii_digit()) || number.matches('.').count() > 1 {
            return false;
        }
        let end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let unit = unit.trim();
        const WORDS: [&str; 5] = ["d", "day", "w", "week", "wk"];
        let is_known = UNITS.contains(&unit) || WORDS.contains(&unit.trim_end_matches('s'));
        let is_word =
            ["nano", "micro", "milli", "sec", "min", "hour", "hr"].iter().any(|word| unit.starts_with(word));
        if !is_known && !is_word {
            return false;
        }
        rest = after;
    }
    true
}

fn is_hostname(text: &str) -> bool {
    let is_label = |label: &str| {
        label.len() <= 63
            && all(label, |byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 255 && text.strip_suffix('.').unwrap_or(text).split('.').all(is_label)
}

/// 6, 8 or 20 bytes, in pairs behind `:` or `-` or in fours behind `.`.
fn is_mac(text: &str) -> bool {
    let (separator, width) = match text.find([':', '-', '.']) {
        Some(2) => (&text[2..3], 2),
        Some(4) if text[4..].starts_with('.') => (".", 4),
        _ => return false,
    };
    let parts: Vec<&str> = text.split(separator).collect();
    let is_part = |part: &&str| part.len() == width && all(part, |byte| byte.is_ascii_hexdigit());
    matches!(parts.len() * width, 12 | 16 | 40) && parts.iter().all(is_part)
}

/// What Go's `url.ParseRequestURI` takes: an absolute URI or an absolute path.
fn is_uri(text: &str) -> bool {
    if text.bytes().any(|byte| byte.is_ascii_control() || byte == b' ') {
        return false;
    }
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && all(scheme, |byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    };
    text.starts_with('/')
        || text.split_once(':').is_some_and(|(scheme, rest)| is_scheme(scheme) && !rest.is_empty())
}

fn is_uuid(text: &str, version: Option<u8>) -> bool {
    let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b'-').collect();
    digits.len() == 32
        && digits.iter().all(u8::is_ascii_hexdigit)
        && version.is_none_or(|version| digits[12] == version)
        && (version.is_none_or(|version| version == b'3') || b"89abAB".contains(&digits[16]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_hold_for_what_is_of_them() {
        let cases = [
            ("date", "2024-02-29", "2023-02-29"),
            ("date-time", "2024-01-02T03:04:05.678Z", "2024-01-02 03:04"),
            ("date-time", "2024-01-02T03:04:05+01:00", "2024-01-02T25:04:05Z"),
            ("duration", "1h30m", "1 fortnight"),
            ("duration", "2 days", ""),
            ("byte", "aGVsbG8=", "hello!"),
            ("cidr", "10.0.0.0/8", "10.0.0.0/33"),
            ("cidr", "fe80::/64", "fe80::"),
            ("ipv4", "10.0.0.1", "10.0.0.256"),
            ("ipv6", "::1", "10.0.0.1"),
            ("email", "a@b.example", "a.example"),
            ("hostname", "a-b.example", "-a.example"),
            ("mac", "01:23:45:67:89:ab", "01:23:45:67:89"),
            ("mac", "0123.4567.89ab", "0123:4567:89ab"),
            ("uri", "https://a.example/b", "a b"),
            ("uuid", "123e4567-e89b-12d3-a456-426614174000", "123e4567"),
            ("uuid4", "123e4567-e89b-42d3-a456-426614174000", "123e4567-e89b-12d3-a456-426614174000"),
            ("bsonobjectid", "507f1f77bcf86cd799439011", "507f"),
            ("hexcolor", "#fff", "#ffff"),
        ];
        for (format, good, bad) in cases {
            assert!(is_checked(format) && holds(format, good), "{format} {good}");
            assert!(!holds(format, bad), "{format} {bad}");
        }
        assert!(!is_checked("int32") && holds("unknown", "anything"));
    }
}
