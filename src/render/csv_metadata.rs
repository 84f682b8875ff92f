//! `olm.csv.metadata`: what consoles and package servers need of a CSV, without the manifests.
//!
//! The fields, their order and which of them are written when empty are those of opm's typed
//! structs (opm-spec 5.6); fields that the table does not name are dropped.

use crate::catalog::{BUNDLE_OBJECT, BundleBlob, CSV_METADATA, Property, Raw};
use crate::text::{Builder, Kind, Value, json};

/// What a field holds.
pub(super) enum Shape {
    /// A string, a boolean or a list of strings.
    Plain,
    /// A mapping of strings; keys sorted.
    Strings,
    /// Any JSON, as it is.
    Any,
    /// A mapping of these fields.
    Struct(&'static [Field]),
    /// A list of mappings of these fields.
    List(&'static [Field]),
}

pub(super) struct Field {
    pub(super) name: &'static str,
    /// What is written when the value is missing or empty; nothing if none.
    empty: Option<&'static str>,
    shape: Shape,
}

const fn optional(name: &'static str, shape: Shape) -> Field {
    Field { name, empty: None, shape }
}

const fn always(name: &'static str) -> Field {
    Field { name, empty: Some("\"\""), shape: Shape::Plain }
}

const fn plain(name: &'static str) -> Field {
    optional(name, Shape::Plain)
}

const DESCRIPTORS: Shape = Shape::List(&[
    always("path"),
    plain("displayName"),
    plain("description"),
    plain("x-descriptors"),
    optional("value", Shape::Any),
]);
const RESOURCES: Shape = Shape::List(&[always("name"), always("kind"), always("version")]);

const API_SERVICES: Shape = Shape::List(&[
    always("name"),
    always("group"),
    always("version"),
    always("kind"),
    plain("deploymentName"),
    plain("containerPort"),
    plain("displayName"),
    plain("description"),
    optional("resources", RESOURCES),
    optional("statusDescriptors", DESCRIPTORS),
    optional("specDescriptors", DESCRIPTORS),
    optional("actionDescriptors", DESCRIPTORS),
]);
const CRDS: Shape = Shape::List(&[
    always("name"),
    always("version"),
    always("kind"),
    plain("displayName"),
    plain("description"),
    optional("resources", RESOURCES),
    optional("statusDescriptors", DESCRIPTORS),
    optional("specDescriptors", DESCRIPTORS),
    optional("actionDescriptors", DESCRIPTORS),
]);

/// The fields of the property, each with its path in the CSV.
pub(super) const FIELDS: &[(&[&str], Field)] = &[
    (&["metadata", "annotations"], optional("annotations", Shape::Strings)),
    (
        &["spec", "apiservicedefinitions"],
        Field {
            name: "apiServiceDefinitions",
            empty: Some("{}"),
            shape: Shape::Struct(&[optional("owned", API_SERVICES), optional("required", API_SERVICES)]),
        },
    ),
    (
        &["spec", "customresourcedefinitions"],
        Field {
            name: "crdDescriptions",
            empty: Some("{}"),
            shape: Shape::Struct(&[optional("owned", CRDS), optional("required", CRDS)]),
        },
    ),
    (&["spec", "description"], plain("description")),
    (&["spec", "displayName"], plain("displayName")),
    (
        &["spec", "installModes"],
        optional(
            "installModes",
            Shape::List(&[
                always("type"),
                Field { name: "supported", empty: Some("false"), shape: Shape::Plain },
            ]),
        ),
    ),
    (&["spec", "keywords"], plain("keywords")),
    (&["metadata", "labels"], optional("labels", Shape::Strings)),
    (&["spec", "links"], optional("links", Shape::List(&[plain("name"), plain("url")]))),
    (&["spec", "maintainers"], optional("maintainers", Shape::List(&[plain("name"), plain("email")]))),
    (&["spec", "maturity"], plain("maturity")),
    (&["spec", "minKubeVersion"], plain("minKubeVersion")),
    (
        &["spec", "nativeAPIs"],
        optional("nativeAPIs", Shape::List(&[always("group"), always("version"), always("kind")])),
    ),
    (
        &["spec", "provider"],
        Field { name: "provider", empty: Some("{}"), shape: Shape::Struct(&[plain("name"), plain("url")]) },
    ),
];

const STYLE: json::Style = json::Style { indent: 0, sort: false, escape_html: false, doubles: false };

/// Migrates one bundle, if it has an image, a CSV among its manifests and no such property yet.
pub(super) fn migrate(blob: &mut BundleBlob<'_>) {
    if blob.image.is_empty() || blob.properties.iter().any(|property| property.kind == CSV_METADATA) {
        return;
    }
    let Some(value) = blob.with_csv(metadata) else { return };
    blob.properties.retain(|property| property.kind != BUNDLE_OBJECT);
    blob.properties.push(Property { kind: CSV_METADATA.into(), value: Some(Raw::Json(value.into())) });
}

fn metadata(csv: Value<'_, '_>) -> String {
    let mut to = Builder::default();
    to.open_map();
    for (path, field) in FIELDS {
        copy(&mut to, field.name, csv.at(path), field);
    }
    to.close();
    let tree = to.finish();
    let mut out = String::new();
    tree.root().into_iter().for_each(|root| json::write(root, STYLE, &mut out));
    out
}

/// Adds a field under a name, if there is something to add.
pub(super) fn copy<'s>(
    to: &mut Builder<'s>,
    name: &'static str,
    value: Option<Value<'_, 's>>,
    field: &Field,
) {
    let value = value.filter(|value| !is_empty(*value, &field.shape));
    let Some(value) = value else {
        match field.empty {
            None => {}
            Some("{}") => {
                to.str(name);
                to.open_map();
                to.close();
            }
            Some("false") => {
                to.str(name);
                to.bool(false);
            }
            Some(_) => to.field(name, ""),
        }
        return;
    };
    to.str(name);
    match field.shape {
        Shape::Plain | Shape::Any => to.value(value),
        Shape::Strings => {
            let mut entries: Vec<_> = value.entries().collect();
            entries.sort_by(|a, b| a.0.text().cmp(b.0.text()));
            to.open_map();
            for (key, text) in entries {
                to.value(key);
                to.value(text);
            }
            to.close();
        }
        Shape::Struct(fields) => record(to, value, fields),
        Shape::List(fields) => {
            to.open_list();
            value.items().for_each(|item| record(to, item, fields));
            to.close();
        }
    }
}

fn record<'s>(to: &mut Builder<'s>, value: Value<'_, 's>, fields: &[Field]) {
    to.open_map();
    for field in fields {
        copy(to, field.name, value.get_folded(field.name), field);
    }
    to.close();
}

/// What Go's `omitempty` leaves out; a struct is never empty, and `false` is.
fn is_empty(value: Value<'_, '_>, shape: &Shape) -> bool {
    match value.kind() {
        Kind::Null => true,
        Kind::Bool => !matches!(shape, Shape::Any) && value.text() == "false",
        Kind::Int | Kind::Float => !matches!(shape, Shape::Any) && value.text() == "0",
        Kind::Str => !matches!(shape, Shape::Any) && value.text().is_empty(),
        Kind::List => value.items().next().is_none(),
        Kind::Map => matches!(shape, Shape::Strings) && value.entries().next().is_none(),
        Kind::Json => false,
    }
}
