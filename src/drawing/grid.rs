//! Lines of a terminal, on which edges are drawn cell by cell; where lines of one entry meet, a joint.

use anstyle::{AnsiColor, Color, Style};

use super::Kind;

/// The sides of a cell that a line leaves by.
pub(super) const UP: u8 = 1;
pub(super) const DOWN: u8 = 2;
pub(super) const LEFT: u8 = 4;
pub(super) const RIGHT: u8 = 8;

/// What a cell shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    Empty,
    Line { sides: u8, kind: Kind, is_ignored: bool },
    Glyph(char, Style),
}

/// A block of cells.
#[derive(Debug)]
pub(super) struct Grid {
    width: usize,
    cells: Vec<Cell>,
    is_ascii: bool,
}

impl Grid {
    pub(super) fn new(width: usize, height: usize, is_ascii: bool) -> Self {
        Grid { width, cells: vec![Cell::Empty; width * height], is_ascii }
    }

    /// Lets a line run through a cell. Where it crosses another at a right angle, what runs across lies on top.
    pub(super) fn line(&mut self, (x, y): (usize, usize), sides: u8, kind: Kind, is_ignored: bool) {
        let cell = &mut self.cells[y * self.width + x];
        let upright = |sides: u8| sides & (LEFT | RIGHT) == 0;
        let across = |sides: u8| sides & (UP | DOWN) == 0;
        *cell = match *cell {
            Cell::Glyph(..) => return,
            Cell::Line { sides: old, .. } if across(old) && upright(sides) => return,
            Cell::Line { sides: old, .. } if !(upright(old) && across(sides)) => {
                Cell::Line { sides: old | sides, kind, is_ignored }
            }
            _ => Cell::Line { sides, kind, is_ignored },
        };
    }

    /// Lets a line run along cells of a column, the ends included.
    pub(super) fn upright(&mut self, x: usize, from: usize, to: usize, kind: Kind, is_ignored: bool) {
        (from..=to).for_each(|y| self.line((x, y), UP | DOWN, kind, is_ignored));
    }

    /// Lets a line run along cells of a line, the ends not included.
    pub(super) fn across(&mut self, y: usize, from: usize, to: usize, kind: Kind, is_ignored: bool) {
        (from.min(to) + 1..from.max(to)).for_each(|x| self.line((x, y), LEFT | RIGHT, kind, is_ignored));
    }

    /// Puts a character into a cell.
    pub(super) fn put(&mut self, (x, y): (usize, usize), glyph: char, style: Style) {
        self.cells[y * self.width + x] = Cell::Glyph(glyph, style);
    }

    /// Returns a line as characters with their styles.
    pub(super) fn row(&self, y: usize) -> impl Iterator<Item = (char, Style)> {
        self.cells[y * self.width..(y + 1) * self.width].iter().map(|cell| match *cell {
            Cell::Empty => (' ', Style::new()),
            Cell::Glyph(glyph, style) => (glyph, style),
            Cell::Line { sides, kind, is_ignored } => {
                (self.glyph(sides, kind, is_ignored), line_style(is_ignored))
            }
        })
    }

    fn glyph(&self, sides: u8, kind: Kind, is_ignored: bool) -> char {
        // Upright and across, in ASCII and beyond it.
        let [plain, drawn] = match (kind, is_ignored) {
            (Kind::Replaces, false) => [['|', '-'], ['│', '─']],
            (Kind::Replaces, true) => [['.', '-'], ['╎', '╌']],
            (Kind::Skips, _) => [[':', '-'], ['┆', '┄']],
            (Kind::SkipRange, _) => [['!', '~'], ['┊', '┈']],
        };
        let signs = if self.is_ascii { plain } else { drawn };
        match (sides & (LEFT | RIGHT), sides & (UP | DOWN)) {
            (0, _) => signs[0],
            (_, 0) => signs[1],
            _ if self.is_ascii => '+',
            _ => corner(sides),
        }
    }
}

/// The joint of lines that leave a cell by these sides.
fn corner(sides: u8) -> char {
    const ALL: u8 = UP | DOWN | LEFT | RIGHT;
    match ALL & !sides {
        0 => '┼',
        UP => '┬',
        DOWN => '┴',
        LEFT => '├',
        RIGHT => '┤',
        _ => match (sides & UP != 0, sides & LEFT != 0) {
            (true, true) => '╯',
            (true, false) => '╰',
            (false, true) => '╮',
            (false, false) => '╭',
        },
    }
}

/// The style of a line.
pub(super) fn line_style(is_ignored: bool) -> Style {
    let colour = if is_ignored { AnsiColor::BrightBlack } else { AnsiColor::Blue };
    Style::new().fg_color(Some(Color::Ansi(colour)))
}
