//! The upgrade graph of one channel: heads, the chain from the head, stranded entries.
//!
//! Follows opm's model (`alpha/model/model.go`): only `replaces` and `skips` are edges here, and
//! names outside the channel are harmless. `skipRange` never makes a head or a chain.

use std::collections::{HashMap, HashSet};

use super::{Channel, Entry};

/// What following `replaces` from the head comes to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Chain<'c> {
    /// The entries that the chain visits, head first.
    pub visited: Vec<&'c str>,
    /// The loop, if the chain runs into itself: from the first visit of an entry to its second.
    pub cycle: Option<Vec<&'c str>>,
}

/// A read-only view of the edges of a channel.
#[derive(Debug)]
pub struct Graph<'c> {
    entries: &'c [Entry<'c>],
    by_name: HashMap<&'c str, &'c Entry<'c>>,
    skipped: HashSet<&'c str>,
}

impl<'c> Graph<'c> {
    /// Makes the view. Of entries with one name, the last counts.
    pub fn new(channel: &'c Channel<'c>) -> Self {
        let entries = channel.entries();
        Graph {
            entries,
            by_name: entries.iter().map(|entry| (entry.name.as_ref(), entry)).collect(),
            skipped: entries.iter().flat_map(|entry| entry.skips.iter().map(AsRef::as_ref)).collect(),
        }
    }

    /// Returns the names of the entries that no entry replaces or skips, sorted.
    pub fn heads(&self) -> Vec<&'c str> {
        let replaced: HashSet<&str> = self.entries.iter().map(|entry| entry.replaces.as_ref()).collect();
        let mut heads: Vec<_> = (self.by_name.keys().copied())
            .filter(|name| (name.is_empty() || !replaced.contains(name)) && !self.skipped.contains(name))
            .collect();
        heads.sort_unstable();
        heads
    }

    /// Returns whether some entry skips a name.
    pub fn is_skipped(&self, name: &str) -> bool {
        self.skipped.contains(name)
    }

    /// Follows `replaces` from `head` until a name is skipped, unknown or empty, or comes again.
    pub fn chain(&self, head: &'c str) -> Chain<'c> {
        let mut chain = Chain { visited: vec![head], cycle: None };
        let mut seen = HashMap::from([(head, 0)]);
        let mut current = self.by_name.get(head);
        while let Some(entry) = current {
            let next: &str = &entry.replaces;
            if next.is_empty() || self.skipped.contains(next) {
                break;
            }
            if let Some(&first) = seen.get(next) {
                let mut cycle = chain.visited[first..].to_vec();
                cycle.push(next);
                chain.cycle = Some(cycle);
                break;
            }
            seen.insert(next, chain.visited.len());
            chain.visited.push(next);
            current = self.by_name.get(next);
        }
        chain
    }

    /// Returns the names of the entries that are neither on the chain nor skipped, sorted.
    pub fn stranded(&self, chain: &Chain<'_>) -> Vec<&'c str> {
        let visited: HashSet<&str> = chain.visited.iter().copied().collect();
        let mut stranded: Vec<_> = (self.by_name.keys().copied())
            .filter(|name| !visited.contains(name) && !self.skipped.contains(name))
            .collect();
        stranded.sort_unstable();
        stranded
    }

    /// Returns an entry's place in the list of the channel.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.entries.iter().position(|entry| entry.name == name)
    }
}
