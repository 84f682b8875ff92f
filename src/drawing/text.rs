//! Pictures for a terminal: a ladder as `git log --graph` has it, the newest version on top.

use anstyle::{AnsiColor, Color, Style};

use super::grid::{DOWN, Grid, LEFT, RIGHT, UP, line_style};
use super::layout::{Layout, Trunk};
use super::{Entry, Kind, Mark, Picture, words};
use crate::text::clean;

/// The most lanes of a side.
const LANES: usize = 8;
/// The columns that labels have at least.
const LABEL: usize = 40;

/// How the text is to look.
#[derive(Debug, Clone, Copy, Default)]
pub struct Look {
    /// The columns that there are; none if lines may have any length.
    pub width: Option<usize>,
    /// Whether only characters of ASCII may be used.
    pub is_ascii: bool,
    /// Whether to use colours.
    pub is_coloured: bool,
}

/// Draws pictures one below the other, and says what the lines mean.
pub fn text(pictures: &[Picture], look: Look) -> String {
    let mut pen = Pen { look, out: String::new(), column: 0 };
    for (number, picture) in pictures.iter().enumerate() {
        if number > 0 {
            pen.end();
        }
        Ladder::new(picture, look).write(&mut pen);
    }
    legend(pictures, &mut pen);
    pen.out
}

/// Writes pieces of a line until it is full.
struct Pen {
    look: Look,
    out: String,
    column: usize,
}

impl Pen {
    fn write(&mut self, text: &str, style: Style) {
        let mut text = clean(text).into_owned();
        if self.look.is_ascii {
            text = text.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect();
        }
        let left = self.look.width.map_or(usize::MAX, |width| width.saturating_sub(self.column));
        if text.chars().count() > left {
            let last = if self.look.is_ascii { '~' } else { '…' };
            text = text.chars().take(left.saturating_sub(1)).chain((left > 0).then_some(last)).collect();
        }
        self.column += text.chars().count();
        match self.look.is_coloured && style != Style::new() && !text.is_empty() {
            true => self.out += &format!("{style}{text}{style:#}"),
            false => self.out += &text,
        }
    }

    /// Ends a line, without blanks at its end.
    fn end(&mut self) {
        self.out.truncate(self.out.trim_end_matches(' ').len());
        self.out.push('\n');
        self.column = 0;
    }
}

fn bold() -> Style {
    Style::new().bold()
}

fn coloured(colour: AnsiColor) -> Style {
    Style::new().fg_color(Some(Color::Ansi(colour)))
}

fn dim() -> Style {
    coloured(AnsiColor::BrightBlack)
}

/// A picture on lines: each row has one, and another below it where an edge runs on along a column.
struct Ladder<'p> {
    picture: &'p Picture,
    layout: Layout,
    /// The line of each row, and how many there are.
    lines: Vec<usize>,
    height: usize,
    is_ascii: bool,
}

impl<'p> Ladder<'p> {
    fn new(picture: &'p Picture, look: Look) -> Self {
        let lanes = look.width.map_or(LANES, |width| (width.saturating_sub(LABEL) / 4).clamp(1, LANES));
        let layout = Layout::new(picture, lanes, lanes);
        let mut has_gap = vec![0i32; picture.entries.len() + 1];
        for &number in &layout.straight {
            let edge = &picture.edges[number];
            has_gap[edge.to] += 1;
            has_gap[edge.from.start] -= 1;
        }
        let (mut line, mut open) = (0, 0);
        let mut lines = Vec::with_capacity(picture.entries.len());
        for gap in &has_gap[..picture.entries.len()] {
            lines.push(line);
            open += gap;
            line += if open > 0 { 2 } else { 1 };
        }
        Ladder { picture, layout, lines, height: line, is_ascii: look.is_ascii }
    }

    /// Returns the cell of a row's dot.
    fn dot(&self, row: usize) -> (usize, usize) {
        (2 * (self.left() + self.picture.entries[row].column), self.lines[row])
    }

    /// Returns how many lanes are left of the columns.
    fn left(&self) -> usize {
        self.layout.left.lanes
            + usize::from(self.layout.left.lanes == 0 && !self.layout.left.stubs.is_empty())
    }

