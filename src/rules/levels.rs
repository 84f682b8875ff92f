//! Which findings count in a run, and how much: suites, platforms, levels, and exceptions with a
//! reason.

use std::collections::HashMap;

use super::comments::Comments;
use super::{Context, all};
use crate::diag::{Applies, Code, Diagnostic, Level, Report, Suite, codes};
use crate::text::{Edit, Place, Sources};

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

/// What a project, or its user, has decided about rules.
#[derive(Debug, Default)]
pub struct Levels {
    /// By rule id.
    pub levels: HashMap<String, Level>,
    /// Known defects.
    pub exceptions: Vec<Exception>,
    /// The suites that count beside what is required; if none is named, those that everybody wants.
    pub suites: Vec<Suite>,
}

impl Levels {
    /// Sets the level of each finding and takes out what does not count, is allowed or excepted. What
    /// is required keeps its level: OLM would refuse it all the same. Adds what is wrong with the
    /// exceptions themselves; that nothing needed one is known only if the whole project was looked at.
    pub fn apply(&self, context: &Context<'_>, report: &mut Report, sources: &Sources, is_whole: bool) {
        let mut own = Report::default();
        let applies: HashMap<&str, Applies> =
            all().iter().map(|rule| (rule.code.id, rule.check.applies())).collect();
        let concerns = |id: &str| applies.get(id).is_none_or(|applies| context.concerns(applies));
        report
            .diagnostics_mut()
            .retain(|diagnostic| concerns(diagnostic.code.id) && self.has(diagnostic.code.suite));
        let mut comments = Comments::read(sources, &mut own);
        comments.apply(report, sources);

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
            self.counts(diagnostic)
        });

        let was_asked = |id: &str| concerns(id) && lowerable(id).is_ok_and(|code| self.has(code.suite));
        comments.leftover(was_asked, is_whole, &mut own);
        for (exception, is_used) in self.exceptions.iter().zip(used) {
            if is_whole && !is_used && was_asked(&exception.rule) {
                let mut finding = unused(&exception.rule, exception.place.clone());
                finding.fix(Edit::Remove(exception.place.clone()));
                own.push(finding);
            }
        }
        own.diagnostics_mut().retain_mut(|finding| self.counts(finding));
        report.append(own);
    }

    /// Sets the level of a finding, and returns whether it is reported.
    pub fn counts(&self, finding: &mut Diagnostic) -> bool {
        if let Some(level) =
            self.levels.get(finding.code.id).filter(|_| finding.code.suite != Suite::Required)
        {
            finding.level = *level;
        }
        finding.level != Level::Allow && self.has(finding.code.suite)
    }

    fn has(&self, suite: Suite) -> bool {
        suite == Suite::Required || self.suites.contains(&suite) || self.suites.is_empty() && suite.is_usual()
    }
}

/// Returns the rule with this id, if its findings may be left out.
///
/// # Errors
/// When there is no such rule, or it is required.
pub fn lowerable(id: &str) -> Result<&'static Code, String> {
    match all().into_iter().map(|rule| &rule.code).find(|code| code.id == id) {
        None => Err(format!("no rule is called `{id}`")),
        Some(code) if code.suite == Suite::Required => {
            Err(format!("rule `{id}` is required: OLM refuses what breaks it"))
        }
        Some(code) => Ok(code),
    }
}

/// Makes the finding of an exception that nothing needs.
pub(super) fn unused(rule: &str, place: Place) -> Diagnostic {
    let message = format!("no finding of `{rule}` needs this exception");
    let mut finding = Diagnostic::new(&codes::UNUSED_EXCEPTION, place, message);
    finding.help("remove the exception");
    finding
}
