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