    fn write(&self, pen: &mut Pen) {
        let picture = self.picture;
        pen.write(&picture.package, bold());
        pen.write("  ", Style::new());
        pen.write(&picture.channel, bold());
        if picture.is_default {
            pen.write("  default", dim());
        }
        pen.end();
        for note in &picture.notes {
            // The terminal folds it: a part of a reason is none.
            let width = pen.look.width.take();
            pen.write(note, coloured(AnsiColor::Red));
            pen.look.width = width;
            pen.end();
        }
        let grid = self.grid();
        let version = picture.entries.iter().map(|entry| entry.version.chars().count().min(24)).max();
        let rows: std::collections::HashMap<usize, usize> =
            self.lines.iter().enumerate().map(|(row, &line)| (line, row)).collect();
        for line in 0..self.height {
            for (glyph, style) in runs(grid.row(line)) {
                pen.write(&glyph, style);
            }
            if let Some(&row) = rows.get(&line) {
                pen.write(" ", Style::new());
                self.label(&picture.entries[row], version.unwrap_or_default(), pen);
            }
            pen.end();
        }
    }

    fn label(&self, entry: &Entry, width: usize, pen: &mut Pen) {
        let style = match entry {
            entry if entry.is(Mark::Head) => coloured(AnsiColor::Blue).bold(),
            entry if entry.is(Mark::Skipped) || entry.is(Mark::Absent) => dim(),
            _ => Style::new(),
        };
        pen.write(&format!("{:width$}", entry.version), style);
        if entry.version.is_empty() || entry.odd_name(&self.picture.package).is_some() {
            pen.write("  ", Style::new());
            pen.write(&words::cut(&entry.name, words::NAME), dim());
        }
        for mark in &entry.marks {
            let style = match mark {
                Mark::Head => style,
                Mark::Deprecated => coloured(AnsiColor::Yellow),
                mark if mark.is_fault() => coloured(AnsiColor::Red),
                _ => dim(),
            };
            pen.write("  ", Style::new());
            pen.write(mark.words(), style);
        }
        if !entry.skip_range.is_empty() {
            pen.write("  ", Style::new());
            pen.write(&format!("skipRange {}", entry.skip_range), dim());
        }
    }

    fn grid(&self) -> Grid {
        let width = 2 * (self.left() + self.layout.columns + self.layout.right.lanes);
        let mut grid = Grid::new(width, self.height, self.is_ascii);
        for trunk in self.layout.left.stubs.iter().chain(&self.layout.right.stubs) {
            self.tip(trunk, trunk.kind != Kind::SkipRange, &mut grid);
        }
        for is_ignored in [true, false] {
            for &number in &self.layout.straight {
                if self.picture.edges[number].is_ignored == is_ignored {
                    self.straight(number, &mut grid);
                }
            }
            for (side, is_right) in [(&self.layout.left, false), (&self.layout.right, true)] {
                side.trunks
                    .iter()
                    .filter(|trunk| trunk.is_ignored == is_ignored)
                    .for_each(|trunk| self.trunk(trunk, is_right, &mut grid));
            }
        }
        for (row, entry) in self.picture.entries.iter().enumerate() {
            let (glyph, style) = dot(entry, self.is_ascii);
            grid.put(self.dot(row), glyph, style);
        }
        grid
    }

    fn straight(&self, number: usize, grid: &mut Grid) {
        let edge = &self.picture.edges[number];
        let ((x0, y0), (x1, y1)) = (self.dot(edge.from.start), self.dot(edge.to));
        if x0 == x1 {
            grid.upright(x0, y1 + 1, y0 - 1, edge.kind, edge.is_ignored);
            return;
        }
        let (one, other) = if x1 < x0 { (RIGHT, LEFT) } else { (LEFT, RIGHT) };
        grid.line((x1, y1 + 1), UP | one, edge.kind, edge.is_ignored);
        grid.across(y1 + 1, x0, x1, edge.kind, edge.is_ignored);
        grid.line((x0, y1 + 1), DOWN | other, edge.kind, edge.is_ignored);
    }

