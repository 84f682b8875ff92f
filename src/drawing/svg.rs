//! Pictures as SVG: alone, with a style sheet for light and dark, or as a part of a page that has one.

use std::fmt::Write as _;

use super::layout::{Layout, Side, Trunk};
use super::shape::{Towards, class, escape, shift, tip, tip_shape};
use super::{Entry, Kind, Mark, Picture, style, words};
use crate::text::clean;

/// The height of a row.
const ROW: usize = 32;
/// The distance of lanes, and of columns.
const LANE: usize = 12;
const COLUMN: usize = 22;
/// The empty space at the left and right of a drawing.
const EDGE: usize = 16;
/// The radius of a dot and of a bend, and the distance of tips from the middle of a dot.
const DOT: usize = 5;
const BEND: usize = 6;
const TIP: usize = 9;
/// What the ring of a head adds to the dot.
const HALO: usize = 3;
/// The most lanes of a side.
const LANES: usize = 8;
/// The most characters of a name, and of a line of a note; titles have more.
const NAME: usize = 60;
const NOTE: usize = 100;
const NOTE_LINES: usize = 4;
/// The width of a character, roughly: texts are not measured.
const CHARACTER: usize = 7;
/// The space between drawings on one sheet, and the height of a line of text.
const GAP: usize = 36;
const LINE: usize = 22;

/// Draws a picture as an element of a page, which has [`STYLE`](super::STYLE) and the colours.
pub fn embedded(picture: &Picture) -> String {
    let drawing = Drawing::new(picture);
    let mut out = open(drawing.width, drawing.height(), &format!("upgrade graph of {}", title(picture)), "");
    drawing.write(&mut out);
    out += "</svg>";
    out
}

/// Draws what lines and dots mean, as an element of such a page.
pub fn legend() -> String {
    let mut out = open(LEGEND, LINE + 4, "what lines and dots mean", "");
    keys(&mut out);
    out += "</svg>";
    out
}

/// Draws pictures one below the other, as a file that needs nothing else.
pub fn svg(pictures: &[Picture]) -> String {
    let mut body = String::new();
    let (mut y, mut width) = (EDGE, LEGEND);
    for picture in pictures {
        let drawing = Drawing::new(picture);
        let _ = writeln!(body, "<g transform=\"translate(0 {y})\">");
        let (top, wide) = heading(picture, &mut body);
        let _ = writeln!(body, "<g transform=\"translate(0 {top})\">");
        drawing.write(&mut body);
        body += "</g>\n</g>\n";
        width = width.max(drawing.width).max(wide);
        y += top + drawing.height() + GAP;
    }
    let _ = writeln!(body, "<g transform=\"translate(0 {y})\">");
    keys(&mut body);
    body += "</g>\n";
    let label = format!("upgrade graphs of {} channels", pictures.len());
    let mut out = open(width, y + LINE + EDGE, &label, " xmlns=\"http://www.w3.org/2000/svg\"");
    let _ = writeln!(out, "<style>\n{}</style>", style::alone());
    out += "<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n";
    out + &body + "</svg>\n"
}

/// Writes the name of a channel and the notes; returns their height and width.
fn heading(picture: &Picture, out: &mut String) -> (usize, usize) {
    let heading = words::cut(&clean(&title(picture)), NOTE);
    let mut width = 2 * EDGE + heading.chars().count() * 9;
    let _ = writeln!(out, "<text class=\"title\" x=\"{EDGE}\" y=\"{LINE}\">{}</text>", escape(&heading));
    let mut top = LINE + 12;
    for note in &picture.notes {
        for line in words::fold(note, NOTE, NOTE_LINES) {
            let (y, text) = (top + LINE - 8, escape(&line));
            let _ = writeln!(out, "<text class=\"note\" x=\"{EDGE}\" y=\"{y}\">{text}</text>");
            width = width.max(2 * EDGE + line.chars().count() * CHARACTER);
            top += LINE - 4;
        }
        top += 4;
    }
    (top, width)
}

