//! The schemas of a bundle's CRDs: what is wrong with them, and with the examples that they describe.

use std::ops::Range;

use super::names::nearest;
use super::{BundleView, Findings};
use crate::bundle;
use crate::crd::{
    Crd, Fault, FaultKind, Flaw, FlawKind, Lost, Patterns, Schema, Version, completed, flaws, validate,
};
use crate::text::{Place, Route, Step, Value, json};

/// A CRD with what is wrong with its schemas.
#[derive(Debug)]
pub(super) struct Judged<'c> {
    pub(super) crd: Crd<'c, 'c>,
    flaws: Vec<Flaw>,
    root: Place,
}

impl<'c> Judged<'c> {
    /// Returns whether the API server refuses it: then nobody can say what objects it takes.
    pub(super) fn is_refused(&self) -> bool {
        self.flaws.iter().any(|flaw| flaw.kind.is_refused())
    }

    /// Returns a place in it.
    pub(super) fn place(&self, route: &Route) -> Place {
        self.root.at(route)
    }

    /// Returns the versions that have a schema, of a CRD that is not refused.
    pub(super) fn schemas(&self) -> impl Iterator<Item = (Version<'c, 'c>, Schema<'c, 'c>)> {
        let versions = self.crd.versions().filter(|_| !self.is_refused());
        versions.filter_map(|version| version.schema.map(|schema| (version, schema)))
    }

    /// Returns a part of a version, which in v1beta1 may be common to all.
    pub(super) fn part(&self, version: &Version<'c, 'c>, key: &str) -> Option<(Route, Value<'c, 'c>)> {
        let common = Route::default().key("spec");
        [&version.route(), &common].into_iter().find_map(|route| {
            let holder = route.0.iter().try_fold(self.crd.root, |value, step| match step {
                Step::Key(key) => value.get(key),
                Step::Index(index) => value.items().nth(*index),
                Step::Name(_) | Step::Part(..) => None,
            });
            Some((route.key(key), holder?.get(key)?))
        })
    }
}

/// Returns the help for a path that leads nowhere.
pub(super) fn did_you_mean(lost: &Lost<'_>, otherwise: &str) -> String {
    match nearest(&lost.name, lost.siblings.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => otherwise.to_owned(),
    }
}

/// Judges the CRDs of a bundle.
pub(super) fn judge<'c>(view: &BundleView<'c>) -> Vec<Judged<'c>> {
    let judge = |crd: &bundle::Crd<'c>| {
        let root = crd.at.place();
        Crd::read(crd.at.value).map(|crd| Judged { crd, flaws: flaws(crd), root })
    };
    view.contents.crds.iter().filter_map(judge).collect()
}

/// Reports the flaws of a kind.
pub(super) fn report(view: &BundleView<'_>, out: &mut Findings<'_>, kind: FlawKind, help: &str) {
    for judged in view.crds() {
        for flaw in judged.flaws.iter().filter(|flaw| flaw.kind == kind) {
            let finding = out.report(judged.place(&flaw.route), flaw.to_string());
            finding.help(flaw.help.as_deref().unwrap_or(help));
        }
    }
}

/// What is wrong with an example.
#[derive(Debug)]
pub(super) struct ExampleFault {
    /// The guilty part of the annotation.
    pub(super) place: Place,
    /// Kind and name of the example.
    pub(super) example: String,
    pub(super) fault: Fault,
    /// Of a field that is not there, the one that is most like it.
    pub(super) nearest: Option<String>,
}

/// Tries the examples of a CSV with the schemas of their CRDs, as the API server does: with defaults.
pub(super) fn example_faults(view: &BundleView<'_>) -> Vec<ExampleFault> {
    let mut found = Vec::new();
    let annotation =
        view.contents.annotation("alm-examples").or_else(|| view.contents.annotation("olm.examples"));
    let Some(at) = annotation else { return found };
    let text = at.value.text();
    let Ok(tree) = json::read(text) else { return found };
    let mut patterns = Patterns::default();
    for example in tree.root().into_iter().flat_map(Value::items) {
        let Some((crd, schema)) = schema_of(view, example) else { continue };
        let whole = completed(schema, example);
        let Some(root) = whole.root() else { continue };
        let mut faults = validate(schema, root, crd.preserves_unknown_fields(), &mut patterns);
        faults.truncate(MOST_FAULTS - found.len());
        let name = |keys: &[&str]| example.at(keys).and_then(Value::str).unwrap_or_default();
        let title = format!("{} {}", name(&["kind"]), name(&["metadata", "name"])).trim_end().to_owned();
        let mut faults: Vec<_> =
            faults.into_iter().map(|fault| (bytes(example, &fault.route), fault)).collect();
        faults.sort_by_key(|(bytes, _)| bytes.start);
        for (bytes, fault) in faults {
            let nearest = (fault.kind == FaultKind::Dropped).then(|| sibling(schema, &fault.route)).flatten();
            let place = at.place().part(bytes);
            found.push(ExampleFault { place, example: title.clone(), fault, nearest });
        }
    }
    found
}

/// Nobody reads more, and each has its line looked up.
const MOST_FAULTS: usize = 100;

/// Returns the CRD and the schema of an example. None where the schema is no good.
fn schema_of<'v, 'c>(
    view: &'v BundleView<'c>,
    example: Value<'_, '_>,
) -> Option<(Crd<'c, 'c>, Schema<'c, 'c>)> {
    let (group, version) = bundle::split_api_version(example.get("apiVersion")?.str()?);
    let kind = example.get("kind")?.str()?;
    let is_of = |judged: &&'v Judged<'c>| {
        judged.crd.group() == group && judged.crd.kind() == kind && !judged.is_refused()
    };
    let crd = view.crds().iter().find(is_of)?.crd;
    Some((crd, crd.version(version)?.schema?))
}

/// Returns the bytes of the key at the end of a way, or the first of an item; of the last that is there.
fn bytes(object: Value<'_, '_>, way: &Route) -> Range<usize> {
    let first = |value: Value<'_, '_>| value.span().start..value.span().start + 1;
    let (mut value, mut bytes) = (object, first(object));
    for step in &way.0 {
        let next = match step {
            Step::Key(name) | Step::Name(name) => {
                let entry = value.entries().filter(|(key, _)| key.text() == name).last();
                entry.map(|(key, value)| (key.span(), value))
            }
            Step::Index(index) => value.items().nth(*index).map(|item| (first(item), item)),
            Step::Part(..) => None,
        };
        let Some((at, next)) = next else { break };
        (value, bytes) = (next, at);
    }
    bytes
}

/// Returns the field of a schema that is most like the last of a way.
fn sibling(schema: Schema<'_, '_>, way: &Route) -> Option<String> {
    let (last, above) = way.0.split_last()?;
    let mut here = schema;
    for step in above {
        here = match step {
            Step::Key(name) | Step::Name(name) => here.property(name).or_else(|| here.values())?,
            Step::Index(_) => here.items()?,
            Step::Part(..) => return None,
        };
    }
    let Step::Key(name) = last else { return None };
    nearest(name, here.properties().map(|(name, _)| name)).map(str::to_owned)
}
