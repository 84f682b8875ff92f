//! A structural schema, as the API server reads it.
//!
//! A keyword of a wrong type is as good as absent here: the API server refuses such a manifest, and
//! that is for rules to say.

use super::{Link, Path};
use crate::text::{Kind, Value};

/// How deep schemas are followed. The API server takes deeper ones only in theory, and recursion must
/// end before the stack does.
pub const DEPTH: usize = 200;

/// A view of a node of a schema.
#[derive(Debug, Clone, Copy)]
pub struct Schema<'t, 's>(Value<'t, 's>);

/// What `additionalProperties` says.
#[derive(Debug, Clone, Copy)]
pub enum Additional<'t, 's> {
    /// Any value under any key, or no other key.
    Allowed(bool),
    /// Values of this schema under any key.
    Schema(Schema<'t, 's>),
}

impl<'t, 's> Schema<'t, 's> {
    /// Makes the view of what stands in the place of a schema.
    pub fn new(value: Value<'t, 's>) -> Self {
        Schema(value)
    }

    /// Returns the node.
    pub fn value(self) -> Value<'t, 's> {
        self.0
    }

    /// Returns the value of a keyword; none also for `null`, which Go reads as absent.
    pub fn get(self, keyword: &str) -> Option<Value<'t, 's>> {
        self.0.get(keyword).filter(|value| !value.is_null())
    }

    fn is(self, keyword: &str) -> bool {
        self.get(keyword).and_then(Value::bool).unwrap_or_default()
    }

