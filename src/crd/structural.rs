//! Is a schema structural (`apiextensions-apiserver`, `pkg/apiserver/schema`): does it say of every part
//! of an object what it is, outside of junctors, which only say what values are right.

use super::flaw::FlawKind;
use super::general::TYPES;
use super::judge::{Crumb, Described, Judge, Place};
use super::node::{Keyword, Keywords, Node};
use super::pattern;
use super::schema::{Schema, is_meta};
use crate::text::{Kind, Step, Value};

/// The keywords that the API server takes nowhere.
pub(super) const FORBIDDEN: Keywords = Keywords::of(&[
    Keyword::Id,
    Keyword::SchemaId,
    Keyword::Ref,
    Keyword::AdditionalItems,
    Keyword::PatternProperties,
    Keyword::Definitions,
    Keyword::Dependencies,
]);
/// The keywords that make a node something else than its type says.
const SPECIAL: Keywords =
    Keywords::of(&[Keyword::EmbeddedResource, Keyword::IntOrString, Keyword::PreserveUnknownFields]);

impl<'t, 's> Judge<'t, 's> {
    pub(super) fn check_structure(&mut self, node: &Node<'t, 's>, place: Place<'t, 's>) {
        use FlawKind::{AdditionalProperties, Extension, Items, MissingType, Type};
        let kind = node.text(Keyword::Type);
        let is_root = matches!(place, Place::Root);
        let is_embedded = node.is(Keyword::EmbeddedResource);
        if !is_root && !node.has_any(SPECIAL) && !matches!(kind, "" | "array") {
            return; // nearly all
        }
        let keeps_unknown = node.is(Keyword::PreserveUnknownFields);
        let is_int_or_string = node.is(Keyword::IntOrString);
        let is_list_of_schemas = node.has_some(Keyword::Items) && node.items().is_none();
        if kind == "array" && node.items().is_none() && !is_list_of_schemas {
            self.unstructural(Items, Keyword::Items, "is a list and does not say what its `items` are");
        }
        if node.get(Keyword::AdditionalProperties).is_some() && (is_root || is_embedded) {
            self.unstructural(
                AdditionalProperties,
                Keyword::AdditionalProperties,
                "is a whole object and may not have `additionalProperties`",
            );
        }
        for (keyword, is_there) in
            [(Keyword::PreserveUnknownFields, keeps_unknown), (Keyword::EmbeddedResource, is_embedded)]
        {
            if is_int_or_string && is_there {
                let message = format!("is an integer or string and may not have `{}`", keyword.name());
                self.unstructural(Extension, keyword, message);
            }
        }
        if is_embedded && kind != "object" {
            self.unstructural(Extension, Keyword::Type, "is a whole object and must be of type `object`");
        } else if kind.is_empty() && !is_int_or_string && !keeps_unknown {
            self.unstructural(MissingType, Keyword::Type, "has no `type`");
        } else if is_root && kind != "object" && !kind.is_empty() {
            let message = format!("is of type `{kind}` and must be an `object`");
            self.unstructural(Type, Keyword::Type, message);
        }
        if is_embedded && !keeps_unknown && !node.has_some(Keyword::Properties) {
            let message = "is a whole object and has neither `properties` nor \
                           `x-kubernetes-preserve-unknown-fields`";
            self.unstructural(Extension, Keyword::Properties, message);
        }
        if is_root || is_embedded {
            self.check_meta(node, is_root);
        }
        if self.has_status && is_root {
            self.check_root(node);
        }
    }

