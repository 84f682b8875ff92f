//! A package with the manifests of its bundles, which are read once, however many edges there are and whoever asks.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use super::operator::{Operator, Texts, Trees, read};
use super::upgrade::Upgrade;
use crate::bundle::Bundle;
use crate::resolve::{Edges, Index};
use crate::text::FileId;

/// The bundles that blobs were rendered from, by their CSV.
pub type Files<'c> = HashMap<FileId, &'c Bundle<'c>>;

/// What is read of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// The CRDs of the bundles that an upgrade leads from or to.
    Crds,
    /// Their CSVs, too.
    Upgrades,
    /// Every manifest of every bundle.
    Everything,
}

impl Wanted {
    fn kinds(self) -> &'static [&'static str] {
        match self {
            Wanted::Crds => &["CustomResourceDefinition"],
            Wanted::Upgrades => &["CustomResourceDefinition", "ClusterServiceVersion"],
            Wanted::Everything => &[],
        }
    }
}

/// A package with the manifests of its bundles.
#[derive(Debug)]
pub struct Package<'c> {
    /// Its name.
    pub name: &'c str,
    edges: &'c Edges<'c, 'c>,
    operators: Vec<Operator<'c>>,
    taken: Vec<(usize, usize)>,
    stored: Vec<HashMap<&'c str, Vec<&'c str>>>,
}

impl Package<'_> {
    /// Reads the manifests of a package, and shows it; they are gone when it was seen. `files` are the bundles that
    /// its blobs were rendered from, if any: these are read already, and what is in them has a place.
    pub fn open<T>(
        index: &Index<'_>,
        name: &str,
        files: &Files<'_>,
        wanted: Wanted,
        look: impl FnOnce(&Package<'_>) -> T,
    ) -> T {
        let edges = Edges::new(index, name);
        let taken: Vec<(usize, usize)> = edges.taken().into_keys().collect();
        let ends: HashSet<usize> = taken.iter().flat_map(|(from, to)| [*from, *to]).collect();
        let blobs = edges.bundles().iter().map(|&bundle| index.bundles[bundle].blob);
        let blobs: Vec<_> = blobs.map(|blob| (blob, files.get(&blob.origin.file).copied())).collect();
        let is_wanted = |place: usize| wanted == Wanted::Everything || ends.contains(&place);
        let unpack = |place: usize| -> Texts<'_> {
            match blobs[place] {
                (blob, None) if is_wanted(place) => blob.manifests(wanted.kinds()).collect(),
                _ => Vec::new(),
            }
        };
        let texts: Vec<Texts<'_>> = (0..blobs.len()).into_par_iter().map(unpack).collect();
        let documents = |place: usize| match is_wanted(place) {
            true => read(&texts[place], blobs[place].0),
            false => Vec::new(),
        };
        let trees: Vec<Trees<'_>> = (0..blobs.len()).into_par_iter().map(documents).collect();
        let operator = |place: usize| match blobs[place] {
            (blob, Some(bundle)) => Operator::of_files(blob, bundle),
            (blob, None) => Operator::of_blob(blob, &trees[place]),
        };
        let operators: Vec<Operator<'_>> = (0..blobs.len()).into_par_iter().map(operator).collect();
        let stored = edges.stored(|place| {
            let crds = operators[place].crds();
            crds.filter_map(|(_, crd)| Some((crd.name(), crd.storage_version()?.name))).collect()
        });
        look(&Package { name, edges: &edges, operators, taken, stored })
    }
}

impl<'c> Package<'c> {
    /// Returns the bundles with what was read of them, sorted by version.
    pub fn operators(&self) -> &[Operator<'c>] {
        &self.operators
    }

    /// Returns the upgrades that OLM can take, by the places of their ends in [`Package::operators`].
    pub fn taken(&self) -> &[(usize, usize)] {
        &self.taken
    }

    /// Shows some upgrades, on all cores.
    pub fn upgrades<T: Send>(
        &self,
        some: &[(usize, usize)],
        look: impl Fn((usize, usize), &Upgrade<'_>) -> T + Sync,
    ) -> Vec<T> {
        let show = |&(from, to): &(usize, usize)| {
            let stored = |name: &str| self.stored[from].get(name).cloned().unwrap_or_default();
            look((from, to), &Upgrade::new(&self.operators[from], &self.operators[to], stored))
        };
        some.par_iter().map(show).collect()
    }

    /// Returns what may have been installed before a bundle: itself first, then the nearest, at most `most`.
    pub fn before(&self, place: usize, most: usize) -> Vec<&Operator<'c>> {
        self.edges.before(place, most).into_iter().map(|place| &self.operators[place]).collect()
    }
}
