//! What rules about an upgrade are handed: both bundles, what became of each CRD, and what of the examples.

use std::collections::HashSet;

use crate::compare::{CrdPair, Operator, Upgrade};
use crate::crd::{Conversion, Crd, Effect, Fault, FaultKind, Patterns, validate};
use crate::settings::Contract;
use crate::text::{Route, Step, Value};

/// An upgrade from one bundle to another, in whatever channels.
#[derive(Debug)]
pub struct EdgeView<'c> {
    /// Both ends, and what became of each CRD.
    pub upgrade: &'c Upgrade<'c>,
    /// What the project's installer expects; none outside a project.
    pub contract: Option<&'c Contract>,
    /// By the place of the CRD in [`Upgrade::pairs`].
    refused: Vec<Vec<RefusedExample>>,
}

/// An example of an older bundle that the older CRD takes and a newer schema refuses.
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
    /// Makes the view. `before` tells what may have been installed, the older bundle first and then the nearest.
    pub(super) fn new(
        upgrade: &'c Upgrade<'c>,
        before: impl Fn() -> Vec<&'c Operator<'c>>,
        contract: Option<&'c Contract>,
    ) -> Self {
        let refused = |pair: &CrdPair<'_>| match pair.with_effect(Effect::RefusesObjects).next() {
            Some(_) => refused_examples(pair.old, pair.new, &before()),
            None => Vec::new(),
        };
        let refused = upgrade.pairs().iter().map(refused).collect();
        EdgeView { upgrade, contract, refused }
    }

    /// Returns the CRDs that both bundles have, each with the examples of older bundles that its older version takes
    /// and the newer one refuses, one for each fault.
    pub fn tried(&self) -> impl Iterator<Item = (&CrdPair<'c>, &[RefusedExample])> {
        self.upgrade.pairs().iter().zip(self.refused.iter().map(Vec::as_slice))
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
                            (operator.name().to_owned(), schema_route(&newer.schema_route(), &fault.route));
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
