//! One JSON document for programs, or a line a finding. Fields and their order are a promise:
//! `version` changes when a field goes away or changes its meaning, not when one is added.

use serde::Serialize;

use super::located::{Finding, Located};
use crate::diag::Level;

/// The version of the format.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'r> {
    version: u32,
    findings: Vec<JsonFinding<'r>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Summary {
    errors: usize,
    warnings: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'r> {
    format_version: u32,
    #[serde(flatten)]
    finding: JsonFinding<'r>,
}

#[derive(Serialize)]
struct JsonFinding<'r> {
    id: &'r str,
    level: String,
    suite: &'r str,
    /// Null for what is about the catalog as a whole.
    package: Option<&'r str>,
    /// Null for what is about a package as a whole.
    version: Option<&'r str>,
    #[serde(flatten)]
    place: JsonPlace<'r>,
    message: &'r str,
    help: Option<&'r str>,
    labels: Vec<JsonLabel<'r>>,
    /// Whether `validate --fix` mends it.
    fixable: bool,
    /// The same in the next run, although lines have moved.
    fingerprint: &'r str,
}

#[derive(Serialize)]
struct JsonLabel<'r> {
    #[serde(flatten)]
    place: JsonPlace<'r>,
    message: &'r str,
}

/// Lines and columns count from 1, columns in characters; the end is one past the last character.
/// All four are null for a file as such.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsonPlace<'r> {
    file: &'r str,
    line: Option<usize>,
    column: Option<usize>,
    end_line: Option<usize>,
    end_column: Option<usize>,
    /// The way down the document; null where there is none.
    route: Option<String>,
}

/// Returns the document, indented, with a final newline.
pub(super) fn render(findings: &[Finding<'_>]) -> String {
    let count = |level| findings.iter().filter(|finding| finding.diagnostic.level == level).count();
    pretty(&Document {
        version: VERSION,
        summary: Summary { errors: count(Level::Error), warnings: count(Level::Warn) },
        findings: findings.iter().map(finding).collect(),
    })
}

/// Returns a line for each finding: the object that the document has, behind the version.
pub(super) fn lines(findings: &[Finding<'_>]) -> String {
    let mut out = String::new();
    for one in findings {
        let line = Line { format_version: VERSION, finding: finding(one) };
        out += &escape(&serde_json::to_string(&line).expect("strings and numbers are always JSON"));
        out.push('\n');
    }
    out
}

/// Returns what is to be JSON as such, indented, with a final newline.
pub(super) fn pretty(value: &impl Serialize) -> String {
    escape(&serde_json::to_string_pretty(value).expect("strings and numbers are always JSON")) + "\n"
}

/// JSON allows these as they are; terminals that show the document would obey them.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{7f}'..='\u{9f}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            _ => out.push(c),
        }
    }
    out
}

fn finding<'r>(finding: &'r Finding<'_>) -> JsonFinding<'r> {
    let diagnostic = finding.diagnostic;
    let some = |text: &'r str| (!text.is_empty()).then_some(text);
    JsonFinding {
        id: diagnostic.code.id,
        level: diagnostic.level.to_string(),
        suite: diagnostic.code.suite.name(),
        package: some(&diagnostic.subject.package),
        version: some(&diagnostic.subject.version),
        place: place(&finding.at),
        message: &diagnostic.message,
        help: diagnostic.help.as_deref(),
        labels: (finding.labels.iter().zip(&diagnostic.labels))
            .map(|(at, label)| JsonLabel { place: place(at), message: &label.message })
            .collect(),
        fixable: !diagnostic.fix.is_empty(),
        fingerprint: &finding.fingerprint,
    }
}

fn place<'r>(at: &'r Located<'_>) -> JsonPlace<'r> {
    let span = at.span.as_ref();
    JsonPlace {
        file: at.name,
        line: span.map(|span| span.start.line),
        column: span.map(|span| span.start.column),
        end_line: span.map(|span| span.end.line),
        end_column: span.map(|span| span.end.column),
        route: at.place.route().map(ToString::to_string).filter(|route| !route.is_empty()),
    }
}
