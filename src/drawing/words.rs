//! What is said of entries and edges, for titles and labels.

use std::ops::Range;

use super::{Edge, Entry, Kind, Mark, Picture};

/// The most characters of a text that is shown at once, and of a name among others.
pub(super) const LONG: usize = 600;
pub(super) const NAME: usize = 100;

impl Mark {
    /// Says it in words.
    pub fn words(self) -> &'static str {
        match self {
            Mark::Head => "head",
            Mark::Deprecated => "deprecated",
            Mark::Skipped => "skipped",
            Mark::Absent => "not in the channel",
            Mark::NoBundle => "no bundle",
            Mark::NoVersion => "no version",
            Mark::BadRange => "unreadable skipRange",
            Mark::Blocked => "cannot be chosen",
            Mark::Stranded => "stranded",
            Mark::Circle => "goes in circles",
        }
    }

    /// Returns whether it is a fault, or comes of one.
    pub fn is_fault(self) -> bool {
        !matches!(self, Mark::Head | Mark::Deprecated | Mark::Skipped | Mark::Absent)
    }
}

impl Entry {
    /// Returns the short name: the version, or without one the name.
    pub fn label(&self) -> &str {
        if self.version.is_empty() { &self.name } else { &self.version }
    }

    /// Returns the name, unless it is what package and version make of it.
    pub(super) fn odd_name(&self, package: &str) -> Option<&str> {
        let usual = |rest: &str| rest.strip_prefix(".v") == Some(&self.version);
        let is_usual = self.name.strip_prefix(package).is_some_and(usual);
        (!is_usual && !self.version.is_empty()).then_some(&self.name)
    }
}

/// Says everything of an entry.
pub(super) fn entry(picture: &Picture, entry: &Entry) -> String {
    let mut out = short(entry);
    for mark in &entry.marks {
        out += ", ";
        out += mark.words();
    }
    if let Some(next) = entry.next {
        out += &format!(", upgraded to {}", short(&picture.entries[next]));
        if entry.hops > 1 && !entry.is(Mark::Circle) {
            out += &format!(", {} steps in all", entry.hops);
        }
    }
    out
}

fn short(entry: &Entry) -> String {
    cut(entry.label(), NAME)
}

/// Names rows that stand together.
pub(super) fn rows(picture: &Picture, rows: &Range<usize>) -> String {
    let label = |row: usize| short(&picture.entries[row]);
    match rows.len() {
        1 => label(rows.start),
        count => format!("{count} entries ({} ... {})", label(rows.end - 1), label(rows.start)),
    }
}

/// Says what makes an edge: the field, and of a range what it is.
pub(super) fn field(picture: &Picture, edge: &Edge) -> String {
    match edge.kind {
        Kind::SkipRange => format!("skipRange {}", cut(&picture.entries[edge.to].skip_range, LONG)),
        kind => kind.name().to_owned(),
    }
}

/// Says everything of an edge.
pub(super) fn edge(picture: &Picture, edge: &Edge) -> String {
    let to = short(&picture.entries[edge.to]);
    let ignored = if edge.is_ignored { ", which OLM v0 does not follow" } else { "" };
    format!("{} to {to}: {}{ignored}", rows(picture, &edge.from), field(picture, edge))
}

/// Cuts a text that is too long.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some(_) => text.chars().take(most.saturating_sub(1)).chain(['\u{2026}']).collect(),
        None => text.to_owned(),
    }
}

/// Folds a text into lines of at most so many characters, and cuts it behind the last line.
pub(super) fn fold(text: &str, width: usize, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let fits = |line: &String| line.chars().count() + 1 + word.chars().count() <= width;
        let is_full = lines.len() == most;
        match lines.last_mut() {
            Some(line) if fits(line) => *line += &format!(" {word}"),
            Some(line) if is_full => {
                *line = cut(line, width - 2) + " \u{2026}";
                break;
            }
            _ => lines.push(cut(word, width)),
        }
    }
    lines
}
