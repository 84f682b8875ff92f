//! Where every version of a package gets to in a channel: the next step of all of them at once.
//!
//! [`resolve`](super::v0::resolve) answers for one state of one namespace; asked for each of n versions it looks at
//! n entries each time. Here the ranges of a channel are laid over the sorted versions once, head first, so the
//! whole table costs n log n.

use std::collections::HashMap;

use super::index::{Index, Lane};
use super::state::{Namespace, Source, Subscription};
use super::v0::{self, Edge, Failure, Outcome};
use crate::catalog::version::Version;

/// Where one version of a package gets to in a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// The bundle, in [`Index::bundles`].
    pub bundle: usize,
    /// Whether it has a seat in the channel.
    pub is_listed: bool,
    /// What it is upgraded to next: the seat, and the kind of edge.
    pub next: Option<(usize, Edge)>,
    /// How many steps there are to the end.
    pub hops: usize,
    /// What is there.
    pub end: End,
}

/// Where upgrades end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// At the head of the channel.
    Head,
    /// At another bundle, in [`Index::bundles`], without any sign that there is something newer; none for one that
    /// the catalog does not have.
    Stranded(Option<usize>),
    /// Nowhere: a range leads back to an older version.
    Circle,
    /// Nothing moves at all, nor anything else in the namespace.
    Failed(Failure),
}

