//! The small parts of SVG: tips of edges, places, and texts.

use std::fmt::Write as _;

use super::Kind;

/// The class of a kind of edge.
pub(super) fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::Replaces => "replaces",
        Kind::Skips => "skips",
        Kind::SkipRange => "range",
    }
}

/// Draws the tip of an edge.
pub(super) fn tip(kind: Kind, is_ignored: bool, place: (usize, usize), towards: Towards, out: &mut String) {
    let ignored = if is_ignored { " ignored" } else { "" };
    let d = tip_shape(kind, place, towards);
    let _ = writeln!(out, "<path class=\"tip {}{ignored}\" d=\"{d}\"/>", class(kind));
}

/// Returns the outline of a tip: a triangle, an open arrow or a diamond.
pub(super) fn tip_shape(kind: Kind, (x, y): (usize, usize), towards: Towards) -> String {
    // Along the edge, away from the dot; and across it.
    let point = |along: i64, across: i64| {
        let (dx, dy) = match towards {
            Towards::Up => (across, along),
            Towards::Side(sign) => (sign * along, across),
        };
        format!("{} {}", moved(x, dx), moved(y, dy))
    };
    match kind {
        Kind::Replaces => format!("M{}L{}L{}Z", point(-1, 0), point(4, 3), point(4, -3)),
        Kind::Skips => format!("M{}L{}L{}", point(4, 4), point(-1, 0), point(4, -4)),
        Kind::SkipRange => {
            format!("M{}L{}L{}L{}Z", point(-2, 0), point(2, 4), point(6, 0), point(2, -4))
        }
    }
}

/// Where a tip points: up, or from the right (1) or the left (-1) to a dot.
#[derive(Debug, Clone, Copy)]
pub(super) enum Towards {
    Up,
    Side(i64),
}

fn moved(at: usize, by: i64) -> usize {
    at.saturating_add_signed(isize::try_from(by).unwrap_or_default())
}

pub(super) fn shift(at: usize, sign: i64, by: usize) -> usize {
    moved(at, sign * i64::try_from(by).unwrap_or_default())
}

/// Escapes a text for XML; what XML cannot say is replaced.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            '\t' | '\n' | '\r' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
