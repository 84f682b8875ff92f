//! CRDs without prose: the descriptions in their schemas are most of their size, and no API server
//! looks at them. A field that is called `description` is no description.

use crate::text::{Builder, Kind, Value};

/// Copies a CRD without the descriptions of its schemas.
pub(super) fn crd<'s>(root: Value<'_, 's>, to: &mut Builder<'s>) {
    map(root, to, |key, value, to| match key {
        "spec" => map(value, to, |key, value, to| match key {
            "versions" => list(value, to, |version, to| {
                map(version, to, |key, value, to| match key {
                    "schema" => validation(value, to),
                    _ => to.value(value),
                });
            }),
            "validation" => validation(value, to),
            _ => to.value(value),
        }),
        _ => to.value(value),
    });
}

fn validation<'s>(value: Value<'_, 's>, to: &mut Builder<'s>) {
    map(value, to, |key, value, to| match key {
        "openAPIV3Schema" => schema(value, to),
        _ => to.value(value),
    });
}

/// Copies a schema. Defaults, enums and examples are values, not schemas, and stay as they are.
fn schema<'s>(value: Value<'_, 's>, to: &mut Builder<'s>) {
    if value.kind() != Kind::Map {
        return to.value(value); // `additionalProperties: true`
    }
    to.open_map();
    for (key, value) in value.entries() {
        if key.text() == "description" && value.kind() == Kind::Str {
            continue;
        }
        to.value(key);
        match key.text() {
            "properties" | "patternProperties" | "definitions" | "dependencies" => {
                map(value, to, |_, value, to| schema(value, to));
            }
            "items" if value.kind() == Kind::List => list(value, to, schema),
            "items" | "additionalItems" | "additionalProperties" | "not" => schema(value, to),
            "allOf" | "anyOf" | "oneOf" => list(value, to, schema),
            _ => to.value(value),
        }
    }
    to.close();
}

fn map<'s>(
    value: Value<'_, 's>,
    to: &mut Builder<'s>,
    mut entry: impl FnMut(&str, Value<'_, 's>, &mut Builder<'s>),
) {
    if value.kind() != Kind::Map {
        return to.value(value);
    }
    to.open_map();
    for (key, value) in value.entries() {
        to.value(key);
        entry(key.text(), value, to);
    }
    to.close();
}

fn list<'s>(
    value: Value<'_, 's>,
    to: &mut Builder<'s>,
    mut item: impl FnMut(Value<'_, 's>, &mut Builder<'s>),
) {
    if value.kind() != Kind::List {
        return to.value(value);
    }
    to.open_list();
    value.items().for_each(|value| item(value, to));
    to.close();
}
