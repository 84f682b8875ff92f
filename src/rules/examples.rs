//! The examples of a ClusterServiceVersion: JSON in an annotation.

use super::BundleView;
use crate::bundle::{At, Crd, split_api_version};
use crate::text::{Kind, Value, json};

/// The examples of a CSV.
pub(super) struct Examples<'c> {
    /// The annotation.
    pub(super) at: At<'c>,
    /// The examples; an error says why they cannot be read, a phrase about "they".
    pub(super) list: Result<Vec<Example>, String>,
}

/// What identifies an example.
pub(super) struct Example {
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) namespace: String,
}

/// Returns the examples of a CSV, from the annotation that everybody reads.
pub(super) fn examples<'c>(view: &BundleView<'c>) -> Option<Examples<'c>> {
    let at = view.contents.annotation("alm-examples").or_else(|| view.contents.annotation("olm.examples"))?;
    // An empty text is an empty list.
    let text = at.value.text();
    let list = match json::read(if text.trim().is_empty() { "[]" } else { text }) {
        Err(fault) => Err(format!("they are no JSON: {}", fault.message)),
        Ok(tree) => match tree.root().filter(|root| root.kind() == Kind::List) {
            None => Err("they are no list".to_owned()),
            Some(root) => {
                let all: Option<Vec<_>> = root.items().map(Example::read).collect();
                all.ok_or_else(|| "one of them has no `apiVersion` or no `kind`".to_owned())
            }
        },
    };
    Some(Examples { at, list })
}

impl Example {
    /// Reads one; none if it is no Kubernetes object.
    pub(super) fn read(value: Value<'_, '_>) -> Option<Self> {
        let text = |keys: &[&str]| value.at(keys).and_then(Value::str).unwrap_or_default().to_owned();
        let (api_version, kind) = (text(&["apiVersion"]), text(&["kind"]));
        let is_object = !api_version.is_empty() && !kind.is_empty();
        let (name, namespace) = (text(&["metadata", "name"]), text(&["metadata", "namespace"]));
        is_object.then_some(Example { api_version, kind, name, namespace })
    }

    /// Returns whether it is an object of an owned API: of a CRD, whose group is in its name, or of an
    /// API service, which has a group.
    pub(super) fn is_of(&self, owned: &At<'_>, is_crd: bool) -> bool {
        let group = match is_crd {
            true => owned.text(&["name"]).split_once('.').map_or("", |(_, group)| group),
            false => owned.text(&["group"]),
        };
        split_api_version(&self.api_version) == (group, owned.text(&["version"]))
            && self.kind == owned.text(&["kind"])
    }

    /// Returns whether it is an object of a CRD of the bundle.
    pub(super) fn is_of_crd(&self, crd: &Crd<'_>) -> bool {
        let (group, version) = split_api_version(&self.api_version);
        group == crd.spec.text(&["group"])
            && self.kind == crd.spec.text(&["names", "kind"])
            && crd.has_version(version)
    }
}
