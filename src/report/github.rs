//! Workflow commands of GitHub Actions: printed in a job, they annotate the lines of a pull request.

use std::fmt::Write as _;

use super::located::{Finding, relative};
use crate::diag::Level;
use crate::text::clean;

/// Returns a command a line. Columns are given for what is on one line only: GitHub refuses others.
pub(super) fn render(findings: &[Finding<'_>]) -> String {
    let mut out = String::new();
    for Finding { diagnostic, at, .. } in findings {
        let command = if diagnostic.level == Level::Error { "error" } else { "warning" };
        write!(out, "::{command} file={}", property(relative(at.name))).expect(FITS);
        if let Some(span) = &at.span {
            write!(out, ",line={},endLine={}", span.start.line, span.end.line).expect(FITS);
            if span.start.line == span.end.line {
                write!(out, ",col={},endColumn={}", span.start.column, span.end.column).expect(FITS);
            }
        }
        let help = diagnostic.help.iter().map(|help| format!("%0Ahelp: {}", data(help)));
        let help: String = help.collect();
        let (id, message) = (property(diagnostic.code.id), data(&diagnostic.message));
        writeln!(out, ",title={id}::{message}{help}").expect(FITS);
    }
    out
}

const FITS: &str = "a string takes all text";

/// The text of a command; line breaks and the like were shown instead of kept.
fn data(text: &str) -> String {
    clean(text).replace('%', "%25")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
