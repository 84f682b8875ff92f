//! Where the edges of a picture run: along the columns of the chains, or in lanes beside them. No lane crosses an
//! entry, since `skips` run to the right of all columns, ranges to the left, and labels stand behind the lanes.

use std::collections::BTreeMap;

use super::{Edge, Kind, Picture};

/// The edges of a picture, by the way they run. Numbers are those of [`Picture::edges`].
#[derive(Debug)]
pub(super) struct Layout {
    /// Edges between neighbours of a column, or neighbouring rows: straight.
    pub(super) straight: Vec<usize>,
    /// The lanes to the left of the columns: ranges.
    pub(super) left: Side,
    /// The lanes to the right of the columns: `skips`, and what `replaces` leads past other entries.
    pub(super) right: Side,
    /// How many columns there are.
    pub(super) columns: usize,
}

/// The lanes of one side.
#[derive(Debug, Default)]
pub(super) struct Side {
    pub(super) trunks: Vec<Trunk>,
    pub(super) lanes: usize,
    /// What OLM v0 ignores and there is no room for: these have a stub at their upper end, and no lane.
    pub(super) stubs: Vec<Trunk>,
}

/// Edges that share a lane, since they lead to one entry and are of one kind.
#[derive(Debug, Clone)]
pub(super) struct Trunk {
    pub(super) to: usize,
    pub(super) kind: Kind,
    pub(super) is_ignored: bool,
    /// In the order of their lower ends.
    pub(super) edges: Vec<usize>,
    /// The rows that it runs along.
    pub(super) top: usize,
    pub(super) bottom: usize,
    /// From 0, which is nearest to the columns.
    pub(super) lane: usize,
}

impl Layout {
    /// Lays a picture out with at most so many lanes on the left and on the right.
    pub(super) fn new(picture: &Picture, left: usize, right: usize) -> Self {
        let columns = picture.entries.iter().map(|entry| entry.column + 1).max().unwrap_or(1);
        let mut above = vec![None; picture.entries.len()];
        let mut last = vec![None; columns];
        for (row, entry) in picture.entries.iter().enumerate() {
            above[row] = last[entry.column].replace(row);
        }
        let is_straight = |edge: &Edge| {
            let from = edge.from.start;
            edge.kind == Kind::Replaces && (above[from] == Some(edge.to) || from == edge.to + 1)
        };
        let mut straight = Vec::new();
        let mut trunks: [BTreeMap<(usize, Kind, bool), Trunk>; 2] = Default::default();
        for (number, edge) in picture.edges.iter().enumerate() {
            if is_straight(edge) {
                straight.push(number);
                continue;
            }
            let (top, bottom) = (edge.to.min(edge.from.start), edge.to.max(edge.from.end - 1));
            let side = &mut trunks[usize::from(edge.kind != Kind::SkipRange)];
            let trunk = side.entry((edge.to, edge.kind, edge.is_ignored)).or_insert_with(|| Trunk {
                to: edge.to,
                kind: edge.kind,
                is_ignored: edge.is_ignored,
                edges: Vec::new(),
                top,
                bottom,
                lane: 0,
            });
            (trunk.top, trunk.bottom) = (trunk.top.min(top), trunk.bottom.max(bottom));
            trunk.edges.push(number);
        }
        let [ranges, others] = trunks;
        let side = |trunks: BTreeMap<_, Trunk>, most| Side::new(trunks.into_values().collect(), most);
        Layout { straight, left: side(ranges, left), right: side(others, right), columns }
    }
}

impl Side {
    /// Gives each trunk the nearest lane that is free along its rows, short trunks first. What OLM v0 takes and finds
    /// no free lane shares the last one; if something that OLM v0 ignores finds none, all of that are stubs: some here
    /// and some there would look as if it meant something.
    fn new(mut trunks: Vec<Trunk>, most: usize) -> Self {
        trunks.sort_by_key(|trunk| {
            (trunk.bottom - trunk.top, trunk.top, trunk.to, trunk.kind, trunk.is_ignored)
        });
        let (ignored, taken): (Vec<Trunk>, Vec<Trunk>) =
            trunks.into_iter().partition(|trunk| trunk.is_ignored);
        let mut lanes = Lanes { occupied: Vec::new(), most };
        let mut placed = Vec::new();
        for mut trunk in taken {
            trunk.lane = lanes.place(&trunk).unwrap_or(most.saturating_sub(1));
            placed.push(trunk);
        }
        let before = lanes.occupied.len();
        let found: Vec<Option<usize>> = ignored.iter().map(|trunk| lanes.place(trunk)).collect();
        if found.iter().any(Option::is_none) {
            return Side { trunks: placed, lanes: before, stubs: ignored };
        }
        for (mut trunk, lane) in ignored.into_iter().zip(found.into_iter().flatten()) {
            trunk.lane = lane;
            placed.push(trunk);
        }
        Side { trunks: placed, lanes: lanes.occupied.len(), stubs: Vec::new() }
    }
}

/// What rows of each lane are occupied: the bottom of each stretch by its top.
struct Lanes {
    occupied: Vec<BTreeMap<usize, usize>>,
    most: usize,
}

impl Lanes {
    /// Occupies the nearest free lane; none if there is none.
    fn place(&mut self, trunk: &Trunk) -> Option<usize> {
        let is_free = |lane: &BTreeMap<usize, usize>| {
            lane.range(..=trunk.bottom).next_back().is_none_or(|(_, bottom)| *bottom < trunk.top)
        };
        let lane = self.occupied.iter().position(is_free).unwrap_or(self.occupied.len());
        if lane >= self.most {
            return None;
        }
        if lane == self.occupied.len() {
            self.occupied.push(BTreeMap::new());
        }
        self.occupied[lane].insert(trunk.top, trunk.bottom);
        Some(lane)
    }
}
