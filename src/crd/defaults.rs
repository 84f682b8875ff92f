//! Defaults: whether a schema takes its own, and what becomes of an object by them.

use std::collections::HashMap;

use super::flaw::FlawKind;
use super::judge::{Crumb, Judge};
use super::node::Keyword;
use super::pattern::Patterns;
use super::schema::{Additional, DEPTH, Schema};
use super::validate::validate_part;
use crate::text::{Builder, Kind, Tree, Value};

impl<'t, 's> Judge<'t, 's> {
    /// Tries every default with its own schema.
    pub(super) fn try_defaults(&mut self) {
        let mut patterns = Patterns::default();
        for (trail, schema) in std::mem::take(&mut self.defaults) {
            let schema = Schema::new(schema);
            let Some(default) = schema.get("default") else { continue };
            self.trail = trail;
            self.try_default(schema, default, &mut patterns);
        }
        self.trail.clear();
    }

    fn try_default(&mut self, schema: Schema<'t, 's>, default: Value<'t, 's>, patterns: &mut Patterns) {
        for fault in validate_part(schema, default, patterns) {
            self.trail.push(Crumb::Keyword(Keyword::Default));
            let mut route = self.route();
            self.trail.pop();
            let message = match fault.route.0.is_empty() {
                true => format!("has a default that {}", fault.message),
                false => format!("has a default of which `{}` {}", fault.route, fault.message),
            };
            route.0.extend(fault.route.0);
            self.flaw_at(FlawKind::Default, route, message);
        }
    }
}

/// Returns the object as the API server completes it before it looks whether the schema holds: `null`
/// where it may not be is taken for absent, and what is absent gets its default.
pub fn completed<'s>(schema: Schema<'_, 's>, object: Value<'_, 's>) -> Tree<'s> {
    let mut out = Builder::default();
    complete(schema, object, 0, &mut out);
    out.finish()
}

fn complete<'s>(schema: Schema<'_, 's>, value: Value<'_, 's>, depth: usize, out: &mut Builder<'s>) {
    if depth == DEPTH {
        out.value(value);
        return;
    }
    match value.kind() {
        Kind::List if schema.items().is_some() => {
            let Some(items) = schema.items() else { return };
            out.open_list();
            value.items().for_each(|item| complete(items, item, depth + 1, out));
            out.close();
        }
        Kind::Map => complete_map(schema, value, depth, out),
        _ => out.value(value),
    }
}

fn complete_map<'s>(schema: Schema<'_, 's>, map: Value<'_, 's>, depth: usize, out: &mut Builder<'s>) {
    let properties = schema.get("properties");
    let mut left: HashMap<&str, Schema<'_, 's>> = schema.properties().collect();
    let values = match schema.additional() {
        Some(Additional::Schema(values)) => Some(values),
        _ => None,
    };
    out.open_map();
    for (key, value) in map.entries() {
        let name = key.text();
        let property = left.get(name).copied();
        let known = property.or(values.filter(|_| properties.is_none()));
        let is_absent = value.is_null() && known.is_some_and(|known| !known.is_nullable());
        if is_absent {
            continue; // a default comes below
        }
        left.remove(name);
        out.value(key);
        match known {
            Some(known) => complete(known, value, depth + 1, out),
            None => out.value(value),
        }
    }
    for (name, property) in schema.properties() {
        let default = left.contains_key(name).then(|| property.get("default")).flatten();
        if let Some(default) = default {
            out.str(name.to_owned());
            complete(property, default, depth + 1, out);
        }
    }
    out.close();
}
