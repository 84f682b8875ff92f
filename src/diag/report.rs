//! The bag of findings of one run.

use super::{Diagnostic, Level, Suite};
use crate::text::{Place, Sources, Spot};

/// The findings of a run, in the order of files and places once [`Report::sort`]ed.
#[derive(Debug, Default)]
pub struct Report {
    diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// Adds a finding. One whose level is [`Level::Allow`] is dropped.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if diagnostic.level != Level::Allow {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Adds all findings of another report.
    pub fn append(&mut self, other: Report) {
        self.diagnostics.extend(other.diagnostics);
    }

    /// Returns the findings.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Returns the findings, and nothing is left.
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics
    }

    /// Returns the findings for change, such as setting levels.
    pub fn diagnostics_mut(&mut self) -> &mut Vec<Diagnostic> {
        &mut self.diagnostics
    }

    /// Returns how many findings have this level.
    pub fn count(&self, level: Level) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.level == level).count()
    }

    /// Returns whether any finding is an error.
    pub fn has_errors(&self) -> bool {
        self.count(Level::Error) > 0
    }

    /// Returns whether OLM itself would refuse something. What it refuses, others cannot judge either: of a bundle or a
    /// package, nothing or only a part may have been read.
    pub fn is_refused(&self) -> bool {
        let is_refusal =
            |finding: &Diagnostic| finding.level == Level::Error && finding.code.suite == Suite::Required;
        self.diagnostics.iter().any(is_refusal)
    }

    /// Orders the findings by file name, place and id, and drops what was found twice, so that
    /// equal inputs give equal reports whatever order they were worked on.
    pub fn sort(&mut self, sources: &Sources) {
        let key = |place: &Place| {
            let start = match &place.spot {
                Spot::File => 0,
                Spot::Bytes(bytes) => bytes.start,
                Spot::Route(bytes, _) => bytes.start,
            };
            let route = place.route().cloned().unwrap_or_default();
            (sources.get(place.file).name().to_owned(), start, route)
        };
        self.diagnostics.sort_by_cached_key(|d| (key(&d.place), d.code.id, d.message.clone()));
        self.diagnostics.dedup();
    }
}
