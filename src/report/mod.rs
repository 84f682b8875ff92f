//! A report becomes text, for people and for machines.

use crate::diag::Report;
use crate::text::{Sources, locate};

/// A way to print findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Human,
    /// A line each.
    Concise,
    /// For programs.
    Json,
}

/// Returns the findings as text.
pub fn render(report: &Report, sources: &Sources, format: Format, colour: bool) -> String {
    let _ = (format, colour);
    let mut out = String::new();
    for finding in report.diagnostics() {
        let source = sources.get(finding.place.file);
        let (line, column) = source.line_column(locate(&finding.place, sources).start);
        out += &format!(
            "{}:{line}:{column}: {}[{}]: {}\n",
            source.name(),
            finding.level,
            finding.code.id,
            finding.message
        );
    }
    out
}
