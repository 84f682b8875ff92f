//! The upgrades of a package: which of them OLM takes, and what may have been installed before.
//!
//! A range holds any number of versions, so a channel of n entries can have n² edges. Of them OLM takes one for
//! each version: those that are never taken are not made, and only counted on where history is asked for.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::ops::Range;

use super::index::Index;
use super::stretches::{Sorted, Waiting};
use super::v0::Edge;

/// The most versions of one CRD that are told apart when it is asked what may be stored.
const STORED: usize = 32;

/// The edges between the bundles of a package, in whatever channels.
#[derive(Debug)]
pub struct Edges<'i, 'c> {
    index: &'i Index<'c>,
    sorted: Sorted<'i>,
    lanes: Vec<usize>,
    /// Where `replaces` and `skips` lead from each place, and why; of several reasons the first.
    named: Vec<BTreeMap<usize, Edge>>,
    /// From where they lead to each place.
    origins: Vec<Vec<usize>>,
    /// The places that the ranges of each place hold.
    ranges: Vec<Vec<Range<usize>>>,
}

impl<'i, 'c> Edges<'i, 'c> {
    /// Finds the edges of a package. Places are those of [`Edges::bundles`].
    pub fn new(index: &'i Index<'c>, package: &str) -> Self {
        let (sorted, lanes) = (Sorted::new(index, package), index.lanes(package));
        let count = sorted.bundles.len();
        let places: HashMap<usize, usize> =
            sorted.bundles.iter().enumerate().map(|(place, &bundle)| (bundle, place)).collect();
        let names: HashMap<&str, usize> = places
            .iter()
            .map(|(&bundle, &place)| (index.bundles[bundle].blob.name.as_ref(), place))
            .collect();
        let mut named = vec![BTreeMap::new(); count];
        let mut ranges = vec![Vec::new(); count];
        for seat in lanes.iter().flat_map(|&lane| index.channels[lane].seats.clone()) {
            let seat = &index.seats[seat];
            let to = places[&seat.bundle];
            let skips = seat.entry.skips.iter().map(|skip| (skip, Edge::Skips));
            for (name, edge) in skips.chain([(&seat.entry.replaces, Edge::Replaces)]) {
                let Some(&from) = names.get(name.as_ref()).filter(|from| **from != to) else { continue };
                let known: &mut Edge = named[from].entry(to).or_insert(edge);
                if edge == Edge::Replaces {
                    *known = edge;
                }
            }
            ranges[to].extend(seat.range.iter().flat_map(|range| sorted.held(range)));
        }
        let mut origins = vec![Vec::new(); count];
        for (from, edges) in named.iter().enumerate() {
            edges.keys().for_each(|&to| origins[to].push(from));
        }
        Edges { index, sorted, lanes, named, origins, ranges }
    }

    /// Returns the bundles of the package, in [`Index::bundles`], sorted by version.
    pub fn bundles(&self) -> &[usize] {
        &self.sorted.bundles
    }

    /// Returns the edges that OLM can take, by the places of their ends: those by name, and of those by range the
    /// one that OLM v0 prefers in a channel, and the one that OLM v1 prefers in all of them.
    pub fn taken(&self) -> BTreeMap<(usize, usize), Edge> {
        let mut taken: BTreeMap<(usize, usize), Edge> = BTreeMap::new();
        for (from, edges) in self.named.iter().enumerate() {
            taken.extend(edges.iter().map(|(&to, &edge)| ((from, to), edge)));
        }
        let places: HashMap<usize, usize> =
            self.bundles().iter().enumerate().map(|(place, &bundle)| (bundle, place)).collect();
        let mut add = |chosen: Vec<Option<usize>>| {
            for (from, to) in chosen.into_iter().enumerate() {
                if let Some(to) = to.map(|bundle| places[&bundle]).filter(|to| *to != from) {
                    taken.entry((from, to)).or_insert(Edge::SkipRange);
                }
            }
        };
        let seats = |lane: usize| self.index.channels[lane].seats.clone();
        for &lane in &self.lanes {
            let chain = self.index.channels[lane].chain.as_deref().unwrap_or_default();
            let chain = chain.iter().filter(|&&seat| !self.index.offered(seat).traits.is_prohibited);
            add(self.sorted.first(chain.filter_map(|&seat| self.range(seat))));
        }
        let mut all: Vec<usize> = self.lanes.iter().flat_map(|&lane| seats(lane)).collect();
        all.sort_by_key(|&seat| {
            let bundle = self.index.seats[seat].bundle;
            (self.index.is_deprecated(bundle), std::cmp::Reverse(places[&bundle]))
        });
        add(self.sorted.first(all.into_iter().filter_map(|seat| self.range(seat))));
        taken
    }

    fn range(&self, seat: usize) -> Option<(usize, &'i crate::catalog::version::Range)> {
        let seat = &self.index.seats[seat];
        Some((seat.bundle, seat.range.as_ref()?))
    }

    /// Returns which places can be got to from some, these among them, by whatever edges.
    fn reach(&self, from: &[usize]) -> Vec<bool> {
        let mut waiting = Waiting::new(self.ranges.len());
        for (to, stretches) in self.ranges.iter().enumerate() {
            stretches.iter().for_each(|stretch| waiting.wait(stretch, to));
        }
        let mut is_reached = vec![false; self.ranges.len()];
        let mut next = from.to_vec();
        while let Some(place) = next.pop() {
            if !std::mem::replace(&mut is_reached[place], true) {
                next.extend(self.named[place].keys());
                next.extend(waiting.meet(place));
            }
        }
        is_reached
    }

    /// Returns the places from which edges lead to one, however many: itself, then the nearest, at most `most`.
    pub fn before(&self, place: usize, most: usize) -> Vec<usize> {
        let (mut found, mut seen) = (Vec::new(), HashSet::from([place]));
        let mut next = VecDeque::from([place]);
        while let Some(place) = next.pop_front().filter(|_| found.len() < most) {
            found.push(place);
            let by_range = self.ranges[place].iter().cloned().flat_map(Iterator::rev).take(most);
            let direct = self.origins[place].iter().copied().chain(by_range);
            next.extend(direct.filter(|origin| seen.insert(*origin)));
        }
        found
    }

    /// Returns, for each place and CRD, the versions that objects may be stored in: the API server forgets none by
    /// itself. `storage` tells the CRDs of a place, each with its storage version.
    pub fn stored<'t>(
        &self,
        storage: impl Fn(usize) -> Vec<(&'t str, &'t str)>,
    ) -> Vec<HashMap<&'t str, Vec<&'t str>>> {
        let mut crds: BTreeMap<&str, BTreeMap<&str, Vec<usize>>> = BTreeMap::new();
        for place in 0..self.ranges.len() {
            for (crd, version) in storage(place) {
                crds.entry(crd).or_default().entry(version).or_default().push(place);
            }
        }
        let mut stored = vec![HashMap::new(); self.ranges.len()];
        let mut store = |place: usize, crd, version| {
            let versions: &mut Vec<&str> = stored[place].entry(crd).or_default();
            versions.push(version);
        };
        for (crd, versions) in crds {
            let is_one = versions.len() == 1;
            for (number, (version, places)) in versions.into_iter().enumerate() {
                if is_one || number >= STORED {
                    places.into_iter().for_each(|place| store(place, crd, version));
                    continue;
                }
                let reached =
                    self.reach(&places).into_iter().enumerate().filter(|(_, is_reached)| *is_reached);
                reached.for_each(|(place, _)| store(place, crd, version));
            }
        }
        stored
    }
}
