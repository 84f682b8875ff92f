//! Exceptions that stand beside the line they are about: `# olmcat: allow[rule-id] reason`.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::levels::{lowerable, unused};
use super::{Check, all};
use crate::diag::{Diagnostic, Report, Suite, codes};
use crate::text::{Edit, FileId, Place, Sources, Spot, locate_all, yaml};

const MARK: &str = "olmcat:";

/// An exception for one rule in one line.
#[derive(Debug)]
struct Allowed {
    /// The id in the comment.
    rule: Place,
    id: String,
    /// The comment, if this is all that it allows.
    comment: Option<Place>,
    about: Range<usize>,
    is_used: bool,
}

/// The exceptions in the comments of the files that were read.
#[derive(Debug, Default)]
pub(super) struct Comments {
    allowed: HashMap<FileId, Vec<Allowed>>,
}

impl Comments {
    /// Reads the comments; what is wrong with them goes into the report.
    pub(super) fn read(sources: &Sources, report: &mut Report) -> Self {
        let mut allowed: HashMap<FileId, Vec<Allowed>> = HashMap::new();
        for (file, source) in sources.files() {
            let text = source.text();
            for comment in yaml::comments(text, MARK) {
                let Some((ids, reason)) = parse(text, &comment.text) else { continue };
                let about = comment.about;
                let place = Place::bytes(file, comment.bytes);
                match (ids, reason) {
                    (None, _) => {
                        let mut finding =
                            Diagnostic::new(&codes::INVALID_SETTINGS, place, "not an exception");
                        finding.help("write `# olmcat: allow[rule-id] reason`");
                        report.push(finding);
                    }
                    (Some(_), "") => {
                        let message = "an exception without a reason";
                        let mut finding = Diagnostic::new(&codes::INVALID_SETTINGS, place, message);
                        finding.help("say behind the bracket why the project lives with the defect");
                        report.push(finding);
                    }
                    (Some(ids), _) => {
                        let comment = (ids.len() == 1).then_some(place);
                        for rule in ids {
                            let id = text[rule.clone()].to_owned();
                            let rule = Place::bytes(file, rule);
                            if let Err(fault) = lowerable(&id) {
                                let mut finding = Diagnostic::new(&codes::UNKNOWN_RULE, rule, fault);
                                finding.help("run `olmcat explain` for the list of rules");
                                report.push(finding);
                                continue;
                            }
                            let (about, comment) = (about.clone(), comment.clone());
                            allowed.entry(file).or_default().push(Allowed {
                                rule,
                                id,
                                comment,
                                about,
                                is_used: false,
                            });
                        }
                    }
                }
            }
        }
        Comments { allowed }
    }

    /// Takes what is allowed out of a report.
    pub(super) fn apply(&mut self, report: &mut Report, sources: &Sources) {
        if self.allowed.is_empty() {
            return;
        }
        let mut candidates = Vec::new();
        for (index, diagnostic) in report.diagnostics().iter().enumerate() {
            let has_line = diagnostic.place.spot != Spot::File;
            let may_be = diagnostic.code.suite != Suite::Required && has_line;
            if may_be && self.allowed.contains_key(&diagnostic.place.file) {
                candidates.push((index, &diagnostic.place));
            }
        }
        let places: Vec<&Place> = candidates.iter().map(|(_, place)| *place).collect();
        let starts = locate_all(&places, sources).into_iter().map(|bytes| bytes.start);
        let mut out: HashSet<usize> = HashSet::new();
        for ((index, place), start) in candidates.iter().zip(starts) {
            let id = report.diagnostics()[*index].code.id;
            for one in self.allowed.get_mut(&place.file).into_iter().flatten() {
                if one.id == id && (one.about.start..=one.about.end).contains(&start) {
                    one.is_used = true;
                    out.insert(*index);
                }
            }
        }
        let mut index = 0..;
        report.diagnostics_mut().retain(|_| !index.next().is_some_and(|index| out.contains(&index)));
    }

    /// Reports the exceptions that nothing needed, of rules that `was_asked`. If only a part of the project was
    /// looked at, those count that are about a bundle: its files were there, and so all that its
    /// rules look at.
    pub(super) fn leftover(&self, was_asked: impl Fn(&str) -> bool, is_whole: bool, report: &mut Report) {
        let is_about_bundles = |id: &str| {
            all().iter().any(|rule| rule.code.id == id && matches!(rule.check.judgement(), Check::Bundle(_)))
        };
        for one in self.allowed.values().flatten().filter(|one| !one.is_used && was_asked(&one.id)) {
            if is_whole || is_about_bundles(&one.id) {
                let mut finding = unused(&one.id, one.rule.clone());
                finding.fix.extend(one.comment.clone().map(Edit::Erase));
                report.push(finding);
            }
        }
    }
}

/// Returns the ids in the brackets and the reason behind them, of a comment that begins with the
/// mark; no ids if it is meant as an exception but is none. None for other remarks about olmcat.
fn parse<'t>(text: &'t str, comment: &Range<usize>) -> Option<(Option<Vec<Range<usize>>>, &'t str)> {
    let start = comment.start + MARK.len();
    let rest = &text[start..comment.end];
    let words = rest.trim_start();
    let (verb, _) = words.split_once('[')?;
    if verb.contains(char::is_whitespace) {
        return None;
    }
    let Some(list) = words.strip_prefix("allow[") else { return Some((None, "")) };
    let Some((list, reason)) = list.split_once(']') else { return Some((None, "")) };
    let mut at = start + (rest.len() - words.len()) + "allow[".len();
    let mut ids = Vec::new();
    for id in list.split(',') {
        let left = at + (id.len() - id.trim_start().len());
        ids.push(left..left + id.trim().len());
        at += id.len() + 1;
    }
    Some((Some(ids), reason.trim()))
}
