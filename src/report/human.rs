//! Findings for people: the guilty line with its guilty characters underlined, related places below
//! it, and the remedy.

use annotate_snippets::{Annotation, AnnotationKind, Group, Level as Severity, Origin, Renderer, Snippet};

use super::concise::style;
use super::located::{Finding, Position};
use super::shown::parts;
use crate::diag::Level;
use crate::text::{Sources, clean};

/// The renderer counts columns of what it is shown, which are cut lines. So it is shown this
/// instead of a file name, and name, line and column are put in afterwards. [`clean`] makes sure
/// that no text of the user has it.
const PLACE: &str = "\u{f0000}";
const WIDTH: usize = 120;

/// Returns every finding as a snippet, and a line that counts them; nothing without any.
pub(super) fn render(findings: &[Finding<'_>], sources: &Sources, colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() }.term_width(WIDTH);
    let mut out = String::new();
    for finding in findings {
        draw(finding, sources, &renderer, &mut out);
        out.push_str("\n\n");
    }
    out + &summary(findings, colour)
}

fn draw(finding: &Finding<'_>, sources: &Sources, renderer: &Renderer, out: &mut String) {
    let diagnostic = finding.diagnostic;
    let level = match diagnostic.level {
        Level::Error => Severity::ERROR,
        Level::Warn | Level::Allow => Severity::WARNING,
    };
    let (parts, notes) = parts(finding, sources);

    let title = level.primary_title(clean(&diagnostic.message)).id(diagnostic.code.id);
    let mut group = Group::with_title(title);
    if finding.at.span.is_none() {
        group = group.element(Origin::path(clean(finding.at.name)));
    }
    for part in &parts {
        let drawn = part.excerpt.draw(sources.get(part.file).text());
        let marks = drawn.marks.into_iter().map(|(bytes, label)| match label {
            None => AnnotationKind::Primary.span(bytes),
            Some(label) => AnnotationKind::Context.span(bytes).label(clean(label)),
        });
        let marks: Vec<Annotation<'_>> = marks.collect();
        group =
            group.element(Snippet::source(drawn.text).line_start(drawn.line).path(PLACE).annotations(marks));
    }
    group = group.elements(notes.into_iter().map(|note| Severity::NOTE.message(note)));
    if let Some(help) = &diagnostic.help {
        group = group.element(Severity::HELP.message(clean(help)));
    }

    let drawn = renderer.render(&[group]);
    let mut pieces = drawn.split(PLACE);
    out.push_str(pieces.next().unwrap_or_default());
    for (piece, part) in pieces.zip(&parts) {
        let Position { line, column } = part.place.span.as_ref().expect("a part has a span").start;
        out.push_str(&format!("{}:{line}:{column}", clean(part.place.name)));
        out.push_str(piece.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit()));
    }
}

fn summary(findings: &[Finding<'_>], colour: bool) -> String {
    let mut counts = Vec::new();
    for (level, name) in [(Level::Error, "error"), (Level::Warn, "warning")] {
        let count = findings.iter().filter(|finding| finding.diagnostic.level == level).count();
        if count > 0 {
            let style = if colour { style(level) } else { Default::default() };
            let plural = if count == 1 { "" } else { "s" };
            counts.push(format!("{style}{count} {name}{plural}{style:#}"));
        }
    }
    if counts.is_empty() { String::new() } else { counts.join(", ") + "\n" }
}
