//! An upgrade from one bundle to another, with the manifests of both ends, and what becomes of each CRD.

use std::collections::HashMap;

use super::operator::{Object, Operator};
use crate::crd::{Change, Check, Crd, Detail, Effect, changes};
use crate::text::{Place, Route};

/// An upgrade from one bundle to another, in whatever channels.
#[derive(Debug)]
pub struct Upgrade<'c> {
    /// What is installed.
    pub from: &'c Operator<'c>,
    /// What takes its place.
    pub to: &'c Operator<'c>,
    pairs: Vec<CrdPair<'c>>,
}

/// A CRD that both bundles have.
#[derive(Debug)]
pub struct CrdPair<'c> {
    /// That of the older bundle.
    pub old: Crd<'c, 'c>,
    /// That of the newer one.
    pub new: Crd<'c, 'c>,
    /// What changed.
    pub changes: Vec<Change<'c>>,
    /// The manifest of the newer one.
    object: &'c Object<'c>,
}

impl<'c> Upgrade<'c> {
    /// Compares the CRDs of two bundles. `stored` are the versions that the objects of a CRD may be stored in.
    pub(super) fn new(
        from: &'c Operator<'c>,
        to: &'c Operator<'c>,
        stored: impl Fn(&str) -> Vec<&'c str>,
    ) -> Self {
        let newer: HashMap<&str, (&Object<'c>, Crd<'c, 'c>)> =
            to.crds().map(|(object, crd)| (crd.name(), (object, crd))).collect();
        let pairs = from.crds().filter_map(|(_, old)| {
            let (object, new) = *newer.get(old.name())?;
            Some(CrdPair {
                old,
                new,
                changes: changes(Detail::Causes, old, new, &stored(old.name())),
                object,
            })
        });
        let pairs = pairs.collect();
        Upgrade { from, to, pairs }
    }

    /// Returns the CRDs that both bundles have.
    pub fn pairs(&self) -> &[CrdPair<'c>] {
        &self.pairs
    }

    /// Returns the CRDs that only the older bundle has.
    pub fn removed_crds(&self) -> impl Iterator<Item = Crd<'c, 'c>> {
        let is_gone = |crd: &Crd<'c, 'c>| self.to.crds().all(|(_, other)| other.name() != crd.name());
        self.from.crds().map(|(_, crd)| crd).filter(is_gone)
    }
}

impl<'c> CrdPair<'c> {
    /// Returns the changes with an effect.
    pub fn with_effect(&self, effect: Effect) -> impl Iterator<Item = &Change<'c>> {
        self.changes.iter().filter(move |change| change.effect == effect)
    }

    /// Returns whether a check found something.
    pub fn has(&self, check: Check) -> bool {
        self.changes.iter().any(|change| change.check == check)
    }

    /// Returns the place of a change in the newer CRD: the field, or the nearest above it that is there.
    pub fn place(&self, change: &Change<'_>) -> Place {
        let Some(version) = self.new.version(change.version) else { return self.key("versions") };
        let route = match change.path.is_root() {
            true => version.route(),
            false => change.path.route(&version.schema_route()),
        };
        self.object.place(&route)
    }

    /// Returns the place at the end of a route in the newer CRD.
    pub fn at(&self, route: &Route) -> Place {
        self.object.place(route)
    }

    /// Returns the place of a key of the newer CRD's `spec`.
    pub fn key(&self, key: &str) -> Place {
        self.object.place(&Route::default().key("spec").key(key))
    }
}