    fn trunk(&self, trunk: &Trunk, is_right: bool, grid: &mut Grid) {
        let (kind, is_ignored) = (trunk.kind, trunk.is_ignored);
        let lane = if is_right {
            2 * (self.left() + self.layout.columns + trunk.lane)
        } else {
            2 * (self.left() - 1 - trunk.lane)
        };
        let inward = if is_right { LEFT } else { RIGHT };
        let (top, bottom) = (self.lines[trunk.top], self.lines[trunk.bottom]);
        if bottom > top {
            (top + 1..bottom).for_each(|y| grid.line((lane, y), UP | DOWN, kind, is_ignored));
        }
        let ends = trunk.edges.iter().flat_map(|&number| {
            let from = &self.picture.edges[number].from;
            [from.start, from.end - 1]
        });
        for row in ends.chain([trunk.to]) {
            let (x, y) = self.dot(row);
            let up = if y > top { UP } else { 0 };
            let down = if y < bottom { DOWN } else { 0 };
            grid.across(y, x, lane, kind, is_ignored);
            grid.line((lane, y), inward | up | down, kind, is_ignored);
        }
        self.tip(trunk, is_right, grid);
    }

    /// Puts a tip beside the dot of the upper end.
    fn tip(&self, trunk: &Trunk, is_right: bool, grid: &mut Grid) {
        let (x, y) = self.dot(trunk.to);
        let glyphs = if self.is_ascii { ['<', '>', '(', ')'] } else { ['◂', '▸', '◃', '▹'] };
        let glyph = glyphs[usize::from(!is_right) + 2 * usize::from(trunk.is_ignored)];
        grid.put((if is_right { x + 1 } else { x - 1 }, y), glyph, line_style(trunk.is_ignored));
    }
}

fn dot(entry: &Entry, is_ascii: bool) -> (char, Style) {
    let (fine, plain, style) = match entry {
        entry if entry.is(Mark::Head) => ('◉', '@', coloured(AnsiColor::Blue).bold()),
        entry if entry.is(Mark::Stranded) || entry.is(Mark::Circle) => ('×', 'x', coloured(AnsiColor::Red)),
        entry if entry.is(Mark::Absent) || entry.is(Mark::NoBundle) => ('◌', '?', dim()),
        entry if entry.is(Mark::Skipped) => ('○', 'o', Style::new()),
        _ => ('●', '*', Style::new()),
    };
    (if is_ascii { plain } else { fine }, style)
}

/// Joins characters of one style.
fn runs(cells: impl Iterator<Item = (char, Style)>) -> Vec<(String, Style)> {
    let mut runs: Vec<(String, Style)> = Vec::new();
    for (glyph, style) in cells {
        match runs.last_mut().filter(|(_, last)| *last == style) {
            Some((text, _)) => text.push(glyph),
            None => runs.push((glyph.to_string(), style)),
        }
    }
    runs
}

/// Says what the lines mean that there are.
fn legend(pictures: &[Picture], pen: &mut Pen) {
    let edges = || pictures.iter().flat_map(|picture| &picture.edges);
    let has = |kind: Kind| edges().any(|edge| edge.kind == kind);
    let (lines, ignored) =
        if pen.look.is_ascii { (["|", ":", "!"], ". ( )") } else { (["│", "┆", "┊"], "╎ ◃ ▹") };
    let mut parts: Vec<(&str, &str, bool)> = (Kind::ALL.into_iter().zip(lines))
        .filter(|(kind, _)| has(*kind))
        .map(|(kind, line)| (line, kind.name(), false))
        .collect();
    if edges().any(|edge| edge.is_ignored) {
        parts.push((ignored, "not followed by OLM v0", true));
    }
    if !parts.is_empty() {
        pen.end();
    }
    for (at, (line, words, is_ignored)) in parts.iter().enumerate() {
        pen.write(if at > 0 { "   " } else { "" }, Style::new());
        pen.write(line, line_style(*is_ignored));
        pen.write(&format!(" {words}"), dim());
    }
    if !parts.is_empty() {
        pen.end();
    }
}
