//! Raw JSON: text whose spelling of strings and numbers must survive, as Go's `RawMessage` does.

use crate::text::blanks;

/// Returns JSON text without white space between its tokens. The text must be JSON.
pub fn compact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    tokens(text, |token| out.push_str(token));
    out
}

/// Appends JSON text with each element on a line of its own, `step` blanks per level, its first line
/// standing at `level`; compact if `step` is 0. The text must be JSON.
pub fn indent(text: &str, step: usize, level: usize, out: &mut String) {
    let mut level = level;
    let mut is_open = false; // the last token opened a list or mapping
    tokens(text, |token| {
        let closes = matches!(token, "}" | "]");
        if closes {
            level = level.saturating_sub(1);
        }
        // The first token inside brackets, and a closing one behind content, start a line.
        if is_open != closes && (is_open || closes) {
            line(step, level, out);
        }
        is_open = matches!(token, "{" | "[");
        out.push_str(token);
        match token {
            "{" | "[" => level += 1,
            "," => line(step, level, out),
            ":" if step > 0 => out.push(' '),
            _ => {}
        }
    });
}

fn line(step: usize, level: usize, out: &mut String) {
    if step > 0 {
        out.push('\n');
        blanks::push(out, step * level);
    }
}

/// Hands over every token: brackets, commas, colons, strings, and runs of anything else.
fn tokens<'t>(text: &'t str, mut take: impl FnMut(&'t str)) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b' ' | b'\t' | b'\r' | b'\n' => {
                at += 1;
                continue;
            }
            b'{' | b'}' | b'[' | b']' | b',' | b':' => at += 1,
            b'"' => {
                at += 1;
                while let Some(hit) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
                    let is_quote = bytes[at + hit] == b'"';
                    at += hit + if is_quote { 1 } else { 2 };
                    if is_quote {
                        break;
                    }
                }
                at = at.min(bytes.len());
            }
            _ => {
                let is_end = |byte: &u8| {
                    matches!(
                        byte,
                        b' ' | b'\t' | b'\r' | b'\n' | b'{' | b'}' | b'[' | b']' | b',' | b':' | b'"'
                    )
                };
                at = bytes[at..].iter().position(is_end).map_or(bytes.len(), |length| at + length);
            }
        }
        take(&text[start..at]);
    }
}
