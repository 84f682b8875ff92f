//! A Code Quality report of GitLab, which shows in a merge request what is new and what is mended.

use serde::Serialize;

use super::json::pretty;
use super::located::{Finding, relative};
use crate::diag::{Level, Suite};

#[derive(Serialize)]
struct Issue<'r> {
    description: String,
    check_name: &'r str,
    fingerprint: &'r str,
    severity: &'static str,
    location: Location<'r>,
}

#[derive(Serialize)]
struct Location<'r> {
    path: &'r str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

/// Returns the document. A file as such counts as its first line: GitLab wants one.
pub(super) fn render(findings: &[Finding<'_>]) -> String {
    let issues = findings.iter().map(|finding| {
        let (diagnostic, at) = (finding.diagnostic, &finding.at);
        let (begin, end) = at.span.as_ref().map_or((1, 1), |span| (span.start.line, span.end.line));
        let help = diagnostic.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
        Issue {
            description: format!("{}{help}", diagnostic.message),
            check_name: diagnostic.code.id,
            fingerprint: &finding.fingerprint,
            severity: match (diagnostic.level, diagnostic.code.suite) {
                (Level::Error, Suite::Required) => "critical",
                (Level::Error, _) => "major",
                (Level::Warn | Level::Allow, _) => "minor",
            },
            location: Location { path: relative(at.name), lines: Lines { begin, end } },
        }
    });
    pretty(&issues.collect::<Vec<_>>())
}