    /// What every object has is known, and a schema may only restrict its names.
    fn check_meta(&mut self, node: &Node<'t, 's>, is_root: bool) {
        let Some(properties) = node.get(Keyword::Properties) else { return };
        for (name, wanted) in [("kind", "string"), ("apiVersion", "string"), ("metadata", "object")] {
            let Some(property) = properties.get(name) else { continue };
            let kind = Schema::new(property).kind();
            self.trail.extend([Crumb::Keyword(Keyword::Properties), Crumb::Name(name)]);
            // One without type, or of none that there is, is told of anyway.
            let is_type = TYPES.contains(&kind) || Schema::new(property).is_int_or_string();
            if kind != wanted && is_type {
                let message = format!("is of type `{kind}` and must be of type `{wanted}`");
                self.unstructural(FlawKind::Metadata, Keyword::Type, message);
            } else if is_root && name == "metadata" {
                let is_restricted = property.entries().any(|(key, value)| match key.text() {
                    "type" | "default" | "externalDocs" | "example" => false,
                    "properties" => {
                        value.entries().any(|(name, _)| !matches!(name.text(), "name" | "generateName"))
                    }
                    _ => says_something(value) && Node::knows(key.text()),
                });
                if is_restricted {
                    let message = "may restrict nothing but `name` and `generateName`";
                    self.unstructural(FlawKind::Metadata, Keyword::Properties, message);
                }
            }
            self.trail.truncate(self.trail.len() - 2);
        }
    }

    /// With a subresource `status`, its schema must be all that the root says of it.
    fn check_root(&mut self, node: &Node<'t, 's>) {
        const ALLOWED: [Keyword; 21] = [
            Keyword::Description,
            Keyword::Type,
            Keyword::Format,
            Keyword::Title,
            Keyword::Maximum,
            Keyword::ExclusiveMaximum,
            Keyword::Minimum,
            Keyword::ExclusiveMinimum,
            Keyword::MaxLength,
            Keyword::MinLength,
            Keyword::Pattern,
            Keyword::MaxItems,
            Keyword::MinItems,
            Keyword::UniqueItems,
            Keyword::MultipleOf,
            Keyword::Required,
            Keyword::Items,
            Keyword::Properties,
            Keyword::ExternalDocs,
            Keyword::Example,
            Keyword::PreserveUnknownFields,
        ];
        for keyword in node.keywords() {
            let is_known = ALLOWED.contains(&keyword)
                // Told of elsewhere.
                || matches!(keyword, Keyword::Validations | Keyword::AdditionalProperties | Keyword::Nullable);
            if !is_known && node.get(keyword).is_some_and(says_something) && !FORBIDDEN.has(keyword) {
                let message = format!("may have no `{}` beside the subresource `status`", keyword.name());
                self.flaw(FlawKind::Forbidden, keyword, message);
            }
        }
    }

    pub(super) fn check_junctor(&mut self, node: &Node<'t, 's>, described: Described<'t, 's>) {
        const FORBIDDEN: [Keyword; 13] = [
            Keyword::Type,
            Keyword::AdditionalProperties,
            Keyword::Default,
            Keyword::Title,
            Keyword::Description,
            Keyword::Nullable,
            Keyword::PreserveUnknownFields,
            Keyword::EmbeddedResource,
            Keyword::IntOrString,
            Keyword::ListMapKeys,
            Keyword::ListType,
            Keyword::MapType,
            Keyword::Validations,
        ];
        for keyword in FORBIDDEN {
            let is_there = match keyword {
                Keyword::ListType | Keyword::MapType | Keyword::AdditionalProperties | Keyword::Default => {
                    node.get(keyword).is_some()
                }
                _ => node.get(keyword).is_some_and(says_something),
            };
            if is_there {
                let message = format!("has `{}` within a junctor", keyword.name());
                self.unstructural(FlawKind::Junctor, keyword, message).help =
                    Some("move it out of `allOf`, `anyOf`, `oneOf` or `not`".to_owned());
            }
        }
        let Some(outer) = described.node.map(Schema::new) else { return };
        if node.items().is_some() && outer.items().is_none() && described.is_of_root {
            let message = "has `items` within a junctor only";
            self.unstructural(FlawKind::Junctor, Keyword::Items, message);
        }
        let is_closed =
            outer.additional().is_none() && !outer.preserves_unknown_fields() && !self.keeps_unknown;
        let names = self.described_fields(described);
        let is_known = |name: &str| names.as_ref().is_some_and(|names| names.contains_key(name));
        for (name, _) in node.get(Keyword::Properties).into_iter().flat_map(Value::entries) {
            let name = name.text();
            self.trail.push(Crumb::Keyword(Keyword::Properties));
            let mut route = self.route();
            self.trail.pop();
            route.0.push(Step::Name(name.to_owned()));
            if name == "metadata" {
                let message = "speaks of `metadata` within a junctor".to_owned();
                self.flaw_at(FlawKind::Junctor, route, message);
            } else if is_known(name) {
                continue;
            } else if described.is_of_root {
                let message = format!("has `{name}` within a junctor only");
                self.flaw_at(FlawKind::Junctor, route, message).help =
                    Some("describe it below `properties` outside of the junctor, too".to_owned());
            } else if is_closed {
                let message = format!("speaks of `{name}` within a junctor, and has no such field");
                self.flaw_at(FlawKind::UnknownField, route, message);
                continue;
            } else {
                continue;
            }
            self.mark_structural();
        }
        if is_closed {
            let is_object = described.is_of_root || outer.is_embedded_resource();
            self.check_required(node, |name| is_known(name) || is_object && is_meta(name));
        }
    }

