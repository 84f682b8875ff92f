//! What an unquoted scalar is under YAML 1.1, as go-yaml v2 resolves it (`resolve.go`).

use std::borrow::Cow;

use crate::text::{Kind, number};

/// What a scalar resolves to.
pub(super) type Resolved<'s> = Result<(Kind, Cow<'s, str>), &'static str>;

/// Whether a plain scalar that starts with this byte can be anything but a string.
pub(super) const fn may_resolve(first: u8) -> bool {
    matches!(first, b'0'..=b'9' | b'+' | b'-' | b'.' | b'~')
        || matches!(first, b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O')
}

/// Resolves a plain scalar: its kind, and its text as [`crate::text::Value::text`] wants it.
/// The error is for numbers that JSON does not have.
#[inline]
pub(super) fn plain(text: Cow<'_, str>) -> Resolved<'_> {
    match text.as_bytes().first() {
        None => Ok((Kind::Null, Cow::Borrowed("null"))),
        Some(first) if may_resolve(*first) => special(text),
        Some(_) => Ok((Kind::Str, text)),
    }
}

fn special(text: Cow<'_, str>) -> Resolved<'_> {
    let (kind, word) = match text.as_ref() {
        "~" | "null" | "Null" | "NULL" => (Kind::Null, "null"),
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            (Kind::Bool, "true")
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            (Kind::Bool, "false")
        }
        ".nan" | ".NaN" | ".NAN" => return Err("`.nan` is no number that JSON has"),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF" => {
            return Err("`.inf` is no number that JSON has");
        }
        number if is_decimal(number) => return Ok((Kind::Int, text)),
        number => {
            return Ok(match self::number(number) {
                // Most numbers are spelled as they will be written, and stay borrowed.
                Some((kind, digits)) if digits == *number => (kind, text),
                Some((kind, digits)) => (kind, Cow::Owned(digits)),
                None => (Kind::Str, text),
            });
        }
    };
    Ok((kind, Cow::Borrowed(word)))
}

/// Whether a number is spelled as it will be written, which most are.
fn is_decimal(text: &str) -> bool {
    let is_short = text.len() < 19 && (text.len() == 1 || !text.starts_with('0'));
    is_short && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads a number: Go's base prefixes, octal by a leading zero, underscores anywhere but first.
fn number(text: &str) -> Option<(Kind, String)> {
    if text.starts_with('.') {
        return float(text);
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || c == '+' || c == '-') {
        return None;
    }
    let digits: Cow<'_, str> = if text.contains('_') { text.replace('_', "").into() } else { text.into() };
    int(&digits).map(|digits| (Kind::Int, digits)).or_else(|| float(&digits))
}

/// Go's `strconv.ParseInt(s, 0, 64)`, else `ParseUint`, else go-yaml's own reading of `0b`.
fn int(text: &str) -> Option<String> {
    let (negative, body) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (radix, digits) = match body.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &body[2..]),
        [b'0', b'o' | b'O', ..] => (8, &body[2..]),
        [b'0', b'b' | b'B', ..] => (2, &body[2..]),
        [b'0', _, ..] => (8, &body[1..]),
        _ => (10, body),
    };
    if digits.is_empty() || !digits.bytes().all(|digit| (digit as char).is_digit(radix)) {
        return None;
    }
    let value = u64::from_str_radix(digits, radix).ok()?;
    match (negative, value) {
        (true, 0) => Some("0".to_owned()),
        (true, value) if value <= i64::MIN.unsigned_abs() => Some(format!("-{value}")),
        (true, _) => None,
        // `ParseUint` takes no sign.
        (false, value) if text.starts_with('+') && value > i64::MAX as u64 => None,
        (false, value) => Some(value.to_string()),
    }
}

/// go-yaml's `yamlStyleFloat`, then Go's `ParseFloat`, which refuses what is out of range.
fn float(text: &str) -> Option<(Kind, String)> {
    let body = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match body.find(['e', 'E']) {
        Some(at) => (&body[..at], Some(&body[at + 1..])),
        None => (body, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa_fits = match mantissa.split_once('.') {
        Some((whole, part)) => (!whole.is_empty() || !part.is_empty()) && digits(whole) && digits(part),
        None => !mantissa.is_empty() && digits(mantissa),
    };
    let exponent_fits = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    if !mantissa_fits || !exponent_fits {
        return None;
    }
    let value: f64 = text.parse().ok().filter(|value: &f64| value.is_finite())?;
    let mut digits = String::new();
    number::json_double(value, &mut digits);
    Some((Kind::Float, digits))
}

/// Resolves a scalar under an explicit tag of YAML's own, such as `!!int '1'`.
pub(super) fn tagged<'s>(suffix: &str, text: Cow<'s, str>, is_plain: bool) -> Resolved<'s> {
    match suffix {
        "str" | "timestamp" | "merge" => Ok((Kind::Str, text)),
        "binary" => {
            use base64::Engine as _;
            let clean: String = text.split_ascii_whitespace().collect();
            let bytes = base64::engine::general_purpose::STANDARD.decode(clean);
            let bytes = bytes.map_err(|_| "`!!binary` wants standard base64")?;
            Ok((Kind::Str, Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())))
        }
        "null" => Ok((Kind::Null, Cow::Borrowed("null"))),
        "float" => match plain(text)? {
            (Kind::Int | Kind::Float, digits) => Ok((Kind::Float, digits)),
            _ => Err("the text does not fit its tag `!!float`"),
        },
        "int" | "bool" => match (plain(text)?, suffix) {
            ((Kind::Int, digits), "int") => Ok((Kind::Int, digits)),
            ((Kind::Bool, word), "bool") => Ok((Kind::Bool, word)),
            _ => Err("the text does not fit its tag"),
        },
        _ if is_plain => plain(text),
        _ => Ok((Kind::Str, text)),
    }
}

/// Turns a key into the string that JSON wants. Keys that are `null`, lists or mappings have none.
pub(super) fn key<'s>(kind: Kind, text: Cow<'s, str>) -> Result<Cow<'s, str>, &'static str> {
    match kind {
        Kind::Str | Kind::Bool | Kind::Int => Ok(text),
        // sigs.k8s.io/yaml prints such keys as 32-bit floats.
        Kind::Float => Ok(match text.parse::<f32>() {
            Ok(value) => Cow::Owned(value.to_string()),
            Err(_) => text,
        }),
        Kind::Null => Err("a key cannot be null"),
        Kind::List | Kind::Map | Kind::Json => Err("a key cannot be a list or a mapping"),
    }
}