fn title(picture: &Picture) -> String {
    let default = if picture.is_default { " (default)" } else { "" };
    format!("{} / {}{default}", picture.package, picture.channel)
}

fn open(width: usize, height: usize, label: &str, more: &str) -> String {
    let label = escape(&words::cut(&clean(label), words::LONG));
    format!(
        "<svg{more} class=\"olmcat-graph\" role=\"group\" aria-label=\"{label}\" width=\"{width}\" \
         height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n"
    )
}

/// A picture with its places.
struct Drawing<'p> {
    picture: &'p Picture,
    layout: Layout,
    /// Where the first column is, the lanes to its right begin, and the labels begin.
    first: usize,
    right: usize,
    labels: usize,
    width: usize,
}

impl<'p> Drawing<'p> {
    fn new(picture: &'p Picture) -> Self {
        let layout = Layout::new(picture, LANES, LANES);
        let left = match (layout.left.lanes, layout.left.stubs.is_empty()) {
            (0, true) => 0,
            (0, false) => 2 * LANE,
            (lanes, _) => (lanes + 1) * LANE,
        };
        let first = EDGE + DOT + HALO + left;
        let last = first + (layout.columns - 1) * COLUMN;
        let right = last + 2 * LANE + 2;
        let stubs = if layout.right.stubs.is_empty() { 0 } else { 2 * LANE };
        let labels = match layout.right.lanes {
            0 => last + 2 * DOT + 8 + stubs,
            lanes => right + (lanes - 1) * LANE + 16,
        };
        let widest = picture.entries.iter().map(|entry| label_width(entry, &picture.package)).max();
        let width = labels + widest.unwrap_or_default() + EDGE;
        Drawing { picture, layout, first, right, labels, width }
    }

    fn height(&self) -> usize {
        self.picture.entries.len() * ROW
    }

    fn x(&self, row: usize) -> usize {
        self.first + self.picture.entries[row].column * COLUMN
    }

    /// Returns how far from the middle of a row's dot tips end, and lines begin.
    fn reach(&self, row: usize) -> usize {
        if self.picture.entries[row].is(Mark::Head) { TIP + HALO } else { TIP }
    }

    fn start(&self, row: usize) -> usize {
        self.reach(row) - TIP + DOT + 1
    }

    fn write(&self, out: &mut String) {
        let mut edges = String::new();
        // What OLM v0 ignores lies below what it follows.
        for is_ignored in [true, false] {
            for &number in &self.layout.straight {
                if self.picture.edges[number].is_ignored == is_ignored {
                    self.straight(number, &mut edges);
                }
            }
            for (side, sign) in [(&self.layout.left, -1), (&self.layout.right, 1)] {
                self.side(side, sign, is_ignored, &mut edges);
            }
        }
        (0..self.picture.entries.len()).for_each(|row| self.ground(row, out));
        *out += &edges;
    }

    fn path(&self, number: usize, more: &str, d: &str, out: &mut String) {
        let edge = &self.picture.edges[number];
        let name = |row: usize| escape(&self.picture.entries[row].name);
        let ignored = if edge.is_ignored { " ignored" } else { "" };
        let _ = write!(
            out,
            "<path class=\"edge {}{ignored}{more}\" data-from=\"{}\" data-to=\"{}\"",
            class(edge.kind),
            name(edge.from.start),
            name(edge.to)
        );
        if edge.from.len() > 1 {
            let _ = write!(out, " data-through=\"{}\"", name(edge.from.end - 1));
        }
        let title = escape(&clean(&words::edge(self.picture, edge)));
        let _ = writeln!(out, " d=\"{d}\"><title>{title}</title></path>");
    }

