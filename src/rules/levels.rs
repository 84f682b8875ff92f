//! How much each rule matters in this project: levels, and exceptions with a reason.

use std::collections::HashMap;

use super::all;
use crate::diag::{Code, Diagnostic, Level, Report, Suite};
use crate::text::Place;

/// A known defect that this project lives with.
#[derive(Debug, Clone)]
pub struct Exception {
    /// The rule's id.
    pub rule: String,
    /// The package.
    pub package: String,
    /// The version; empty for all of the package, and for its channels.
    pub version: String,
    /// Where the exception is written, for when nothing needs it any more.
    pub place: Place,
}

impl Exception {
    fn covers(&self, diagnostic: &Diagnostic) -> bool {
        diagnostic.code.id == self.rule
            && diagnostic.subject.package == self.package
            && (self.version.is_empty() || diagnostic.subject.version == self.version)
    }
}

/// The levels of a project.
#[derive(Debug, Default)]
pub struct Levels {
    /// By rule id.
    pub levels: HashMap<String, Level>,
    /// Known defects.
    pub exceptions: Vec<Exception>,
}

impl Levels {
    /// Sets the level of each finding and takes out what is allowed or excepted. What is required
    /// keeps its level: OLM would refuse it all the same. Returns which exceptions were needed.
    pub fn apply(&self, report: &mut Report) -> Vec<bool> {
        let mut used = vec![false; self.exceptions.len()];
        report.diagnostics_mut().retain_mut(|diagnostic| {
            if diagnostic.code.suite == Suite::Required {
                return true;
            }
            for (exception, used) in self.exceptions.iter().zip(&mut used) {
                if exception.covers(diagnostic) {
                    *used = true;
                    return false;
                }
            }
            if let Some(level) = self.levels.get(diagnostic.code.id) {
                diagnostic.level = *level;
            }
            diagnostic.level != Level::Allow
        });
        used
    }

    /// Returns the rule with this id.
    pub fn code(id: &str) -> Option<&'static Code> {
        all().into_iter().map(|rule| &rule.code).find(|code| code.id == id)
    }
}
