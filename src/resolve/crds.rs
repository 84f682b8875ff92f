//! The CRDs of a cluster, and what OLM v0 asks before it applies those of a bundle.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{BundleBlob, document};
use crate::crd::{Conversion, Crd, FaultKind, Patterns, validate};
use crate::text::{Tree, Value};

/// A CRD as a cluster has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppliedCrd {
    /// The versions that it serves.
    pub served: BTreeSet<String>,
    /// The versions that objects are stored in, by `status.storedVersions`.
    pub stored: BTreeSet<String>,
}

/// Applies the CRDs that a catalog carries of a bundle. Without manifests there are none to see. `objects` are those of
/// the cluster that are known.
///
/// # Errors
/// What OLM says when it does not.
pub(super) fn apply(
    blob: &BundleBlob<'_>,
    objects: &[Value<'_, '_>],
    crds: &mut BTreeMap<String, AppliedCrd>,
) -> Result<(), String> {
    for (_, manifest) in blob.manifests(&["CustomResourceDefinition"]) {
        let tree = document(&manifest);
        let Some(new) = tree.as_ref().and_then(Tree::root).and_then(Crd::read) else { continue };
        if let Some(old) = crds.get(new.name()) {
            check_objects(old, new, objects)?;
            check_stored(old, new)?;
        }
        let applied = crds.entry(new.name().to_owned()).or_default();
        let served = new.versions().filter(|version| version.is_served);
        applied.served = served.map(|version| version.name.to_owned()).collect();
        applied.stored.extend(new.storage_version().map(|version| version.name.to_owned()));
    }
    Ok(())
}

/// OLM tries every object with each version that is served before and after (`validateV1CRDCompatibility`); not where a
/// webhook converts.
fn check_objects(old: &AppliedCrd, new: Crd<'_, '_>, objects: &[Value<'_, '_>]) -> Result<(), String> {
    if new.conversion() == Conversion::Webhook {
        return Ok(());
    }
    let mut patterns = Patterns::default();
    let text = |object: Value<'_, '_>, keys: &[&str]| {
        object.at(keys).and_then(Value::str).unwrap_or_default().to_owned()
    };
    let is_of = |object: &&Value<'_, '_>| {
        let version = text(**object, &["apiVersion"]);
        version.split_once('/').is_some_and(|(group, _)| group == new.group())
            && text(**object, &["kind"]) == new.kind()
    };
    for &object in objects.iter().filter(is_of) {
        for version in new.versions().filter(|version| version.is_served && old.served.contains(version.name))
        {
            let Some(schema) = version.schema else { continue };
            let faults = validate(schema, object, new.preserves_unknown_fields(), &mut patterns);
            let Some(fault) = faults.iter().find(|fault| fault.kind == FaultKind::Refused) else { continue };
            let name = [text(object, &["metadata", "namespace"]), text(object, &["metadata", "name"])];
            let name = name.join("/");
            return Err(format!(
                "error validating existing CRs against new CRD's schema for {:?}: error validating {}/{}, Kind={} {:?}: updated validation is too restrictive: {fault}",
                new.name(),
                new.group(),
                version.name,
                new.kind(),
                name.trim_start_matches('/'),
            ));
        }
    }
    Ok(())
}

/// What objects may be stored in has to stay readable (`SafeStorageVersionUpgrade`).
fn check_stored(old: &AppliedCrd, new: Crd<'_, '_>) -> Result<(), String> {
    match old.stored.iter().find(|version| new.version(version).is_none()) {
        Some(gone) => Err(format!(
            "risk of data loss updating {:?}: new CRD removes version {gone} that is listed as a stored version on the existing CRD",
            new.name()
        )),
        None => Ok(()),
    }
}
