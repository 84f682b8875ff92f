//! Findings for whoever draws them elsewhere than on a terminal: where each is, and the lines that show it.

use std::ops::Range;

use rayon::prelude::*;

use super::excerpt::{Excerpt, Mark};
use super::located::{self, Finding, Located};
use crate::diag::{Diagnostic, Report};
use crate::text::{FileId, Sources, clean};

/// How many related places are shown.
const LABELS: usize = 8;

/// A finding with the lines that show it. Whatever comes from files is fit to be shown.
#[derive(Debug)]
pub struct Shown<'r> {
    /// The finding.
    pub diagnostic: &'r Diagnostic,
    /// Its file, with line and column if it has them.
    pub place: String,
    /// Lines of its file, and of those of related places.
    pub excerpts: Vec<Lines>,
    /// What is to be said of related places without a line.
    pub notes: Vec<String>,
}

/// Lines of a file.
#[derive(Debug)]
pub struct Lines {
    /// The file, and the place of the first mark in it.
    pub place: String,
    /// The number of the first line.
    pub line: usize,
    /// The lines; those between others that show nothing are empty.
    pub text: String,
    /// What is marked in the text, and what is to be said of it; nothing of the finding's own place.
    pub marks: Vec<(Range<usize>, Option<String>)>,
}

/// The excerpts of one file.
pub(super) struct Part<'r> {
    pub(super) file: FileId,
    pub(super) place: &'r Located<'r>,
    pub(super) excerpt: Excerpt<'r>,
}

/// Returns the excerpts of a finding, its own first, and what is to be said of related places without a line.
pub(super) fn parts<'r>(finding: &'r Finding<'r>, sources: &Sources) -> (Vec<Part<'r>>, Vec<String>) {
    let mut parts: Vec<Part<'_>> = Vec::new();
    let mut notes: Vec<String> = Vec::new();
    let labels = finding.labels.iter().zip(&finding.diagnostic.labels);
    let labels = labels.map(|(at, label)| (at, Some(label.message.as_str())));
    for (at, label) in std::iter::once((&finding.at, None)).chain(labels.take(LABELS)) {
        let file = at.place.file;
        let Some(span) = &at.span else {
            // A file as such has no line to show; the finding's own is named beside its title.
            notes.extend(label.map(|label| format!("{}: {}", clean(at.name), clean(label))));
            continue;
        };
        let mark = Mark::new(sources.get(file).text(), span, label);
        let mut same = parts.iter_mut().filter(|part| part.file == file);
        if !same.any(|part| part.excerpt.add(&mark)) {
            parts.push(Part { file, place: at, excerpt: Excerpt::new(mark) });
        }
    }
    if finding.labels.len() > LABELS {
        notes.push(format!("and {} more places", finding.labels.len() - LABELS));
    }
    (parts, notes)
}

/// Names a place.
fn place(at: &Located<'_>) -> String {
    match &at.span {
        Some(span) => format!("{}:{}:{}", clean(at.name), span.start.line, span.start.column),
        None => clean(at.name).into_owned(),
    }
}

/// Returns the findings of a report, in its order.
pub fn shown<'r>(report: &'r Report, sources: &'r Sources) -> Vec<Shown<'r>> {
    let show = |finding: Finding<'r>| {
        let (parts, notes) = parts(&finding, sources);
        let lines = |part: &Part<'_>| {
            let drawn = part.excerpt.draw(sources.get(part.file).text());
            let label = |(range, label): (Range<usize>, Option<&str>)| {
                (range, label.map(|label| clean(label).into_owned()))
            };
            Lines {
                place: place(part.place),
                line: drawn.line,
                text: drawn.text,
                marks: drawn.marks.into_iter().map(label).collect(),
            }
        };
        let excerpts = parts.iter().map(lines).collect();
        Shown { diagnostic: finding.diagnostic, place: place(&finding.at), excerpts, notes }
    };
    located::findings(report, sources).into_par_iter().map(show).collect()
}
