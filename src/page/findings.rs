//! Findings: what, where, the lines that show it, and the remedy.

use std::io::{self, Write};
use std::ops::Range;

use super::html::{Sentence, Text};
use crate::diag::Level;
use crate::report::{Lines, Shown};

/// How many findings of a level are shown with their lines; the page is to stay small.
const EXCERPTS: usize = 500;

/// Writes the findings of a level. Each has the id `f` and its number.
pub(super) fn write(findings: &[Shown<'_>], level: Level, out: &mut dyn Write) -> io::Result<()> {
    let of_level = findings.iter().enumerate().filter(|(_, shown)| shown.diagnostic.level == level);
    if of_level.clone().nth(EXCERPTS).is_some() {
        writeln!(out, "<p class=\"note\">Lines are shown of the first {EXCERPTS}.</p>")?;
    }
    for (number, (at, shown)) in of_level.enumerate() {
        one(shown, at, number < EXCERPTS, out)?;
    }
    Ok(())
}

fn one(shown: &Shown<'_>, at: usize, has_lines: bool, out: &mut dyn Write) -> io::Result<()> {
    let diagnostic = shown.diagnostic;
    let (package, level) = (Text(&diagnostic.subject.package), diagnostic.level);
    write!(
        out,
        "<article class=\"finding {level}\" id=\"f{at}\" data-package=\"{package}\">\n<h4><span class=\"level\">{level}\
         </span> {}</h4>\n<p class=\"where\"><code>{}</code> <span class=\"rule\">{}</span></p>\n",
        Sentence(&diagnostic.message),
        Text(&shown.place),
        diagnostic.code.id
    )?;
    for (number, excerpt) in shown.excerpts.iter().enumerate().filter(|_| has_lines) {
        if number > 0 {
            writeln!(out, "<p class=\"where\"><code>{}</code></p>", Text(&excerpt.place))?;
        }
        lines(excerpt, out)?;
    }
    for note in &shown.notes {
        writeln!(out, "<p class=\"note\">{}</p>", Sentence(note))?;
    }
    if let Some(help) = &diagnostic.help {
        writeln!(out, "<p class=\"help\">{}</p>", Sentence(help))?;
    }
    writeln!(out, "</article>")
}

/// Writes lines of a file with their numbers, what is marked in them, and what is to be said of it.
fn lines(excerpt: &Lines, out: &mut dyn Write) -> io::Result<()> {
    let place = Text(&excerpt.place);
    write!(out, "<pre class=\"lines\" tabindex=\"0\" role=\"group\" aria-label=\"lines of {place}\">")?;
    let (mut start, mut is_gap) = (0, false);
    for (number, line) in excerpt.text.split('\n').enumerate() {
        let end = start + line.len();
        let mut marks: Vec<_> = excerpt
            .marks
            .iter()
            .filter(|(range, _)| (start..=end).contains(&range.start))
            .map(|(range, label)| (range.start - start..range.end.clamp(range.start, end) - start, label))
            .collect();
        start = end + 1;
        if line.is_empty() && marks.is_empty() {
            if !std::mem::replace(&mut is_gap, true) {
                out.write_all(b"<span class=\"gap\">\xe2\x8b\xae</span>\n")?;
            }
            continue;
        }
        is_gap = false;
        marks.sort_by_key(|(range, _)| range.start);
        write!(out, "<span class=\"number\">{}</span>", excerpt.line + number)?;
        let ranges: Vec<_> = marks.iter().map(|(range, _)| range).collect();
        marked(line, &ranges, out)?;
        for label in marks.iter().filter_map(|(_, label)| label.as_ref()) {
            write!(out, "  <span class=\"label\">{}</span>", Sentence(label))?;
        }
        writeln!(out)?;
    }
    writeln!(out, "</pre>")
}

/// How many characters of a line are seen before its first mark, and behind its last one: a catalog has lines of
/// 200,000, and nobody shall have to look for the mark.
const BEFORE: usize = 48;
const BEHIND: usize = 120;

/// Writes a line with some of its ranges marked, which come in order and may overlap.
fn marked(line: &str, marks: &[&Range<usize>], out: &mut dyn Write) -> io::Result<()> {
    let first = marks.first().map_or(0, |range| range.start);
    let last = marks.iter().map(|range| range.end).max().unwrap_or(0);
    let mut at = line[..first].char_indices().nth_back(BEFORE - 1).map_or(0, |(start, _)| start);
    let end = line[last..].char_indices().nth(BEHIND).map_or(line.len(), |(behind, _)| last + behind);
    let dots = |is_cut: bool| if is_cut { "…" } else { "" };
    write!(out, "{}", dots(at > 0))?;
    for range in marks {
        let from = range.start.max(at);
        if range.end > from {
            write!(out, "{}<mark>{}</mark>", Text(&line[at..from]), Text(&line[from..range.end]))?;
            at = range.end;
        }
    }
    write!(out, "{}{}", Text(&line[at..end]), dots(end < line.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Diagnostic, Report, codes};
    use crate::report;
    use crate::text::{Place, Sources};

    fn drawn(text: &str, marks: &[(Range<usize>, Option<&str>)]) -> String {
        let marks = marks.iter().map(|(range, label)| (range.clone(), label.map(str::to_owned))).collect();
        let mut out = Vec::new();
        lines(&Lines { place: String::new(), line: 7, text: text.to_owned(), marks }, &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        out[out.find('>').unwrap() + 1..].replace("</pre>\n", "")
    }

    #[test]
    fn what_is_guilty_is_marked() {
        assert_eq!(
            drawn("a: <b>", &[(3..6, None)]),
            "<span class=\"number\">7</span>a: <mark>&lt;b&gt;</mark>\n"
        );
        assert_eq!(
            drawn("one\n\n\nfour", &[(0..3, None), (1..2, None), (6..10, Some("the `other`"))]),
            "<span class=\"number\">7</span><mark>one</mark>\n<span class=\"gap\">⋮</span>\n\
             <span class=\"number\">10</span><mark>four</mark>  <span class=\"label\">the <code>other</code></span>\n"
        );
    }

    #[test]
    fn warnings_take_no_lines_from_errors() {
        let (sources, mut report) = (Sources::default(), Report::default());
        let file = sources.add("c.yaml", b"schema: x\n".to_vec());
        for number in 0..2 * EXCERPTS + 1 {
            let place = Place::bytes(file, 0..6);
            let mut found = Diagnostic::new(&codes::MISSING_SCHEMA, place, format!("number {number}"));
            found.level = if number <= EXCERPTS { Level::Warn } else { Level::Error };
            report.push(found);
        }
        let shown = report::shown(&report, &sources);
        let written = |level: Level| {
            let mut out = Vec::new();
            write(&shown, level, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let (errors, warnings) = (written(Level::Error), written(Level::Warn));
        let count = |text: &str, part: &str| text.matches(part).count();
        assert_eq!((count(&errors, "<article"), count(&errors, "<pre")), (EXCERPTS, EXCERPTS));
        assert_eq!((count(&warnings, "<article"), count(&warnings, "<pre")), (EXCERPTS + 1, EXCERPTS));
        assert!(warnings.starts_with("<p class=\"note\">Lines are shown of the first 500.</p>"));
        assert!(!errors.contains("Lines are shown"));
    }

    #[test]
    fn of_a_long_line_the_guilty_part_is_shown() {
        let line = format!("{}guilty{}", "ä".repeat(500), "ö".repeat(500));
        let shown = drawn(&line, &[(1000..1006, None)]);
        let wanted = format!("…{}<mark>guilty</mark>{}…", "ä".repeat(BEFORE), "ö".repeat(BEHIND));
        assert_eq!(shown, format!("<span class=\"number\">7</span>{wanted}\n"));
    }
}
