//! Findings with their places looked up: bytes, and lines and columns as people count them.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use rayon::prelude::*;

use crate::diag::{Diagnostic, Fingerprints, Report};
use crate::text::{FileId, Place, Sources, Spot, locate_all, yaml};

/// A line and a column, both from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// Some characters of a file.
#[derive(Debug, Clone)]
pub(super) struct Span {
    pub(super) bytes: Range<usize>,
    pub(super) start: Position,
    /// One past the last character.
    pub(super) end: Position,
}

/// Where a finding is.
#[derive(Debug, Clone)]
pub(super) struct Located<'r> {
    pub(super) place: &'r Place,
    pub(super) name: &'r str,
    /// None for a file as such, and in one that is empty.
    pub(super) span: Option<Span>,
}

/// A finding whose places were looked up; `labels` stand in the order of the diagnostic's.
#[derive(Debug)]
pub(super) struct Finding<'r> {
    pub(super) diagnostic: &'r Diagnostic,
    pub(super) at: Located<'r>,
    pub(super) labels: Vec<Located<'r>>,
    pub(super) fingerprint: String,
}

/// Looks up every place of a report; each document is read and each file counted once.
pub(super) fn findings<'r>(report: &'r Report, sources: &'r Sources) -> Vec<Finding<'r>> {
    let places: Vec<&Place> = (report.diagnostics().iter())
        .flat_map(|diagnostic| {
            std::iter::once(&diagnostic.place).chain(diagnostic.labels.iter().map(|label| &label.place))
        })
        .collect();
    let files: HashSet<FileId> = places.iter().map(|place| place.file).collect();
    let lines: HashMap<FileId, Lines<'_>> =
        files.into_par_iter().map(|file| (file, Lines::new(sources.get(file).text()))).collect();
    let mut located = places.iter().zip(locate_all(&places, sources)).map(|(&place, bytes)| {
        let source = sources.get(place.file);
        let is_whole = matches!(place.spot, Spot::File) || source.text().is_empty();
        let span = (!is_whole).then(|| lines[&place.file].span(bytes));
        Located { place, name: source.name(), span }
    });
    let mut fingerprints = Fingerprints::default();
    (report.diagnostics().iter())
        .map(|diagnostic| {
            let at = located.next().expect("each diagnostic put its place into the list");
            let guilty = at.span.as_ref().map(|span| span.bytes.clone()).unwrap_or_default();
            let source = sources.get(diagnostic.place.file);
            Finding {
                diagnostic,
                labels: located.by_ref().take(diagnostic.labels.len()).collect(),
                fingerprint: fingerprints.of(diagnostic, relative(at.name), source, guilty),
                at,
            }
        })
        .collect()
}

/// Some characters of the file of a finding, and the text that mends them.
#[derive(Debug)]
pub(super) struct Replacement {
    pub(super) span: Span,
    pub(super) text: String,
}

/// Returns how findings can be mended, each on its own, in their order; nothing for those that leave
/// something to decide.
pub(super) fn replacements(findings: &[Finding<'_>], sources: &Sources) -> Vec<Vec<Replacement>> {
    let mut files: HashMap<FileId, (Lines<'_>, yaml::Editor<'_>)> = HashMap::new();
    let of_one = |finding: &Finding<'_>| {
        let (fix, file) = (&finding.diagnostic.fix, finding.diagnostic.place.file);
        if fix.is_empty() || fix.iter().any(|edit| edit.file() != file) {
            return Vec::new();
        }
        let text = sources.get(file).text();
        let (lines, editor) =
            files.entry(file).or_insert_with(|| (Lines::new(text), yaml::Editor::new(text)));
        let changes = fix.iter().map(|edit| editor.change(edit));
        let changes = changes.map(|change| {
            change.map(|change| Replacement { span: lines.span(change.bytes), text: change.text })
        });
        // A fix is made as a whole or not at all.
        changes.collect::<Option<_>>().unwrap_or_default()
    };
    findings.iter().map(of_one).collect()
}

/// Returns the name of a file as programs know it: without `./` before it.
pub(super) fn relative(mut name: &str) -> &str {
    while let Some(rest) = name.strip_prefix("./") {
        name = rest.trim_start_matches('/');
    }
    name
}

/// How many bytes are counted anew for a column: a catalog has lines of 200,000.
const STRIDE: usize = 4096;

/// Where the lines of a text begin, and how many characters stand before every [`STRIDE`]th byte.
#[derive(Debug)]
struct Lines<'s> {
    text: &'s str,
    starts: Vec<usize>,
    characters: Vec<usize>,
}

impl<'s> Lines<'s> {
    fn new(text: &'s str) -> Self {
        let newlines = text.match_indices('\n');
        let starts = std::iter::once(0).chain(newlines.map(|(offset, _)| offset + 1)).collect();
        let mut before = 0;
        let counts = text.as_bytes().chunks(STRIDE).map(|chunk| {
            let here = before;
            before += characters(chunk);
            here
        });
        Lines { text, starts, characters: counts.collect() }
    }

    fn span(&self, bytes: Range<usize>) -> Span {
        let start = self.boundary(bytes.start);
        let end = self.boundary(bytes.end).max(start);
        Span { bytes: start..end, start: self.position(start), end: self.position(end) }
    }

    /// Returns the nearest character boundary at or before an offset.
    fn boundary(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }

    fn position(&self, offset: usize) -> Position {
        let line = self.starts.partition_point(|start| *start <= offset);
        let column = self.characters_before(offset) - self.characters_before(self.starts[line - 1]) + 1;
        Position { line, column }
    }

    fn characters_before(&self, offset: usize) -> usize {
        let Some(before) = self.characters.get(offset / STRIDE) else {
            // Only the very end of a text whose length is a multiple of the stride.
            return self
                .characters
                .last()
                .map_or(0, |before| before + characters(&self.text.as_bytes()[offset - STRIDE..]));
        };
        before + characters(&self.text.as_bytes()[offset / STRIDE * STRIDE..offset])
    }
}

fn characters(bytes: &[u8]) -> usize {
    // All but continuation bytes. Sums of a byte each, which no block overflows, take few instructions.
    bytes
        .chunks(255)
        .map(|block| usize::from(block.iter().map(|&byte| u8::from((byte as i8) >= -0x40)).sum::<u8>()))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_those_that_counting_gives() {
        let texts = ["", "a", "ä\nöü\n", "\n\n", &"é".repeat(STRIDE), &"x\nß".repeat(STRIDE)];
        for text in texts {
            let lines = Lines::new(text);
            let (mut line, mut column) = (1, 1);
            for (offset, c) in text.char_indices().chain([(text.len(), ' ')]) {
                assert_eq!(lines.position(offset), Position { line, column }, "{offset} of {}", text.len());
                (line, column) = if c == '\n' { (line + 1, 1) } else { (line, column + 1) };
            }
        }
    }
}