/// Returns the seats of a catalog that OLM can choose at all: neither prohibited, nor in need of what is not there.
pub fn choosable(sources: &[Source<'_>], source: usize) -> Vec<bool> {
    let index = &sources[source].index;
    let is_choosable = |seat: usize| {
        let traits = &index.offered(seat).traits;
        if traits.needs.is_empty() {
            return !traits.is_prohibited;
        }
        let lane = &index.channels[index.seats[seat].lane];
        let mut subscription = Subscription::new(&sources[source].name, lane.package, lane.name);
        subscription.starting_csv = index.seats[seat].entry.name.to_string();
        let namespace = Namespace { subscriptions: vec![subscription], ..Namespace::default() };
        matches!(v0::resolve(sources, &namespace), Ok(Outcome::Plan(_)))
    };
    (0..index.seats.len()).map(is_choosable).collect()
}

/// Where every bundle of a package gets to in one channel.
#[derive(Debug)]
pub struct Ladder<'i, 'c> {
    index: &'i Index<'c>,
    lane: &'i Lane<'c>,
    choosable: &'i [bool],
    /// One for each bundle of the package, sorted by version.
    pub rungs: Vec<Rung>,
    /// The rung of a bundle.
    places: HashMap<usize, usize>,
}

impl<'i, 'c> Ladder<'i, 'c> {
    /// Finds out where each bundle of a package gets to in a channel, if it is the only one that a namespace
    /// subscribes to. `choosable` is that of the catalog.
    pub fn new(index: &'i Index<'c>, lane: usize, choosable: &'i [bool]) -> Self {
        let lane = &index.channels[lane];
        let lanes = index.lanes(lane.package).into_iter().map(|lane| &index.channels[lane]);
        let mut bundles: Vec<usize> =
            lanes.flat_map(|lane| lane.seats.clone()).map(|seat| index.seats[seat].bundle).collect();
        bundles.sort_unstable();
        bundles.dedup();
        let version = |bundle: usize| index.bundles[bundle].traits.version.as_ref();
        bundles.sort_by(|&a, &b| match (version(a), version(b)) {
            (Some(one), Some(other)) => one.precedence(other),
            (one, other) => one.is_some().cmp(&other.is_some()),
        });
        let places = bundles.iter().enumerate().map(|(at, &bundle)| (bundle, at)).collect();
        let mut ladder = Ladder { index, lane, choosable, rungs: Vec::new(), places };
        ladder.rungs = match &lane.chain {
            Ok(chain) => {
                let by_range = first_ranges(index, lane, chain, &bundles, |at| choosable[chain[at]]);
                let both = bundles.iter().zip(by_range);
                both.map(|(&bundle, by_range)| ladder.rung(bundle, chain, by_range)).collect()
            }
            Err(fault) => {
                let end = End::Failed(v0::disorder(fault, lane.name, lane.package));
                let rung = |bundle| rung(index, lane, bundle, None, end.clone());
                bundles.into_iter().map(rung).collect()
            }
        };
        if let Ok(chain) = &lane.chain {
            follow(index, chain.first().copied(), &ladder.places, &mut ladder.rungs);
        }
        ladder
    }

    fn rung(&self, bundle: usize, chain: &[usize], by_range: Option<usize>) -> Rung {
        let (index, name) = (self.index, self.index.bundles[bundle].blob.name.as_ref());
        let next = self.next(name, chain, by_range);
        // A range that holds the entry's own version chooses what is there.
        let next = next.filter(|(seat, _)| index.seats[*seat].bundle != bundle);
        rung(index, self.lane, bundle, next, End::Circle)
    }

    fn next(&self, name: &str, chain: &[usize], by_range: Option<usize>) -> Option<(usize, Edge)> {
        let by_name = self.lane.successor(name, |at| self.choosable[chain[at]]);
        let seat = chain[by_name.into_iter().chain(by_range).min()?];
        Some((seat, v0::edge(name, self.index.seats[seat].entry)))
    }

    /// Returns the rung of a bundle by its name.
    pub fn of(&self, name: &str) -> Option<&Rung> {
        self.rungs.iter().find(|rung| self.index.bundles[rung.bundle].blob.name == name)
    }

    /// Returns the bundle that a new Subscription gets; none if there is none to choose.
    pub fn first(&self) -> Option<usize> {
        self.lane.chain.as_ref().ok()?.iter().copied().find(|&seat| self.choosable[seat])
    }

    /// Returns where a CSV gets to that may be from elsewhere: only its name and its version count. The answer is
    /// the first step, how many there are, and the end.
    pub fn from(&self, name: &str, version: Option<&Version>) -> (Option<(usize, Edge)>, usize, End) {
        let chain = match &self.lane.chain {
            Ok(chain) => chain,
            Err(fault) => {
                return (None, 0, End::Failed(v0::disorder(fault, self.lane.name, self.lane.package)));
            }
        };
        let holds = |at: &usize| {
            let range = self.index.seats[chain[*at]].range.as_ref();
            self.choosable[chain[*at]] && range.zip(version).is_some_and(|(range, v)| range.contains(v))
        };
        let by_range = self.lane.ranged().iter().copied().find(holds);
        let next = self.next(name, chain, by_range);
        match next.filter(|(seat, _)| self.index.seats[*seat].entry.name != name) {
            Some((seat, edge)) => {
                let rung = &self.rungs[self.places[&self.index.seats[seat].bundle]];
                (Some((seat, edge)), rung.hops + usize::from(rung.end != End::Circle), rung.end.clone())
            }
            None if chain.first().is_some_and(|&seat| self.index.seats[seat].entry.name == name) => {
                (None, 0, End::Head)
            }
            None => {
                let known = self.lane.seat(name).map(|seat| self.index.seats[seat].bundle);
                (None, 0, End::Stranded(known))
            }
        }
    }

    /// Returns the bundles on the way from a rung, the first step first; of a circle, each once.
    pub fn way(&self, rung: &Rung) -> impl Iterator<Item = (usize, Edge)> {
        let mut next = rung.next;
        let mut left = self.rungs.len();
        std::iter::from_fn(move || {
            let step = next.filter(|_| left > 0)?;
            left -= 1;
            next = self.rungs[self.places[&self.index.seats[step.0].bundle]].next;
            Some(step)
        })
    }
}

fn rung(index: &Index<'_>, lane: &Lane<'_>, bundle: usize, next: Option<(usize, Edge)>, end: End) -> Rung {
    let is_listed = lane.seat(&index.bundles[bundle].blob.name).is_some();
    Rung { bundle, is_listed, next, hops: 0, end }
}

/// Returns, for each bundle, the first place in the chain whose range holds its version. The first range is laid
/// over the versions, then the second over what is left, and so on.
fn first_ranges(
    index: &Index<'_>,
    lane: &Lane<'_>,
    chain: &[usize],
    bundles: &[usize],
    passes: impl Fn(usize) -> bool,
) -> Vec<Option<usize>> {
    // Those without version stand first.
    let versions: Vec<&Version> =
        bundles.iter().filter_map(|&bundle| index.bundles[bundle].traits.version.as_ref()).collect();
    let offset = bundles.len() - versions.len();
    let mut found = vec![None; bundles.len()];
    // For each version, itself or a later one that is not covered yet: a forest whose paths are halved on use.
    let mut free: Vec<usize> = (0..=versions.len()).collect();
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
    for &at in lane.ranged().iter().filter(|&&at| passes(at)) {
        let Some(range) = &index.seats[chain[at]].range else { continue };
        for stretch in range.stretches(&versions) {
            let mut next = first_free(stretch.start, false);
            while next < stretch.end {
                found[offset + next] = Some(at);
                first_free(next, true);
                next = first_free(next, false);
            }
        }
    }
    found
}

/// Counts the hops of each rung, and finds where they end.
fn follow(index: &Index<'_>, head: Option<usize>, places: &HashMap<usize, usize>, rungs: &mut [Rung]) {
    let head = head.map(|seat| index.seats[seat].bundle);
    let mut is_done = vec![false; rungs.len()];
    for start in 0..rungs.len() {
        let (mut path, mut at) = (Vec::new(), start);
        let mut on_path = std::collections::HashSet::new();
        let (mut hops, end) = loop {
            if is_done[at] {
                break (rungs[at].hops, rungs[at].end.clone());
            }
            if !on_path.insert(at) {
                break (0, End::Circle);
            }
            path.push(at);
            let Some((seat, _)) = rungs[at].next else {
                let bundle = rungs[at].bundle;
                let end = if head == Some(bundle) { End::Head } else { End::Stranded(Some(bundle)) };
                (rungs[at].end, is_done[at]) = (end.clone(), true);
                path.pop();
                break (0, end);
            };
            at = places[&index.seats[seat].bundle];
        };
        for at in path.into_iter().rev() {
            hops = if end == End::Circle { 0 } else { hops + 1 };
            (rungs[at].hops, rungs[at].end, is_done[at]) = (hops, end.clone(), true);
        }
    }
}