    /// Draws an edge along a column, or from one column to the next.
    fn straight(&self, number: usize, out: &mut String) {
        let edge = &self.picture.edges[number];
        let (x0, y0) = (self.x(edge.from.start), middle(edge.from.start) - self.start(edge.from.start));
        let (x1, y1) = (self.x(edge.to), middle(edge.to) + self.reach(edge.to));
        if x0 == x1 {
            // Most edges of a catalog: the tip is a part of the path.
            let tip = tip_shape(edge.kind, (x1, y1), Towards::Up);
            self.path(number, " straight", &format!("M{x0} {y0}V{y1}{tip}"), out);
            return;
        }
        let half = usize::midpoint(y0, y1);
        self.path(number, "", &format!("M{x0} {y0}C{x0} {half} {x1} {half} {x1} {y1}"), out);
        tip(edge.kind, edge.is_ignored, (x1, y1), Towards::Up, out);
    }

    fn side(&self, side: &Side, sign: i64, is_ignored: bool, out: &mut String) {
        for trunk in side.trunks.iter().filter(|trunk| trunk.is_ignored == is_ignored) {
            self.trunk(trunk, sign, out);
        }
        for trunk in side.stubs.iter().filter(|_| is_ignored) {
            let (x, y) = (self.x(trunk.to), middle(trunk.to));
            let place = (shift(x, sign, self.reach(trunk.to)), y);
            let shape = tip_shape(trunk.kind, place, Towards::Side(sign));
            trunk.edges.iter().for_each(|&number| self.path(number, " stub", &shape, out));
        }
    }

    /// Draws the edges of a lane: each from its lower end to the lane, and along it to the next one or the upper end.
    fn trunk(&self, trunk: &Trunk, sign: i64, out: &mut String) {
        let lane = match sign {
            1 => self.right + trunk.lane * LANE,
            _ => self.first - 2 * LANE + 2 - trunk.lane * LANE,
        };
        let end = (shift(self.x(trunk.to), sign, self.reach(trunk.to)), middle(trunk.to));
        let inner = shift(lane, -sign, BEND);
        for (at, &number) in trunk.edges.iter().enumerate() {
            let edge = &self.picture.edges[number];
            let is_below = edge.from.start > trunk.to;
            // The end that is nearer to the entry that is upgraded to, and the one that is farther.
            let (near, far) = if is_below {
                (edge.from.start, edge.from.end - 1)
            } else {
                (edge.from.end - 1, edge.from.start)
            };
            let along: i64 = if is_below { -1 } else { 1 };
            let neighbour = if is_below { at.checked_sub(1) } else { Some(at + 1) };
            let neighbour = neighbour.and_then(|at| Some(&self.picture.edges[*trunk.edges.get(at)?]));
            let inward = neighbour.filter(|other| (other.from.start > trunk.to) == is_below);
            let mut d = String::new();
            if near != far {
                let start = shift(self.x(near), sign, self.start(near));
                let _ = write!(d, "M{start} {}H{inner}H{lane}", middle(near));
            }
            let (start, y) = (shift(self.x(far), sign, self.start(far)), middle(far));
            let _ = write!(d, "M{start} {y}H{inner}Q{lane} {y} {lane} {}", shift(y, along, BEND));
            match inward {
                Some(other) => {
                    let row = if is_below { other.from.end - 1 } else { other.from.start };
                    let _ = write!(d, "V{}", shift(middle(row), along, BEND));
                }
                None => {
                    let (x, y) = end;
                    let bend = shift(y, -along, BEND);
                    let _ = write!(d, "V{bend}Q{lane} {y} {inner} {y}H{x}");
                }
            }
            self.path(number, "", &d, out);
        }
        tip(trunk.kind, trunk.is_ignored, end, Towards::Side(sign), out);
    }

