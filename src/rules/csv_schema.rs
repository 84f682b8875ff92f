//! A ClusterServiceVersion against its own schema: the one of its CRD, without prose.
//!
//! Go decodes a CSV into a type, drops what the type does not have and fills in what is missing; the
//! API server checks the rest. The schema stands for both.

use std::sync::OnceLock;

use super::BundleView;
use crate::bundle::At;
use crate::text::{Kind, Place, Tree, Value, json};

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// The value is of another type.
    Type,
    /// A required field is not there.
    Missing,
    /// No such field.
    Unknown,
    /// The value is none of those that are allowed.
    Value,
}

/// A violation of the schema.
#[derive(Debug)]
pub(super) struct Violation {
    pub(super) wrong: Wrong,
    /// Of a missing field, where it would be.
    pub(super) place: Place,
    /// The field, and what holds it.
    pub(super) key: String,
    pub(super) parent: String,
    /// What the schema says: the type, the allowed values, or the known field that is most like it.
    pub(super) wanted: String,
}

fn schema() -> Value<'static, 'static> {
    static TREE: OnceLock<Tree<'static>> = OnceLock::new();
    let tree =
        TREE.get_or_init(|| json::read(include_str!("data/csv_schema.json")).expect("a test reads it"));
    tree.root().expect("a test reads it")
}

/// Returns what is wrong with the CSV of a bundle.
pub(super) fn violations(view: &BundleView<'_>) -> Vec<Violation> {
    let mut found = Vec::new();
    let spec = schema().at(&["properties", "spec"]).expect("a CSV has a spec");
    match view.contents.csv.as_ref().map(|csv| (csv, csv.get("spec").filter(|spec| !spec.value.is_null()))) {
        Some((_, Some(at))) => walk(&at, spec, "spec", "", &mut found),
        Some((csv, None)) => missing(csv, "spec", "the CSV", &mut found),
        None => {}
    }
    found
}

fn missing(at: &At<'_>, key: &str, parent: &str, found: &mut Vec<Violation>) {
    let (place, wanted) = (at.place_of(key), String::new());
    let (key, parent) = (key.to_owned(), parent.to_owned());
    found.push(Violation { wrong: Wrong::Missing, place, key, parent, wanted });
}

fn walk(at: &At<'_>, schema: Value<'_, '_>, key: &str, parent: &str, found: &mut Vec<Violation>) {
    let value = at.value;
    // Go takes null for absent.
    if value.is_null() {
        return;
    }
    let mut report = |wrong, wanted: String| {
        let (key, parent) = (key.to_owned(), parent.to_owned());
        found.push(Violation { wrong, place: at.place(), key, parent, wanted });
    };
    let wanted = schema.get("type").map(Value::text).unwrap_or_default();
    let is_either = schema.get("x-kubernetes-int-or-string").is_some();
    let fits = match value.kind() {
        Kind::Map => wanted == "object",
        Kind::List => wanted == "array",
        Kind::Str => wanted == "string",
        Kind::Bool => wanted == "boolean",
        Kind::Int => wanted == "integer" || wanted == "number",
        Kind::Float => wanted == "number",
        Kind::Null | Kind::Json => true,
    };
    let fits_either = is_either && matches!(value.kind(), Kind::Str | Kind::Int | Kind::Float);
    if !(fits || fits_either || (wanted.is_empty() && !is_either)) {
        report(Wrong::Type, if is_either { "number or string" } else { wanted }.to_owned());
        return;
    }
    if let Some(allowed) = schema.get("enum") {
        let allowed: Vec<_> = allowed.items().map(Value::text).collect();
        if !allowed.contains(&value.text()) {
            report(Wrong::Value, format!("one of {}", super::names::list(allowed)));
        }
    }
    if let Some(number) = value.int() {
        let bound = |key| schema.get(key).and_then(Value::int);
        let (least, most) = (bound("minimum"), bound("maximum"));
        if least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most) {
            let text = |bound: Option<i64>| bound.map(|bound| bound.to_string()).unwrap_or_default();
            report(Wrong::Value, format!("from {} to {}", text(least), text(most)));
        }
    }
    match value.kind() {
        Kind::List => {
            let Some(items) = schema.get("items") else { return };
            at.items().for_each(|item| walk(&item, items, key, parent, found));
        }
        Kind::Map => fields(at, schema, key, found),
        _ => {}
    }
}

fn fields(at: &At<'_>, schema: Value<'_, '_>, key: &str, found: &mut Vec<Violation>) {
    let properties = schema.get("properties");
    let others = schema.get("additionalProperties");
    let keeps = schema.get("x-kubernetes-preserve-unknown-fields").is_some();
    for (name, value) in at.entries() {
        let known = properties.and_then(|properties| properties.get(name));
        if let Some(known) = known.or(others.filter(|others| others.kind() == Kind::Map)) {
            walk(&value, known, name, key, found);
        } else if others.is_none() && !keeps && properties.is_some() {
            let names = properties.into_iter().flat_map(Value::entries).map(|(name, _)| name.text());
            let wanted = super::names::nearest(name, names).unwrap_or_default().to_owned();
            let (name, parent, place) = (name.to_owned(), key.to_owned(), at.place().name(name));
            found.push(Violation { wrong: Wrong::Unknown, place, key: name, parent, wanted });
        }
    }
    for name in schema.get("required").into_iter().flat_map(Value::items).map(Value::text) {
        if at.value.get(name).is_none_or(Value::is_null) {
            missing(at, name, key, found);
        }
    }
}
