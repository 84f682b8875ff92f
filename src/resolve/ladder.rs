//! Where every version of a package gets to in a channel: the next step of all of them at once.
//!
//! [`resolve`](super::v0::resolve) answers for one state of one namespace; asked for each of n versions it looks at
//! n entries each time. Here the ranges of a channel are laid over the sorted versions once, head first, so the
//! whole table costs n log n.

use std::collections::HashMap;

use super::index::{Index, Lane};
use super::state::{Namespace, Source, Subscription};
use super::stretches::Sorted;
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
        let sorted = Sorted::new(index, lane.package);
        let places = sorted.bundles.iter().enumerate().map(|(at, &bundle)| (bundle, at)).collect();
        let mut ladder = Ladder { index, lane, choosable, rungs: Vec::new(), places };
        ladder.rungs = match &lane.chain {
            Ok(chain) => {
                let ranged = lane.ranged().iter().copied().filter(|&at| choosable[chain[at]]);
                let ranged = ranged.filter_map(|at| Some((at, index.seats[chain[at]].range.as_ref()?)));
                let both = sorted.bundles.iter().zip(sorted.first(ranged));
                both.map(|(&bundle, by_range)| ladder.rung(bundle, chain, by_range)).collect()
            }
            Err(fault) => {
                let end = End::Failed(v0::disorder(fault, lane.name, lane.package));
                let rung = |bundle| rung(index, lane, bundle, None, end.clone());
                sorted.bundles.into_iter().map(rung).collect()
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
        self.places.get(&self.index.bundle(self.lane.package, name)?).map(|&place| &self.rungs[place])
    }

    /// Returns the bundle that a new Subscription gets; none if there is none to choose.
    pub fn first(&self) -> Option<usize> {
        self.lane.chain.as_ref().ok()?.iter().copied().find(|&seat| self.choosable[seat])
    }

    /// Returns where a CSV gets to that may be from elsewhere: only its name and its version count. The answer is
    /// the first step, how many there are, and the end.
    pub fn from(&self, name: &str, version: Option<&Version>) -> (Option<(usize, Edge)>, usize, End) {
        let is_it = |rung: &&Rung| self.index.bundles[rung.bundle].traits.version.as_ref() == version;
        if let Some(rung) = self.of(name).filter(is_it) {
            return (rung.next, rung.hops, rung.end.clone());
        }
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
