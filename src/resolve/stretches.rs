//! Ranges laid over sorted versions: each is a few stretches of places, so that what holds which is found for all
//! of them at once.

use std::ops::Range;

use super::index::Index;
use crate::catalog::version::{self, Version};

/// Bundles sorted by version; those without one stand first, and no range holds them.
#[derive(Debug)]
pub(super) struct Sorted<'i> {
    /// The bundles, in [`Index::bundles`].
    pub(super) bundles: Vec<usize>,
    versions: Vec<&'i Version>,
}

impl<'i> Sorted<'i> {
    /// Sorts the bundles of a package.
    pub(super) fn new(index: &'i Index<'_>, package: &str) -> Self {
        let lanes = index.lanes(package).into_iter().map(|lane| &index.channels[lane]);
        let mut bundles: Vec<usize> =
            lanes.flat_map(|lane| lane.seats.clone()).map(|seat| index.seats[seat].bundle).collect();
        bundles.sort_unstable();
        bundles.dedup();
        let version = |bundle: usize| index.bundles[bundle].traits.version.as_ref();
        bundles.sort_by(|&a, &b| match (version(a), version(b)) {
            (Some(one), Some(other)) => one.precedence(other),
            (one, other) => one.is_some().cmp(&other.is_some()),
        });
        let versions = bundles.iter().filter_map(|&bundle| version(bundle)).collect();
        Sorted { bundles, versions }
    }

    /// Returns the places of the bundles that a range holds.
    pub(super) fn held(&self, range: &version::Range) -> Vec<Range<usize>> {
        let offset = self.bundles.len() - self.versions.len();
        let stretches = range.stretches(&self.versions).into_iter();
        stretches.map(|stretch| stretch.start + offset..stretch.end + offset).collect()
    }

    /// Returns, for each place, the first of some ranges that holds it. The first range is laid over the places,
    /// then the second over what is left, and so on.
    pub(super) fn first<'r, T: Copy>(
        &self,
        ranges: impl IntoIterator<Item = (T, &'r version::Range)>,
    ) -> Vec<Option<T>> {
        let count = self.bundles.len();
        let mut found = vec![None; count];
        // For each place, itself or a later one that is not covered yet: a forest whose paths are halved on use.
        let mut free: Vec<usize> = (0..=count).collect();
        let mut first_free = |mut at: usize, cover: bool| {
            while free[at] != at {
                free[at] = free[free[at]];
                at = free[at];
            }
            if cover {
                free[at] = at + 1;
            }
            at
        };
        for (name, range) in ranges {
            for stretch in self.held(range) {
                let mut next = first_free(stretch.start, false);
                while next < stretch.end {
                    found[next] = Some(name);
                    first_free(next, true);
                    next = first_free(next, false);
                }
            }
        }
        found
    }
}

/// Stretches that wait for a place in them to be met; each is told once. A tree over the places, at whose nodes the
/// stretches hang.
#[derive(Debug)]
pub(super) struct Waiting {
    leaves: usize,
    nodes: Vec<Vec<usize>>,
}

impl Waiting {
    pub(super) fn new(places: usize) -> Self {
        let leaves = places.next_power_of_two();
        Waiting { leaves, nodes: vec![Vec::new(); 2 * leaves] }
    }

    /// Lets something wait for a stretch.
    pub(super) fn wait(&mut self, stretch: &Range<usize>, name: usize) {
        let (mut low, mut high) = (stretch.start + self.leaves, stretch.end + self.leaves);
        while low < high {
            if low % 2 == 1 {
                self.nodes[low].push(name);
                low += 1;
            }
            if high % 2 == 1 {
                high -= 1;
                self.nodes[high].push(name);
            }
            (low, high) = (low / 2, high / 2);
        }
    }

    /// Returns what waited for a place, and does not any more.
    pub(super) fn meet(&mut self, place: usize) -> Vec<usize> {
        let mut met = Vec::new();
        let mut node = place + self.leaves;
        while node > 0 {
            met.append(&mut self.nodes[node]);
            node /= 2;
        }
        met
    }
}
