//! What each upgrade of a package changes. The manifests of every bundle are read once, however many edges it has.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::bundle::{BundleChange, Content};
use super::crds::crds;
use crate::catalog::{BundleBlob, document};
use crate::crd::Crd;
use crate::resolve::v0::Edge;
use crate::resolve::{Edges, Index};
use crate::text::Tree;

/// An upgrade that OLM can take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upgrade {
    /// What is upgraded, in [`Index::bundles`].
    pub from: usize,
    /// To what.
    pub to: usize,
    /// The kind of edge.
    pub edge: Edge,
    /// What it changes.
    pub change: BundleChange,
}

/// What was seen of each bundle, by its place in [`Index::bundles`], and every upgrade.
pub type Seen<T> = (Vec<(usize, T)>, Vec<Upgrade>);

/// Says what each upgrade of a package changes, sorted by the versions of both ends, and shows every bundle, its
/// manifests and what these allow it to `look`, whose answers come by the place in [`Index::bundles`].
pub fn upgrades<T: Send>(
    index: &Index<'_>,
    package: &str,
    look: impl Fn(&BundleBlob<'_>, &[Tree<'_>], &BTreeSet<String>) -> T + Sync,
) -> Seen<T> {
    let edges = Edges::new(index, package);
    let blobs: Vec<&BundleBlob<'_>> =
        edges.bundles().iter().map(|&bundle| index.bundles[bundle].blob).collect();
    let texts: Vec<Vec<Cow<'_, [u8]>>> =
        blobs.par_iter().map(|blob| blob.manifests(&[]).map(|(_, text)| text).collect()).collect();
    let trees: Vec<Vec<Tree<'_>>> =
        texts.par_iter().map(|texts| texts.iter().filter_map(|text| document(text)).collect()).collect();
    let crds: Vec<BTreeMap<&str, Crd<'_, '_>>> = trees.iter().map(|trees| crds(trees)).collect();
    let read = |(&blob, trees): (&&BundleBlob<'_>, &Vec<Tree<'_>>)| {
        let content = Content::read(blob, trees);
        let look = look(blob, trees, &content.permissions);
        (content, look)
    };
    let (contents, looks): (Vec<Content>, Vec<T>) = blobs.par_iter().zip(&trees).map(read).unzip();
    let stored = edges.stored(|place| {
        crds[place].iter().filter_map(|(name, crd)| Some((*name, crd.storage_version()?.name))).collect()
    });
    let change = |((from, to), edge): ((usize, usize), Edge)| {
        let stored = |name: &str| stored[from].get(name).cloned().unwrap_or_default();
        let change = BundleChange::of((&contents[from], &crds[from]), (&contents[to], &crds[to]), stored);
        Upgrade { from: edges.bundles()[from], to: edges.bundles()[to], edge, change }
    };
    let taken: Vec<_> = edges.taken().into_iter().collect();
    let upgrades = taken.into_par_iter().map(change).collect();
    (edges.bundles().iter().copied().zip(looks).collect(), upgrades)
}
