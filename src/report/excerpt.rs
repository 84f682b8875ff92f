//! The few lines of a file that a finding shows, cut to what fits a screen before anybody draws
//! them: a line of a catalog may have 300,000 characters, and an underlined value as many.

use std::ops::Range;

use super::located::Span;
use crate::text::clean;

/// How many bytes of a line stay on either side of what is underlined. More than the screen is
/// wide, so that the renderer still sees that there is something to leave out.
const REACH: usize = 300;
/// How many characters are underlined at most.
const UNDERLINED: usize = 80;
/// How many lines apart two marks may be to be shown in one excerpt.
const TOGETHER: usize = 12;

/// Something underlined.
#[derive(Debug, Clone)]
pub(super) struct Mark<'r> {
    pub(super) line: usize,
    pub(super) bytes: Range<usize>,
    /// What is written beside it; the finding's own mark has nothing.
    pub(super) label: Option<&'r str>,
}

impl<'r> Mark<'r> {
    /// Makes the mark of a span, of which the first line is underlined.
    pub(super) fn new(text: &str, span: &Span, label: Option<&'r str>) -> Self {
        let start = span.bytes.start;
        // What is guilty may be a whole document.
        let line = text[start..span.bytes.end].char_indices().take_while(|(_, c)| !matches!(c, '\r' | '\n'));
        let length = line.take(UNDERLINED).last().map_or(0, |(at, c)| at + c.len_utf8());
        Mark { line: span.start.line, bytes: start..start + length, label }
    }
}

/// Lines of one file with marks in them; the first mark came first.
#[derive(Debug)]
pub(super) struct Excerpt<'r> {
    marks: Vec<Mark<'r>>,
}

/// An excerpt as text, safe for a terminal.
#[derive(Debug)]
pub(super) struct Drawn<'r> {
    /// The number of the first line.
    pub(super) line: usize,
    pub(super) text: String,
    /// The marks by their bytes in `text`, in the order in which they were added.
    pub(super) marks: Vec<(Range<usize>, Option<&'r str>)>,
}

impl<'r> Excerpt<'r> {
    pub(super) fn new(mark: Mark<'r>) -> Self {
        Excerpt { marks: vec![mark] }
    }

    /// Adds a mark if it is near enough to be seen together with the others, and says whether.
    pub(super) fn add(&mut self, mark: &Mark<'r>) -> bool {
        let is_near = |other: &Mark<'_>| {
            other.line != mark.line || other.bytes.start.abs_diff(mark.bytes.start) <= REACH
        };
        let fits = self.marks[0].line.abs_diff(mark.line) <= TOGETHER && self.marks.iter().all(is_near);
        if fits {
            self.marks.push(mark.clone());
        }
        fits
    }

    /// Draws the lines of the marks; those between, which nobody will show, are left empty.
    pub(super) fn draw(&self, source: &str) -> Drawn<'r> {
        let mut order: Vec<usize> = (0..self.marks.len()).collect();
        order.sort_by_key(|&index| (self.marks[index].line, self.marks[index].bytes.start));
        let mut drawn = Drawn {
            line: self.marks[order[0]].line,
            text: String::new(),
            marks: self.marks.iter().map(|mark| (0..0, mark.label)).collect(),
        };
        let (mut line, mut end) = (drawn.line, 0);
        for group in order.chunk_by(|left, right| self.marks[*left].line == self.marks[*right].line) {
            let number = self.marks[group[0]].line;
            if number == line + 2 {
                // One line between two others is shown, so it had better be there.
                let next = source[end..].find('\n').map_or(source.len(), |newline| end + newline + 1);
                drawn.text += "\n";
                drawn.text += &clean(&source[next..right(source, next)]);
                line += 1;
            }
            drawn.text.extend(std::iter::repeat_n('\n', number - line));
            line = number;
            let first = self.marks[group[0]].bytes.start;
            let mut at = left(source, first);
            end = group.iter().map(|&index| self.marks[index].bytes.end).max().unwrap_or(first);
            // Cleaning changes lengths, so the text is taken over piece by piece between the ends
            // of marks, which may overlap.
            let ends = |index: &usize| [self.marks[*index].bytes.start, self.marks[*index].bytes.end];
            let mut cuts: Vec<usize> = group.iter().flat_map(ends).collect();
            cuts.sort_unstable();
            for cut in cuts {
                drawn.text += &clean(&source[at..cut]);
                at = cut;
                for &index in group {
                    let (bytes, here) = (&self.marks[index].bytes, drawn.text.len());
                    if bytes.start == cut {
                        drawn.marks[index].0.start = here;
                    }
                    if bytes.end == cut {
                        drawn.marks[index].0.end = here;
                    }
                }
            }
            drawn.text += &clean(&source[at..right(source, at)]);
        }
        drawn
    }
}

/// Returns where the line begins that goes on at `offset`, or where enough of it is seen.
fn left(text: &str, offset: usize) -> usize {
    let mut least = offset.saturating_sub(REACH);
    while !text.is_char_boundary(least) {
        least -= 1;
    }
    text[least..offset].rfind('\n').map_or(least, |newline| least + newline + 1)
}

/// Returns where the line ends that goes on at `offset`, or where enough of it is seen.
fn right(text: &str, offset: usize) -> usize {
    let mut most = (offset + REACH).min(text.len());
    while !text.is_char_boundary(most) {
        most += 1;
    }
    let line = text[offset..most].split('\n').next().unwrap_or_default();
    offset + line.strip_suffix('\r').unwrap_or(line).len()
}
