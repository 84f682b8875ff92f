//! The findings that a project had when it took up olmcat: only others count from then on.

use serde::{Deserialize, Serialize};

use crate::diag::{Diagnostic, Report, codes};
use crate::text::{FileId, Sources};

/// The version of the file.
const VERSION: u32 = 1;

/// The findings that are known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// The version of the file.
    version: u32,
    /// The findings, sorted.
    pub findings: Vec<KnownFinding>,
}

/// A finding that is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct KnownFinding {
    /// The id of the rule.
    pub id: String,
    /// The file, from the folder of the project on.
    pub file: String,
    /// The package; empty for the catalog as a whole.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub package: String,
    /// The version; empty for the package as a whole.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// What tells it from others of the same rule; see [`crate::diag::Fingerprints`].
    pub fingerprint: String,
}

impl Baseline {
    /// Makes a baseline.
    pub fn new(mut findings: Vec<KnownFinding>) -> Self {
        findings.sort();
        Baseline { version: VERSION, findings }
    }

    /// Reads a baseline; what is wrong is a finding, and then there is none.
    pub fn read(sources: &Sources, file: FileId, report: &mut Report) -> Option<Self> {
        let help = "write it anew with `olmcat validate --write-baseline`";
        let (baseline, place) = super::read::read::<Self>(sources, file, help, report)?;
        if baseline.version != VERSION {
            let message = format!("a baseline of version {}", baseline.version);
            let mut finding = Diagnostic::new(&codes::INVALID_SETTINGS, place.key("version"), message);
            finding.help(help);
            report.push(finding);
            return None;
        }
        Some(baseline)
    }

    /// Returns the file: JSON with a finding a line, so that changes are read with ease.
    pub fn write(&self) -> String {
        let lines = self
            .findings
            .iter()
            .map(|finding| serde_json::to_string(finding).expect("strings are always JSON"));
        let lines: Vec<String> = lines.collect();
        let list = if lines.is_empty() { String::new() } else { format!("\n{}\n", lines.join(",\n")) };
        format!("{{\"version\": {VERSION}, \"findings\": [{list}]}}\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let finding = |id: &str| KnownFinding {
            id: id.into(),
            file: "a \"b\".yaml".into(),
            package: String::new(),
            version: "1".into(),
            fingerprint: "f".into(),
        };
        for findings in [vec![], vec![finding("b"), finding("a")]] {
            let baseline = Baseline::new(findings);
            let (sources, mut report) = (Sources::default(), Report::default());
            let file = sources.add("baseline", baseline.write().into_bytes());
            assert_eq!(Baseline::read(&sources, file, &mut report), Some(baseline));
        }
    }

    #[test]
    fn another_version_is_a_finding() {
        let (sources, mut report) = (Sources::default(), Report::default());
        let file = sources.add("baseline", b"{\"version\": 2, \"findings\": []}".to_vec());
        assert_eq!(Baseline::read(&sources, file, &mut report), None);
        assert!(report.has_errors());
    }
}
