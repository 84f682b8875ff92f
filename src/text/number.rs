//! Numbers as YAML 1.1 and Go spell them.

use std::fmt::Write as _;

/// Appends a double as Go's `encoding/json` writes it: the shortest digits that read back, with an
/// exponent below 1e-6 and from 1e21 on.
pub fn json_double(value: f64, out: &mut String) {
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let sign = if exponent.starts_with('-') { "" } else { "+" };
        let _ = write!(out, "{digits}e{sign}{exponent}");
    } else {
        let _ = write!(out, "{value}");
    }
}

/// Appends a JSON number as go-yaml v2 writes it: integers in 64 bits by their digits, anything else
/// as the shortest digits that read back, with an exponent below 1e-4 and from 1e6 on.
pub fn yaml(text: &str, out: &mut String) {
    if let Ok(int) = text.parse::<i64>() {
        let _ = write!(out, "{int}");
    } else if text.parse::<u64>().is_ok() {
        out.push_str(text);
    } else if let Ok(value) = text.parse::<f64>() {
        let exponential = format!("{value:e}");
        let (digits, exponent) = exponential.split_once('e').unwrap_or((&exponential, "0"));
        let exponent: i32 = exponent.parse().unwrap_or(0);
        if (-4..6).contains(&exponent) {
            let _ = write!(out, "{value}");
        } else {
            let sign = if exponent < 0 { '-' } else { '+' };
            let _ = write!(out, "{digits}e{sign}{:02}", exponent.unsigned_abs());
        }
    } else {
        out.push_str(text);
    }
}