    fn text(self, keyword: &str) -> &'t str {
        self.get(keyword).and_then(Value::str).unwrap_or_default()
    }

    fn list(self, keyword: &str) -> impl Iterator<Item = Value<'t, 's>> + use<'t, 's> {
        self.get(keyword).into_iter().flat_map(Value::items)
    }

    /// Returns `type`; empty when it is not there.
    pub fn kind(self) -> &'t str {
        self.text("type")
    }

    /// Returns the properties in the order of the text.
    pub fn properties(self) -> impl Iterator<Item = (&'t str, Schema<'t, 's>)> {
        let entries = self.get("properties").into_iter().flat_map(Value::entries);
        entries.map(|(name, value)| (name.text(), Schema(value)))
    }

    /// Returns the property with this name.
    pub fn property(self, name: &str) -> Option<Schema<'t, 's>> {
        self.get("properties")?.get(name).map(Schema)
    }

    /// Returns the schema of a list's elements; a list of schemas is not structural.
    pub fn items(self) -> Option<Schema<'t, 's>> {
        self.get("items").filter(|items| items.kind() == Kind::Map).map(Schema)
    }

    /// Returns what `additionalProperties` says.
    pub fn additional(self) -> Option<Additional<'t, 's>> {
        let value = self.get("additionalProperties")?;
        match value.bool() {
            Some(allowed) => Some(Additional::Allowed(allowed)),
            None => (value.kind() == Kind::Map).then_some(Additional::Schema(Schema(value))),
        }
    }

    /// Returns the schema of the values under keys that are not known.
    pub fn values(self) -> Option<Schema<'t, 's>> {
        match self.additional()? {
            Additional::Schema(schema) => Some(schema),
            Additional::Allowed(_) => None,
        }
    }

    /// Returns the names of the properties that must be there.
    pub fn required(self) -> impl Iterator<Item = &'t str> {
        self.list("required").filter_map(Value::str)
    }

    /// Returns the values that are allowed; none if all are.
    pub fn enumeration(self) -> Option<impl Iterator<Item = Value<'t, 's>>> {
        self.get("enum").filter(|values| values.kind() == Kind::List).map(Value::items)
    }

    /// Returns the default. `null` is one, too, if the node is nullable.
    pub fn default(self) -> Option<Value<'t, 's>> {
        self.0.get("default").filter(|value| !value.is_null() || self.is_nullable())
    }

    /// Returns a bound, such as `maximum` or `minLength`.
    pub fn number(self, keyword: &str) -> Option<f64> {
        let value = self.get(keyword)?;
        matches!(value.kind(), Kind::Int | Kind::Float).then(|| value.text().parse().ok()).flatten()
    }

    /// Returns whether `exclusiveMaximum`, `exclusiveMinimum` or `uniqueItems` is true.
    pub fn flag(self, keyword: &str) -> bool {
        self.is(keyword)
    }

    /// Returns the pattern; empty when there is none.
    pub fn pattern(self) -> &'t str {
        self.text("pattern")
    }

    /// Returns the format; empty when there is none.
    pub fn format(self) -> &'t str {
        self.text("format")
    }

    /// Returns the description; empty when there is none.
    pub fn description(self) -> &'t str {
        self.text("description")
    }

    /// Returns whether `null` is allowed.
    pub fn is_nullable(self) -> bool {
        self.is("nullable")
    }

    /// Returns whether an integer and a string are both allowed.
    pub fn is_int_or_string(self) -> bool {
        self.is("x-kubernetes-int-or-string")
    }

    /// Returns whether fields that the schema does not know are kept.
    pub fn preserves_unknown_fields(self) -> bool {
        self.is("x-kubernetes-preserve-unknown-fields")
    }

    /// Returns whether a whole Kubernetes object stands here.
    pub fn is_embedded_resource(self) -> bool {
        self.is("x-kubernetes-embedded-resource")
    }

    /// Returns `atomic`, `set` or `map`; empty when it is not said, which means atomic.
    pub fn list_type(self) -> &'t str {
        self.text("x-kubernetes-list-type")
    }

    /// Returns the fields that tell the elements of a list of type `map` apart.
    pub fn list_map_keys(self) -> impl Iterator<Item = &'t str> {
        self.list("x-kubernetes-list-map-keys").filter_map(Value::str)
    }

    /// Returns `granular` or `atomic`; empty when it is not said, which means granular.
    pub fn map_type(self) -> &'t str {
        self.text("x-kubernetes-map-type")
    }

    /// Returns the elements of `x-kubernetes-validations`, rules in CEL.
    pub fn validations(self) -> impl Iterator<Item = Value<'t, 's>> {
        self.list("x-kubernetes-validations")
    }

    /// Returns the schemas of `allOf`, `anyOf` or `oneOf`.
    pub fn branches(self, junctor: &str) -> impl Iterator<Item = Schema<'t, 's>> + use<'t, 's> {
        self.list(junctor).map(Schema)
    }

    /// Returns the schema that must not hold.
    pub fn negation(self) -> Option<Schema<'t, 's>> {
        self.get("not").map(Schema)
    }

    /// Returns the nodes directly below that describe a part of the object.
    pub fn children(self) -> impl Iterator<Item = (Link<'t>, Schema<'t, 's>)> {
        let properties = self.properties().map(|(name, schema)| (Link::Property(name), schema));
        let items = self.items().map(|schema| (Link::Items, schema));
        properties.chain(items).chain(self.values().map(|schema| (Link::Values, schema)))
    }

    /// Shows every node that describes a part of the object with its path, parents first, down to
    /// [`DEPTH`]. Junctors (`allOf` and the like) describe no part of their own.
    pub fn walk(self, mut visit: impl FnMut(&Path<'t>, Schema<'t, 's>)) {
        let mut path = Path::default();
        self.walk_below(&mut path, &mut visit);
    }

    fn walk_below(self, path: &mut Path<'t>, visit: &mut impl FnMut(&Path<'t>, Schema<'t, 's>)) {
        visit(path, self);
        if path.0.len() == DEPTH {
            return;
        }
        for (link, child) in self.children() {
            path.0.push(link);
            child.walk_below(path, visit);
            path.0.pop();
        }
    }
}

/// Returns whether a field is one that every object has.
pub(super) fn is_meta(name: &str) -> bool {
    matches!(name, "apiVersion" | "kind" | "metadata")
}
