//! What a bundle declares of itself: the entries of `dependencies.yaml` and `properties.yaml`, and
//! the properties in an annotation of its CSV.

use super::BundleView;
use crate::bundle::At;
use crate::text::{Kind, Value, json};

/// The types of dependencies.
pub(super) const TYPES: [&str; 4] = ["olm.gvk", "olm.package", "olm.label", "olm.constraint"];

/// The annotation of a CSV that holds properties as JSON.
pub(super) const PROPERTIES: &str = "olm.properties";

/// Returns the dependencies, in whatever file of `metadata` they are, as OLM looks for them.
pub(super) fn dependencies<'c>(view: &BundleView<'c>) -> impl Iterator<Item = At<'c>> + use<'c> {
    entries(view, "dependencies")
}

/// Returns the properties, in whatever file of `metadata` they are.
pub(super) fn properties<'c>(view: &BundleView<'c>) -> impl Iterator<Item = At<'c>> + use<'c> {
    entries(view, "properties")
}

fn entries<'c>(view: &BundleView<'c>, key: &'static str) -> impl Iterator<Item = At<'c>> + use<'c> {
    let files: &'c [_] = &view.bundle.metadata;
    files.iter().filter_map(At::root).flat_map(move |root| root.list(&[key]))
}

/// Returns the ranges of the packages that a bundle depends on.
pub(super) fn ranges<'c>(view: &BundleView<'c>) -> impl Iterator<Item = At<'c>> + use<'c> {
    let packages = dependencies(view).filter(|dependency| dependency.text(&["type"]) == "olm.package");
    let ranges = packages.filter_map(|dependency| dependency.at(&["value", "version"]));
    ranges.filter(|range| range.value.str().is_some_and(|text| !text.trim().is_empty()))
}

/// Returns the types and values of the properties in the CSV; the text of a value that is none is
/// empty. None if there is no such annotation.
///
/// # Errors
/// Says why they cannot be read, a phrase about "they".
pub(super) fn csv_properties(view: &BundleView<'_>) -> Option<Result<Vec<(String, String)>, String>> {
    let at = view.contents.annotation(PROPERTIES)?;
    let tree = match json::read(at.value.text()) {
        Ok(tree) => tree,
        Err(fault) => return Some(Err(format!("they are no JSON: {}", fault.message))),
    };
    let Some(list) = tree.root().filter(|root| root.kind() == Kind::List) else {
        return Some(Err("they are no list".to_owned()));
    };
    let read = |item: Value<'_, '_>| {
        let kind = item.get("type").and_then(Value::str)?;
        Some((kind.to_owned(), item.get("value")?.text().to_owned()))
    };
    let all: Option<Vec<_>> = list.items().map(read).collect();
    Some(all.ok_or_else(|| "one of them has no `type` or no `value`".to_owned()))
}
