//! The upgrade graph of a channel as a picture: first a plain value, then SVG, dot, mermaid or text.
//!
//! The picture is a ladder. Each entry has a row, the newest version on top; each chain of `replaces` has a column.
//! What OLM v0 makes of it is known by `resolve`; here it is only drawn.

mod dot;
mod grid;
mod layout;
mod mermaid;
mod picture;
mod shape;
mod style;
mod svg;
mod text;
mod words;

use std::ops::Range;

pub use dot::dot;
pub use mermaid::mermaid;
pub use picture::{picture, pictures};
pub use style::{DARK, LIGHT, STYLE};
pub use svg::{embedded, legend, svg};
pub use text::{Look, text};

/// The upgrade graph of one channel, in the order in which it is drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Picture {
    /// The package.
    pub package: String,
    /// The channel.
    pub channel: String,
    /// Whether it is the default channel of the package.
    pub is_default: bool,
    /// The rows: the entries of the channel, and behind them what they name besides. Newest version first; what has
    /// none stands last.
    pub entries: Vec<Entry>,
    /// The edges, by their upper end, its kind and their lower end.
    pub edges: Vec<Edge>,
    /// What is wrong with the channel as a whole, or can be read in no way: sentences.
    pub notes: Vec<String>,
}

/// A row of the picture.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// The name of the bundle.
    pub name: String,
    /// Its version; empty without a bundle that says it.
    pub version: String,
    /// Its range, as it stands in the entry; empty when unset.
    pub skip_range: String,
    /// What is to be said of it, each once, in the order of [`Mark`].
    pub marks: Vec<Mark>,
    /// What users are told of the deprecation; empty if there is none.
    pub deprecation: String,
    /// The row that OLM v0 upgrades it to; none at the end of the way.
    pub next: Option<usize>,
    /// How many upgrades there are to the end of the way.
    pub hops: usize,
    /// Its column: each chain of `replaces` has one, and the last is for what is on none.
    pub column: usize,
}

/// What there is to say of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mark {
    /// Nothing replaces or skips it.
    Head,
    /// `olm.deprecations` names it.
    Deprecated,
    /// Another entry skips it, so that nobody is given it any more.
    Skipped,
    /// It is no entry of the channel; others name it.
    Absent,
    /// The catalog has no bundle of this name: for OLM it is not there.
    NoBundle,
    /// Its bundle says no version, or none that can be read: no range holds it.
    NoVersion,
    /// Its range cannot be read, and OLM looks past it.
    BadRange,
    /// OLM cannot choose it: it is prohibited, or needs what is not there.
    Blocked,
    /// Who has it installed does not get to the head.
    Stranded,
    /// Who has it installed is upgraded in circles.
    Circle,
}

impl Mark {
    /// Returns the mark's name, which is also its class in SVG.
    pub fn name(self) -> &'static str {
        match self {
            Mark::Head => "head",
            Mark::Deprecated => "deprecated",
            Mark::Skipped => "skipped",
            Mark::Absent => "absent",
            Mark::NoBundle => "no-bundle",
            Mark::NoVersion => "no-version",
            Mark::BadRange => "bad-range",
            Mark::Blocked => "blocked",
            Mark::Stranded => "stranded",
            Mark::Circle => "circle",
        }
    }
}

impl Entry {
    /// Returns whether something is to be said of it.
    pub fn is(&self, mark: Mark) -> bool {
        self.marks.contains(&mark)
    }
}

/// The edges of one kind that lead from neighbouring rows to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// The row that is upgraded to.
    pub to: usize,
    /// Which field of that entry makes the edge.
    pub kind: Kind,
    /// The rows that are upgraded. A range is one edge for each run of rows that it holds, as are long runs of
    /// `skips`: so many edges would be none.
    pub from: Range<usize>,
    /// Whether OLM v0 never goes this way, because it prefers another or cannot choose its end.
    pub is_ignored: bool,
}

/// What makes an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// `replaces`.
    Replaces,
    /// `skips`.
    Skips,
    /// `skipRange`.
    SkipRange,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 3] = [Kind::Replaces, Kind::Skips, Kind::SkipRange];

    /// Returns the kind's name, as the field of an entry has it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Replaces => "replaces",
            Kind::Skips => "skips",
            Kind::SkipRange => "skipRange",
        }
    }
}