    /// Draws an entry: the ground of its row, its dot, its label.
    fn ground(&self, row: usize, out: &mut String) {
        let entry = &self.picture.entries[row];
        let (x, y) = (self.x(row), middle(row));
        let said = escape(&clean(&words::entry(self.picture, entry)));
        out.push_str("<g class=\"entry");
        for mark in &entry.marks {
            out.push(' ');
            out.push_str(mark.name());
        }
        let _ = write!(out, "\" data-entry=\"{}\" role=\"img\" aria-label=\"{said}\">", escape(&entry.name));
        if let Some(more) = more(entry, &self.picture.package) {
            let _ = write!(out, "<title>{}</title>", escape(&more));
        }
        let (top, width) = (row * ROW + 1, self.width - 8);
        let _ =
            write!(out, "<rect class=\"row\" x=\"4\" y=\"{top}\" width=\"{width}\" height=\"{}\"/>", ROW - 2);
        if entry.is(Mark::Head) {
            let _ = write!(out, "<circle class=\"halo\" cx=\"{x}\" cy=\"{y}\" r=\"{}\"/>", DOT + HALO);
        }
        let _ = write!(out, "<circle class=\"dot\" cx=\"{x}\" cy=\"{y}\" r=\"{DOT}\"/>");
        let mut label = escape(&clean(&words::cut(entry.label(), NAME)));
        if entry.is(Mark::Deprecated) {
            label = format!("<tspan class=\"struck\">{label}</tspan>");
        }
        let _ = write!(out, "<text class=\"version\" x=\"{}\" y=\"{}\">{label}", self.labels, y + 4);
        if let Some(name) = entry.odd_name(&self.picture.package) {
            let name = escape(&clean(&words::cut(name, NAME)));
            let _ = write!(out, "<tspan class=\"name\" dx=\"10\">{name}</tspan>");
        }
        for mark in &entry.marks {
            let fault = if mark.is_fault() { " fault" } else { "" };
            let _ = write!(
                out,
                "<tspan class=\"{} mark{fault}\" dx=\"10\">{}</tspan>",
                mark.name(),
                mark.words()
            );
        }
        out.push_str("</text></g>\n");
    }
}

/// Returns what the label of an entry has no room for.
fn more(entry: &Entry, package: &str) -> Option<String> {
    let name = (entry.version.is_empty() || entry.odd_name(package).is_some()).then_some(&entry.name);
    let range = Some(format!("skipRange {}", entry.skip_range)).filter(|_| !entry.skip_range.is_empty());
    let deprecation = Some(&entry.deprecation).filter(|message| !message.is_empty());
    let others = range.into_iter().chain(deprecation.cloned()).map(|text| words::cut(&text, words::LONG));
    let parts: Vec<String> =
        name.cloned().into_iter().chain(others).map(|part| clean(&part).into_owned()).collect();
    (!parts.is_empty()).then(|| parts.join("\n"))
}

fn label_width(entry: &Entry, package: &str) -> usize {
    let wide = |text: &str| text.chars().count().min(NAME) * CHARACTER + 10;
    let name = entry.odd_name(package).map_or(0, wide);
    8 + wide(entry.label()) + name + entry.marks.iter().map(|mark| wide(mark.words())).sum::<usize>()
}

/// The middle of a row.
fn middle(row: usize) -> usize {
    row * ROW + ROW / 2
}

/// The width of the legend.
const LEGEND: usize = 560;

/// Draws the legend.
fn keys(out: &mut String) {
    let mut x = EDGE;
    let y = LINE / 2 + 2;
    for (kind, class, words, width) in [
        (Kind::Replaces, "replaces", "replaces", 110),
        (Kind::Skips, "skips", "skips", 90),
        (Kind::SkipRange, "range", "skipRange", 120),
        (Kind::Replaces, "replaces ignored", "not followed by OLM v0", 200),
    ] {
        let _ = write!(out, "<path class=\"edge {class}\" d=\"M{x} {y}h26\"/>");
        tip(kind, class.ends_with("ignored"), (x + 28, y), Towards::Side(-1), out);
        let _ = writeln!(out, "<text class=\"key\" x=\"{}\" y=\"{}\">{words}</text>", x + 38, y + 4);
        x += width;
    }
}
