//! SARIF 2.1.0, which code hosts and editors show beside the lines.

use std::collections::HashMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::json::pretty;
use super::located::{Finding, Located, Replacement, Span, relative, replacements};
use crate::diag::{Code, Level};
use crate::text::Sources;

/// Returns the document; of the rules it has those that found something.
pub(super) fn render(findings: &[Finding<'_>], sources: &Sources) -> String {
    let mut rules: Vec<Value> = Vec::new();
    let mut indices: HashMap<&str, usize> = HashMap::new();
    let mut results: Vec<Value> = Vec::new();
    for (finding, replacements) in findings.iter().zip(replacements(findings, sources)) {
        let code = finding.diagnostic.code;
        let index = *indices.entry(code.id).or_insert_with(|| {
            rules.push(rule(code));
            rules.len() - 1
        });
        results.push(result(finding, index, &replacements));
    }
    pretty(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "olmcat",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    }))
}

fn rule(code: &Code) -> Value {
    // What follows is for the tests.
    let docs = code.docs.split("\n## More cases").next().unwrap_or(code.docs);
    json!({
        "id": code.id,
        "shortDescription": {"text": code.summary},
        "help": {"text": format!("run `olmcat explain {}`", code.id), "markdown": docs},
        "defaultConfiguration": {"level": level(code.level)},
        "properties": {"tags": [code.suite.name()]},
    })
}

fn result(finding: &Finding<'_>, index: usize, replacements: &[Replacement]) -> Value {
    let diagnostic = finding.diagnostic;
    let help = diagnostic.help.as_ref().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
    let mut result = json!({
        "ruleId": diagnostic.code.id,
        "ruleIndex": index,
        "level": level(diagnostic.level),
        "message": {"text": format!("{}{help}", diagnostic.message)},
        "locations": [{"physicalLocation": place(&finding.at)}],
        "partialFingerprints": {"olmcat/v1": finding.fingerprint},
    });
    let related = finding.labels.iter().zip(&diagnostic.labels).enumerate().map(|(id, (at, label))| {
        json!({"id": id, "message": {"text": label.message}, "physicalLocation": place(at)})
    });
    let related: Vec<Value> = related.collect();
    if !related.is_empty() {
        result["relatedLocations"] = Value::Array(related);
    }
    if !replacements.is_empty() {
        result["fixes"] = json!([fix(finding, replacements)]);
    }
    result
}

/// Returns the change that mends a finding, which code hosts and editors offer as a click.
fn fix(finding: &Finding<'_>, replacements: &[Replacement]) -> Value {
    let replacements = replacements.iter().map(|replacement| {
        json!({
            "deletedRegion": region(&replacement.span),
            "insertedContent": {"text": replacement.text},
        })
    });
    let mut fix = json!({"artifactChanges": [{
        "artifactLocation": {"uri": uri(finding.at.name)},
        "replacements": replacements.collect::<Vec<_>>(),
    }]});
    if let Some(help) = &finding.diagnostic.help {
        fix["description"] = json!({"text": help});
    }
    fix
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warn => "warning",
        Level::Allow => "none",
    }
}

fn place(at: &Located<'_>) -> Value {
    let mut place = json!({"artifactLocation": {"uri": uri(at.name)}});
    if let Some(span) = &at.span {
        place["region"] = region(span);
    }
    place
}

/// Returns the region of a span: SARIF counts as we do.
fn region(span: &Span) -> Value {
    json!({
        "startLine": span.start.line,
        "startColumn": span.start.column,
        "endLine": span.end.line,
        "endColumn": span.end.column,
    })
}

/// Returns the name of a file as a reference of RFC 3986, absolute if the path is.
fn uri(name: &str) -> String {
    let mut uri = String::from(if name.starts_with('/') { "file://" } else { "" });
    for byte in relative(name).bytes() {
        match byte {
            b'A'..=b'Z'
            | b'a'..=b'z'
            | b'0'..=b'9'
            | b'/'
            | b'-'
            | b'.'
            | b'_'
            | b'~'
            | b'+'
            | b'='
            | b'@' => {
                uri.push(char::from(byte));
            }
            _ => write!(uri, "%{byte:02X}").expect("a string takes all text"),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn names_become_references() {
        assert_eq!(uri("./catalog/demo/catalog.yaml"), "catalog/demo/catalog.yaml");
        assert_eq!(uri("/a b/ö"), "file:///a%20b/%C3%B6");
        assert_eq!(uri("localhost:5000/x?y#z%"), "localhost%3A5000/x%3Fy%23z%25");
    }
}
