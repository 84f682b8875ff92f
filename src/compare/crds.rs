//! What an upgrade does to the objects of CRDs, and between which bundles it does more harm than it did.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;

use rayon::prelude::*;

use super::bundle::Change;
use crate::catalog::{BundleBlob, document};
use crate::crd::{Check, Crd, Effect, changes};
use crate::resolve::{Edges, Index};
use crate::text::{Tree, json};

/// What an upgrade does to the objects of a CRD, at worst.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Harm {
    /// The CRD.
    pub crd: String,
    /// The worst that happens.
    pub effect: Effect,
    /// The first change that does so, as a phrase: what, and how it changes.
    pub what: String,
    /// How many more do.
    pub more: usize,
}

/// Names are in backticks.
impl fmt::Display for Harm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}: {}", self.crd, self.effect.phrase(), self.what)?;
        if self.more > 0 { write!(f, ", and {} more", self.more) } else { Ok(()) }
    }
}

/// An upgrade that does more harm than it did in an older catalog, where it may not have been there at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worse {
    /// The package.
    pub package: String,
    /// What is upgraded.
    pub from: String,
    /// To what.
    pub to: String,
    /// The harm it does.
    pub harm: Harm,
    /// What it did before.
    pub before: Effect,
}

/// What a catalog carries of a bundle's CRDs.
type Texts<'c> = Vec<Cow<'c, [u8]>>;

fn texts<'c>(blob: &'c BundleBlob<'_>) -> Texts<'c> {
    blob.manifests(&["CustomResourceDefinition"]).map(|(_, manifest)| manifest).collect()
}

/// Returns the CRDs among some documents, by name.
pub(super) fn crds<'t, 's>(trees: &'t [Tree<'s>]) -> BTreeMap<&'t str, Crd<'t, 's>> {
    let crds = trees.iter().filter_map(|tree| Crd::read(tree.root()?));
    crds.map(|crd| (crd.name(), crd)).collect()
}

/// Compares the CRDs of two bundles by their names.
pub(super) fn differences(
    old: &BTreeMap<&str, Crd<'_, '_>>,
    new: &BTreeMap<&str, Crd<'_, '_>>,
) -> Vec<(String, Change)> {
    let names: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    let change = |name: &str| match (old.get(name), new.get(name)) {
        (None, _) => Some(Change::Added),
        (_, None) => Some(Change::Removed),
        (Some(old), Some(new)) => (!is_same(*old, *new)).then_some(Change::Changed),
    };
    names.into_iter().filter_map(|name| Some((name.to_owned(), change(name)?))).collect()
}

/// Whether two CRDs say the same, in whatever order. What differs in length differs.
fn is_same(old: Crd<'_, '_>, new: Crd<'_, '_>) -> bool {
    const SORTED: json::Style = json::Style { indent: 0, sort: true, escape_html: false, doubles: false };
    let sorted = |crd: Crd<'_, '_>| {
        let mut text = String::new();
        json::write(crd.spec(), SORTED, &mut text);
        text
    };
    let (one, other) = (old.spec(), new.spec());
    one.same(other) || (one.count() == other.count() && sorted(old) == sorted(new))
}

/// Says what becomes of the objects of the CRDs that two bundles have. `stored` are the versions that those of a CRD
/// may be stored in.
pub(super) fn harms<'t>(
    old: &BTreeMap<&'t str, Crd<'t, '_>>,
    new: &BTreeMap<&str, Crd<'_, '_>>,
    stored: impl Fn(&str) -> Vec<&'t str>,
) -> Vec<Harm> {
    let mut harms = Vec::new();
    for (name, &old) in old {
        let Some(&new) = new.get(name) else { continue };
        let mut worst: Option<Harm> = None;
        for change in changes(old, new, &stored(name)) {
            if change.is_echo || change.effect == Effect::Harmless {
                continue;
            }
            match &mut worst {
                Some(worst) if change.effect < worst.effect => {}
                Some(worst) if change.effect == worst.effect => worst.more += 1,
                _ => {
                    let path = change.path.to_string();
                    let subject = match (change.check, change.version) {
                        (
                            Check::Names | Check::Scope | Check::Conversion | Check::PreserveUnknownFields,
                            _,
                        ) => "it",
                        (_, version) if path.is_empty() => version,
                        _ => &path,
                    };
                    let what = format!("{subject} {}", change.message);
                    worst = Some(Harm { crd: (*name).to_owned(), effect: change.effect, what, more: 0 });
                }
            }
        }
        harms.extend(worst);
    }
    harms
}

