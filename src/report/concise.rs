//! A finding a line, as compilers have it, for editors and `grep`.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::located::{Finding, Position};
use crate::diag::Level;
use crate::text::clean;

/// Returns `file:line:column: level[id]: message` lines. A file as such counts as its first
/// character, so that every line has the same fields.
pub(super) fn render(findings: &[Finding<'_>], colour: bool) -> String {
    let mut out = String::new();
    for Finding { diagnostic, at, .. } in findings {
        let Position { line, column } = at.span.as_ref().map_or(Position { line: 1, column: 1 }, |s| s.start);
        let style = if colour { style(diagnostic.level) } else { Style::new() };
        let (level, id) = (diagnostic.level, diagnostic.code.id);
        let (name, message) = (clean(at.name), clean(&diagnostic.message));
        writeln!(out, "{name}:{line}:{column}: {style}{level}[{id}]{style:#}: {message}")
            .expect("a string takes all text");
    }
    out
}

/// Returns the style of a level, the same as that of snippets.
pub(super) fn style(level: Level) -> Style {
    match level {
        Level::Error => AnsiColor::BrightRed.on_default().bold(),
        Level::Warn | Level::Allow => AnsiColor::Yellow.on_default().bold(),
    }
}
