//! What rules about an upgrade are handed: both bundles, and what became of each CRD.

use std::collections::{HashMap, HashSet};

use super::operator::{Object, Operator};
use crate::crd::{Change, Check, Conversion, Crd, Effect, Fault, FaultKind, Patterns, changes, validate};
use crate::settings::Contract;
use crate::text::{Place, Route, Step, Value};

/// An upgrade from one bundle to another, in whatever channels.
#[derive(Debug)]
pub struct EdgeView<'c> {
    /// What is installed.
    pub from: &'c Operator<'c>,
    /// What takes its place.
    pub to: &'c Operator<'c>,
    /// What the project's installer expects; none outside a project.
    pub contract: Option<&'c Contract>,
    pairs: Vec<CrdPair<'c>>,
}

/// A CRD that both bundles have.
#[derive(Debug)]
pub struct CrdPair<'c> {
    /// That of the older bundle.
    pub old: Crd<'c, 'c>,
    /// That of the newer one.
    pub new: Crd<'c, 'c>,
    /// The manifest of the newer one.
    pub object: &'c Object<'c>,
    /// The versions that objects may be stored in.
    pub stored: Vec<&'c str>,
    /// What changed.
    pub changes: Vec<Change<'c>>,
    /// The examples of older bundles that the older CRD takes and the newer one refuses, one for each
    /// fault.
    pub refused_examples: Vec<RefusedExample>,
}

/// An example of an older bundle that a newer schema refuses.
#[derive(Debug)]
pub struct RefusedExample {
    /// The name of the bundle.
    pub operator: String,
    /// Kind and name of the object.
    pub example: String,
    /// What is wrong with it.
    pub fault: Fault,
    /// The way to the schema in the newer CRD.
    pub route: Route,
}

impl<'c> EdgeView<'c> {
    /// Makes the view. `before` tells what may have been installed, `from` first and then the nearest; `stored`
    /// are the versions that objects of each CRD may be stored in.
    pub(super) fn new(
        from: &'c Operator<'c>,
        to: &'c Operator<'c>,
        before: impl Fn() -> Vec<&'c Operator<'c>>,
        stored: &HashMap<&'c str, Vec<&'c str>>,
        contract: Option<&'c Contract>,
    ) -> Self {
        let newer: HashMap<&str, (&Object<'c>, Crd<'c, 'c>)> =
            to.crds().map(|(object, crd)| (crd.name(), (object, crd))).collect();
        let pairs = from.crds().filter_map(|(_, old)| {
            let (object, new) = *newer.get(old.name())?;
            let stored = stored.get(old.name()).cloned().unwrap_or_default();
            let changes = changes(old, new, &stored);
            let may_refuse = changes.iter().any(|change| change.effect == Effect::RefusesObjects);
            let refused_examples =
                if may_refuse { refused_examples(old, new, &before()) } else { Vec::new() };
            Some(CrdPair { old, new, object, stored, changes, refused_examples })
        });
        let pairs = pairs.collect();
        EdgeView { from, to, contract, pairs }
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

/// Tries the examples of older bundles, those first that people know, with each version that both CRDs serve, as OLM v0 tries the
/// objects of a cluster; not where a webhook converts, where it does not either.
fn refused_examples(old: Crd<'_, '_>, new: Crd<'_, '_>, before: &[&Operator<'_>]) -> Vec<RefusedExample> {
    let mut refused = Vec::new();
    if new.conversion() == Conversion::Webhook {
        return refused;
    }
    let (mut patterns, mut seen) = (Patterns::default(), HashSet::new());
    for operator in before {
        for example in operator.examples() {
            let text = |keys: &[&str]| example.at(keys).and_then(Value::str).unwrap_or_default();
            let group = text(&["apiVersion"]).split('/').next().unwrap_or_default();
            if group != old.group() || text(&["kind"]) != old.kind() {
                continue;
            }
            for version in old.versions().filter(|version| version.is_served) {
                let Some(newer) = new.version(version.name).filter(|newer| newer.is_served) else { continue };
                let (Some(schema), Some(after)) = (version.schema, newer.schema) else { continue };
                let is_refused = |fault: &Fault| fault.kind == FaultKind::Refused;
                let mut faults = validate(after, example, new.preserves_unknown_fields(), &mut patterns);
                faults.retain(is_refused);
                if faults.is_empty()
                    || validate(schema, example, old.preserves_unknown_fields(), &mut patterns)
                        .iter()
                        .any(is_refused)
                {
                    continue;
                }
                for fault in faults {
                    if seen.insert((fault.route.clone(), fault.message.clone())) {
                        let (operator, route) =
                            (operator.name().to_owned(), schema_route(&newer.schema_route, &fault.route));
                        let example = format!("{} {}", text(&["kind"]), text(&["metadata", "name"]));
                        refused.push(RefusedExample { operator, example, fault, route });
                    }
                }
            }
        }
    }
    refused
}

/// Returns the way in a schema to what describes the end of a way in an object.
fn schema_route(schema: &Route, object: &Route) -> Route {
    object.0.iter().fold(schema.clone(), |route, step| match step {
        Step::Key(name) | Step::Name(name) => route.key("properties").key(name),
        Step::Index(_) => route.key("items"),
        Step::Part(..) => route,
    })
}

impl<'c> CrdPair<'c> {
    /// Returns the changes with an effect, but for those that only follow from others.
    pub fn with_effect(&self, effect: Effect) -> impl Iterator<Item = &Change<'c>> {
        self.changes.iter().filter(move |change| change.effect == effect && !change.is_echo)
    }

    /// Returns whether a check found something.
    pub fn has(&self, check: Check) -> bool {
        self.changes.iter().any(|change| change.check == check)
    }

    /// Returns the place of a change in the newer CRD: the field, or the nearest above it that is there.
    pub fn place(&self, change: &Change<'_>) -> Place {
        let Some(version) = self.new.version(change.version) else { return self.key("versions") };
        let route = if change.path.is_root() {
            version.route.clone()
        } else {
            change.path.route(&version.schema_route)
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
