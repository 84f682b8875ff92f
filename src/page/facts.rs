//! What a bundle says of itself: what it needs to know who installs it.

use std::collections::BTreeSet;

use crate::catalog::{BundleBlob, CSV_METADATA, Raw};
use crate::compare;
use crate::crd::Crd;
use crate::resolve::{Terms, Traits};
use crate::text::{Tree, Value};

/// What a bundle says of itself, as far as the catalog carries it.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// The title that consoles show.
    pub(super) title: String,
    pub(super) provider: String,
    pub(super) maturity: String,
    pub(super) terms: Terms,
    /// The CRDs: name, and versions in a phrase.
    pub(super) crds: Vec<(String, String)>,
    /// What it is allowed to do.
    pub(super) permissions: Vec<String>,
    /// Whether the catalog carries its manifests; else its permissions are not known.
    pub(super) has_manifests: bool,
}

impl Facts {
    /// Reads a blob and its manifests, which allow it these `permissions`.
    pub(super) fn read(blob: &BundleBlob<'_>, trees: &[Tree<'_>], permissions: &BTreeSet<String>) -> Self {
        let roots = || trees.iter().filter_map(Tree::root);
        let is_csv =
            |root: &Value<'_, '_>| root.get("kind").map(Value::text) == Some("ClusterServiceVersion");
        let mut facts = match roots().find(is_csv).and_then(|csv| csv.get("spec")) {
            Some(spec) => Facts { terms: Terms::of_csv(spec), ..Facts::presented(spec) },
            None => Facts::of_metadata(blob),
        };
        facts.has_manifests = !trees.is_empty();
        facts.permissions = compare::grouped(permissions);
        if facts.has_manifests {
            facts.crds = roots().filter_map(Crd::read).map(crd).collect();
        } else if facts.crds.is_empty() {
            let provides = Traits::read(&blob.properties).provides;
            facts.crds = provides
                .iter()
                .map(|gvk| (format!("{}/{}", gvk.group, gvk.kind), gvk.version.clone()))
                .collect();
        }
        facts.crds.sort();
        facts
    }

    /// Reads what consoles show of a CSV that the catalog does not carry.
    fn of_metadata(blob: &BundleBlob<'_>) -> Self {
        let metadata = blob.properties.iter().find(|property| property.kind == CSV_METADATA);
        let tree = metadata.and_then(|property| property.value.as_ref()).map(Raw::tree).and_then(Result::ok);
        let Some(root) = tree.as_ref().and_then(Tree::root) else { return Facts::default() };
        let owned = root.at(&["crdDescriptions", "owned"]).into_iter().flat_map(Value::items);
        let crds = owned.map(|crd| (text(crd, &["name"]), text(crd, &["version"]))).collect();
        Facts { crds, terms: Terms::read(blob).unwrap_or_default(), ..Facts::presented(root) }
    }

    /// Reads what is called alike in a CSV and in what consoles show of it.
    fn presented(spec: Value<'_, '_>) -> Self {
        Facts {
            title: text(spec, &["displayName"]),
            provider: text(spec, &["provider", "name"]),
            maturity: text(spec, &["maturity"]),
            ..Facts::default()
        }
    }
}

fn text(value: Value<'_, '_>, keys: &[&str]) -> String {
    value.at(keys).and_then(Value::str).unwrap_or_default().to_owned()
}

/// Names a CRD and its versions.
fn crd(crd: Crd<'_, '_>) -> (String, String) {
    let versions: Vec<String> = crd
        .versions()
        .map(|version| {
            let name = version.name;
            match (version.is_stored, version.is_served) {
                (true, true) => format!("{name} (stored)"),
                (true, false) => format!("{name} (stored, not served)"),
                (false, true) => name.to_owned(),
                (false, false) => format!("{name} (not served)"),
            }
        })
        .collect();
    (crd.name().to_owned(), versions.join(", "))
}