    pub(super) fn check_pattern(&mut self, node: &Node<'t, 's>) {
        let text = node.text(Keyword::Pattern);
        if text.is_empty() {
            return;
        }
        let why = self.patterns.entry(text).or_insert_with(|| pattern::translate(text).err()).clone();
        if let Some(why) = why {
            let message = format!("has a pattern that Go cannot compile: {why}");
            self.unstructural(FlawKind::Pattern, Keyword::Pattern, message);
        }
    }

    /// Tells the names of `required` that are no fields.
    pub(super) fn check_required(&mut self, node: &Node<'t, 's>, is_known: impl Fn(&str) -> bool) {
        for (index, name) in node.list(Keyword::Required).enumerate() {
            if !is_known(name.text()) {
                self.trail.extend([Crumb::Keyword(Keyword::Required), Crumb::Index(index)]);
                let route = self.route();
                self.trail.truncate(self.trail.len() - 2);
                let message = format!("requires `{}`, and has no such field", name.text());
                self.flaw_at(FlawKind::UnknownField, route, message);
            }
        }
    }
}

/// Returns whether a value is another than that of a keyword that is not there.
pub(super) fn says_something(value: Value<'_, '_>) -> bool {
    match value.kind() {
        Kind::Null => false,
        Kind::Bool => value.bool() == Some(true),
        Kind::Str => !value.text().is_empty(),
        Kind::List => value.items().next().is_some(),
        Kind::Map | Kind::Int | Kind::Float | Kind::Json => true,
    }
}

/// Returns whether `anyOf` says that a value is an integer or a string, in the one way that may name
/// types.
pub(super) fn is_int_or_string(node: &Node<'_, '_>) -> bool {
    let mut wanted = ["integer", "string"].into_iter();
    let is_pair = node.list(Keyword::AnyOf).count() == 2;
    is_pair
        && node.list(Keyword::AnyOf).all(|branch| {
            let kind = wanted.next();
            let is_only = branch.entries().all(|(key, value)| {
                matches!(key.text(), "type" | "externalDocs" | "example")
                    || !says_something(value)
                    || !Node::knows(key.text())
            });
            is_only && branch.get("type").and_then(Value::str) == kind
        })
}

/// Likewise, in the first branch of `allOf`.
pub(super) fn is_int_or_string_of_all(node: &Node<'_, '_>) -> bool {
    node.list(Keyword::AllOf).next().is_some_and(|first| is_int_or_string(&Node::read(first, |_| {})))
}