/// The edges of a package.
struct Package<'i, 'c> {
    edges: Edges<'i, 'c>,
    index: &'i Index<'c>,
}

impl<'i, 'c> Package<'i, 'c> {
    fn new(index: &'i Index<'c>, name: &str) -> Self {
        Package { edges: Edges::new(index, name), index }
    }

    fn name(&self, place: usize) -> &'c str {
        &self.index.bundles[self.edges.bundles()[place]].blob.name
    }

    /// Says what each of some edges does.
    fn harms(&self, edges: &[(usize, usize)]) -> Vec<Vec<Harm>> {
        let index = self.index;
        let texts: Vec<Texts<'_>> =
            self.edges.bundles().par_iter().map(|&bundle| texts(index.bundles[bundle].blob)).collect();
        let documents: Vec<Vec<Tree<'_>>> = (texts.par_iter())
            .map(|texts| texts.iter().filter_map(|text| document(text)).collect())
            .collect();
        let crds: Vec<BTreeMap<&str, Crd<'_, '_>>> = documents.iter().map(|trees| crds(trees)).collect();
        let stored = self.edges.stored(|place| {
            crds[place].iter().filter_map(|(name, crd)| Some((*name, crd.storage_version()?.name))).collect()
        });
        let harms = |&(from, to): &(usize, usize)| {
            harms(&crds[from], &crds[to], |name| stored[from].get(name).cloned().unwrap_or_default())
        };
        edges.par_iter().map(harms).collect()
    }
}

/// Finds the upgrades of the new catalog that do more harm than in the old one. `changed` are the bundles, by package
/// and name, whose content is another one.
pub(super) fn worse(old: &Index<'_>, new: &Index<'_>, changed: &HashSet<(&str, &str)>) -> Vec<Worse> {
    let mut found = Vec::new();
    for name in new.package_names() {
        let (before, after) = (Package::new(old, name), Package::new(new, name));
        let known: HashMap<(&str, &str), (usize, usize)> = (before.edges.taken().into_keys())
            .map(|(from, to)| ((before.name(from), before.name(to)), (from, to)))
            .collect();
        let ends = |&(from, to): &(usize, usize)| (after.name(from), after.name(to));
        let is_other = |edge: &(usize, usize)| {
            let (from, to) = ends(edge);
            !known.contains_key(&(from, to))
                || changed.contains(&(name, from))
                || changed.contains(&(name, to))
        };
        let edges: Vec<(usize, usize)> = after.edges.taken().into_keys().filter(is_other).collect();
        if edges.is_empty() {
            continue;
        }
        let same: Vec<(usize, usize)> =
            edges.iter().filter_map(|edge| known.get(&ends(edge)).copied()).collect();
        let mut was: HashMap<(&str, &str, String), Effect> = HashMap::new();
        if !same.is_empty() {
            for (&(from, to), harms) in same.iter().zip(before.harms(&same)) {
                let (from, to) = (before.name(from), before.name(to));
                was.extend(harms.into_iter().map(|harm| ((from, to, harm.crd), harm.effect)));
            }
        }
        let harms = after.harms(&edges);
        for (&(from, to), harms) in edges.iter().zip(harms) {
            let (from, to) = (after.name(from), after.name(to));
            for harm in harms {
                let before = was.get(&(from, to, harm.crd.clone())).copied().unwrap_or(Effect::Harmless);
                if harm.effect > before {
                    let (package, from, to) = (name.to_owned(), from.to_owned(), to.to_owned());
                    found.push(Worse { package, from, to, harm, before });
                }
            }
        }
    }
    found
}
