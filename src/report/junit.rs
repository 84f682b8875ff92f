//! JUnit's XML, which nearly every CI server shows: a file is a suite, a finding is a failed test.

use std::fmt::Write as _;

use super::located::Finding;
use crate::diag::Level;
use crate::text::clean;

/// The format wants a time; a report of the same files is to be the same report.
const SUITE: &str = "timestamp=\"1970-01-01T00:00:00\" hostname=\"localhost\" errors=\"0\" time=\"0\"";
const FITS: &str = "a string takes all text";

/// Returns the document. A warning is a skipped test, so that it is seen and fails nothing; without
/// any finding there is one passed test, since servers take an empty report for a broken job.
pub(super) fn render(findings: &[Finding<'_>]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    if findings.is_empty() {
        open(&mut out, 0, "olmcat", [1, 0, 0]);
        out.push_str("    <testcase name=\"validate\" classname=\"olmcat\" time=\"0\"/>\n");
        close(&mut out);
    }
    // Findings come in the order of their files.
    for (id, suite) in findings.chunk_by(|left, right| left.at.name == right.at.name).enumerate() {
        let is_error = |finding: &&Finding<'_>| finding.diagnostic.level == Level::Error;
        let failures = suite.iter().filter(is_error).count();
        let name = suite[0].at.name;
        open(&mut out, id, name, [suite.len(), failures, suite.len() - failures]);
        suite.iter().for_each(|finding| case(&mut out, name, finding));
        close(&mut out);
    }
    out + "</testsuites>\n"
}

fn open(out: &mut String, id: usize, name: &str, [tests, failures, skipped]: [usize; 3]) {
    let name = escape(name);
    writeln!(
        out,
        "  <testsuite name=\"{name}\" package=\"{name}\" id=\"{id}\" {SUITE} tests=\"{tests}\" \
         failures=\"{failures}\" skipped=\"{skipped}\">\n    <properties/>"
    )
    .expect(FITS);
}

fn close(out: &mut String) {
    out.push_str("    <system-out/>\n    <system-err/>\n  </testsuite>\n");
}

fn case(out: &mut String, file: &str, finding: &Finding<'_>) {
    let diagnostic = finding.diagnostic;
    let place = finding.at.span.as_ref().map(|span| format!(":{}:{}", span.start.line, span.start.column));
    let (id, place, file) = (diagnostic.code.id, place.unwrap_or_default(), escape(file));
    let message = escape(&diagnostic.message);
    writeln!(out, "    <testcase name=\"{id}{place}\" classname=\"{file}\" time=\"0\">").expect(FITS);
    if diagnostic.level == Level::Error {
        let help = diagnostic.help.iter().map(|help| format!("\nhelp: {}", escape(help)));
        let help: String = help.collect();
        writeln!(
            out,
            "      <failure type=\"{id}\" message=\"{message}\">{file}{place}: {message}{help}</failure>"
        )
        .expect(FITS);
    } else {
        writeln!(out, "      <skipped message=\"{message}\"/>").expect(FITS);
    }
    out.push_str("    </testcase>\n");
}

/// What XML cannot have at all is not in a text that was made fit to be shown.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(c),
        }
    }
    out
}
