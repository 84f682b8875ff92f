//! Is a schema one that the API server takes: structural, and within what it knows
//! (`apiextensions-apiserver`, `pkg/apis/apiextensions/validation` and `pkg/apiserver/schema`). What it
//! takes and what cannot be meant is told, too.
//!
//! Rules in CEL are not looked at.

use std::collections::HashMap;
use std::rc::Rc;

use super::flaw::{Flaw, FlawKind};
use super::general::TYPES;
use super::node::{Keyword, Node, Odd};
use super::schema::{DEPTH, Schema};
use super::{Crd, pattern};
use crate::text::{Kind, Route, Step, Value};

/// The schemas that say more of what another describes.
pub(super) const JUNCTORS: [Keyword; 3] = [Keyword::AllOf, Keyword::AnyOf, Keyword::OneOf];

/// Returns what is wrong with the schemas of a CRD, in the order of the text.
pub fn flaws(crd: Crd<'_, '_>) -> Vec<Flaw> {
    let mut judge = Judge::new(crd);
    let mut seen: Vec<Route> = Vec::new();
    for version in crd.versions() {
        let Some(schema) = version.schema.filter(|_| !seen.contains(&version.schema_route)) else { continue };
        // Versions that share a schema share what is forbidden in it.
        let has_status = crd
            .versions()
            .filter(|other| other.schema_route == version.schema_route)
            .any(|other| other.has_status());
        seen.push(version.schema_route.clone());
        judge.judge_whole(schema, version.schema_route, has_status);
    }
    judge.found.retain(|found| judge.must_be_structural || !found.is_structural);
    judge.found.into_iter().map(|found| found.flaw).collect()
}

/// What a node is in the whole.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'t, 's> {
    /// The schema of a version.
    Root,
    /// The elements of a list.
    Item,
    /// A property, or the values under other keys.
    Field,
    /// Within a junctor.
    Junctor(Described<'t, 's>),
    /// Where the API server only looks for what it forbids everywhere.
    Elsewhere,
}

/// The node that a junctor speaks of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Described<'t, 's> {
    /// None where there is no such node, which is told once.
    node: Option<Value<'t, 's>>,
    /// Whether the junctor is at the root, where the API server refuses what is not described.
    is_of_root: bool,
}

/// What holds for a node because of where it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stand<'t, 's> {
    pub(super) place: Place<'t, 's>,
    /// Whether it describes `metadata`, `kind` or `apiVersion` of an object, or a part of them.
    pub(super) is_in_meta: bool,
    /// Why it may have no default; empty if it may.
    pub(super) bans_defaults: &'static str,
}

#[derive(Clone, Copy)]
pub(super) enum Crumb<'t> {
    Keyword(Keyword),
    Name(&'t str),
    Index(usize),
}

struct Found {
    flaw: Flaw,
    /// Whether only those have to heed it whose schema must be structural.
    is_structural: bool,
}

/// The fields of a mapping.
type Fields<'t, 's> = Rc<HashMap<&'t str, Value<'t, 's>>>;

pub(super) struct Judge<'t, 's> {
    base: Route,
    pub(super) trail: Vec<Crumb<'t>>,
    depth: usize,
    found: Vec<Found>,
    pub(super) must_be_structural: bool,
    pub(super) is_v1beta1: bool,
    /// Whether unknown fields are kept everywhere.
    pub(super) keeps_unknown: bool,
    has_status: bool,
    patterns: HashMap<&'t str, Option<String>>,
    /// Of mappings that were asked for much, by address.
    fields: HashMap<usize, Fields<'t, 's>>,
}

impl<'t, 's> Judge<'t, 's> {
    fn new(crd: Crd<'t, 's>) -> Self {
        Judge {
            base: Route::default(),
            trail: Vec::new(),
            depth: 0,
            found: Vec::new(),
            // With what is kept unless the schema says otherwise, it need not say everything.
            must_be_structural: !crd.is_v1beta1() || !crd.preserves_unknown_fields(),
            is_v1beta1: crd.is_v1beta1(),
            keeps_unknown: crd.preserves_unknown_fields(),
            has_status: false,
            patterns: HashMap::new(),
            fields: HashMap::new(),
        }
    }

    fn judge_whole(&mut self, schema: Schema<'t, 's>, route: Route, has_status: bool) {
        let before = self.found.len();
        (self.base, self.has_status) = (route, has_status);
        let bans_defaults = if self.is_v1beta1 { "in `apiextensions.k8s.io/v1beta1`" } else { "" };
        let stand = Stand { place: Place::Root, is_in_meta: false, bans_defaults };
        self.judge(schema.value(), stand);
        let found = || self.found[before..].iter().map(|found| found.flaw.kind);
        if found().any(|kind| kind == FlawKind::Undecodable) {
            // Go gets no further, and the rest may only echo it.
            let mut kept = self.found.split_off(before);
            kept.retain(|found| found.flaw.kind == FlawKind::Undecodable);
            self.found.append(&mut kept);
        } else if !self.is_v1beta1 && !found().any(|kind| kind.is_refused()) {
            self.judge_defaults(schema);
        }
    }

    /// Tells a flaw of the node that the trail leads to, at one of its keywords.
    pub(super) fn flaw(&mut self, kind: FlawKind, keyword: Keyword, message: impl Into<String>) -> &mut Flaw {
        self.trail.push(Crumb::Keyword(keyword));
        let route = self.route();
        self.trail.pop();
        self.flaw_at(kind, route, message.into())
    }

    pub(super) fn flaw_at(&mut self, kind: FlawKind, route: Route, message: String) -> &mut Flaw {
        let flaw = Flaw { route, kind, field: self.field(), message, help: None };
        self.found.push(Found { flaw, is_structural: false });
        &mut self.found.last_mut().expect("one was just added").flaw
    }

    /// Likewise, of what only a structural schema has to heed.
    fn unstructural(&mut self, kind: FlawKind, keyword: Keyword, message: impl Into<String>) -> &mut Flaw {
        self.flaw(kind, keyword, message);
        let found = self.found.last_mut().expect("one was just added");
        found.is_structural = true;
        &mut found.flaw
    }

    pub(super) fn route(&self) -> Route {
        let steps = self.trail.iter().map(|crumb| match crumb {
            Crumb::Keyword(keyword) => Step::Key(keyword.name().to_owned()),
            Crumb::Name(name) => Step::Key((*name).to_owned()),
            Crumb::Index(index) => Step::Index(*index),
        });
        Route(self.base.0.iter().cloned().chain(steps).collect())
    }

    /// Returns the field that the trail leads to, as in an object.
    fn field(&self) -> String {
        let mut field = String::new();
        for crumb in &self.trail {
            match crumb {
                Crumb::Name(name) if field.is_empty() => field += name,
                Crumb::Name(name) => field.extend([".", name]),
                Crumb::Keyword(Keyword::Items | Keyword::AdditionalProperties) => field += "[*]",
                Crumb::Keyword(_) | Crumb::Index(_) => {}
            }
        }
        field
    }

    /// Returns the fields of a mapping, which is looked into often.
    pub(super) fn fields(&mut self, map: Value<'t, 's>) -> Fields<'t, 's> {
        let new = || Rc::new(map.entries().map(|(key, value)| (key.text(), value)).collect());
        Rc::clone(self.fields.entry(map.address()).or_insert_with(new))
    }

    pub(super) fn below(&mut self, crumbs: &[Crumb<'t>], value: Value<'t, 's>, stand: Stand<'t, 's>) {
        self.trail.extend_from_slice(crumbs);
        self.judge(value, stand);
        self.trail.truncate(self.trail.len() - crumbs.len());
    }

    fn judge(&mut self, value: Value<'t, 's>, stand: Stand<'t, 's>) {
        if self.depth == DEPTH {
            return;
        }
        self.depth += 1;
        let node = Node::read(value, |odd| self.odd(&odd));
        self.check_keywords(&node, stand);
        let mut branches = [true; JUNCTORS.len()];
        match stand.place {
            Place::Root | Place::Item | Place::Field => {
                self.check_structure(&node, stand.place);
                self.check_pattern(&node);
                branches[1] = !is_int_or_string(&node);
            }
            Place::Junctor(described) => {
                self.check_junctor(&node, described);
                self.check_pattern(&node);
            }
            Place::Elsewhere => {}
        }
        self.descend(value, &node, stand, branches);
        self.depth -= 1;
    }

    fn odd(&mut self, odd: &Odd<'t>) {
        match odd {
            Odd::Unknown(name) if name.starts_with("x-") && !name.starts_with("x-kubernetes-") => {}
            Odd::Unknown(name) => {
                let mut route = self.route();
                route.0.push(Step::Name((*name).to_owned()));
                self.flaw_at(
                    FlawKind::UnknownKeyword,
                    route,
                    format!("has `{name}`, which is no keyword of Kubernetes"),
                );
            }
            Odd::Undecodable(keyword, wanted) => {
                let message = format!("has a `{}` that is not {wanted}", keyword.name());
                self.flaw(FlawKind::Undecodable, *keyword, message);
            }
        }
    }

    fn descend(
        &mut self,
        value: Value<'t, 's>,
        node: &Node<'t, 's>,
        stand: Stand<'t, 's>,
        branches: [bool; JUNCTORS.len()],
    ) {
        use Crumb::{Index, Keyword as Key, Name};
        let elsewhere = Stand { place: Place::Elsewhere, ..stand };
        let is_object = matches!(stand.place, Place::Root) || node.is(Keyword::EmbeddedResource);
        let is_root = matches!(stand.place, Place::Root);
        if let Some(properties) = node.get(Keyword::Properties) {
            let described = match stand.place {
                Place::Junctor(described) => self.described_fields(described),
                _ => None,
            };
            for (name, property) in properties.entries() {
                let name = name.text();
                let is_meta = is_object && matches!(name, "metadata" | "kind" | "apiVersion");
                let place = match stand.place {
                    Place::Junctor(of) => Place::Junctor(Described {
                        node: described.as_ref().and_then(|fields| fields.get(name)).copied(),
                        ..of
                    }),
                    Place::Elsewhere => Place::Elsewhere,
                    _ => Place::Field,
                };
                let bans_defaults = match stand.bans_defaults {
                    "" if is_root && is_meta => "of what every object has",
                    reason => reason,
                };
                let below = Stand { place, is_in_meta: stand.is_in_meta || is_meta, bans_defaults };
                self.below(&[Key(Keyword::Properties), Name(name)], property, below);
            }
        }
        if let Some(values) =
            node.get(Keyword::AdditionalProperties).filter(|values| values.kind() == Kind::Map)
        {
            let place = match stand.place {
                Place::Junctor(_) | Place::Elsewhere => Place::Elsewhere,
                _ => Place::Field,
            };
            let bans_defaults = match stand.bans_defaults {
                "" if stand.is_in_meta => "of values that `metadata` may hold under any key",
                reason => reason,
            };
            self.below(
                &[Key(Keyword::AdditionalProperties)],
                values,
                Stand { place, bans_defaults, ..stand },
            );
        }
        if let Some(items) = node.items() {
            let place = match stand.place {
                Place::Junctor(of) => Place::Junctor(Described {
                    node: of.node.and_then(|node| Schema::new(node).items()).map(Schema::value),
                    ..of
                }),
                Place::Elsewhere => Place::Elsewhere,
                _ => Place::Item,
            };
            self.below(&[Key(Keyword::Items)], items, Stand { place, ..stand });
        }
        // What a junctor speaks of is the node around it.
        let inner = match stand.place {
            Place::Junctor(_) | Place::Elsewhere => stand.place,
            _ => Place::Junctor(Described { node: Some(value), is_of_root: is_root }),
        };
        let is_first_exempt = is_int_or_string_of_all(node) && !matches!(stand.place, Place::Junctor(_));
        for (junctor, is_judged) in JUNCTORS.into_iter().zip(branches) {
            for (index, branch) in node.list(junctor).enumerate() {
                let crumbs = [Key(junctor), Index(index)];
                let stand = if is_judged { Stand { place: inner, ..stand } } else { elsewhere };
                match is_first_exempt && junctor == Keyword::AllOf && index == 0 {
                    true => self.judge_exempt(&crumbs, branch, stand),
                    false => self.below(&crumbs, branch, stand),
                }
            }
        }
        if let Some(not) = node.get(Keyword::Not) {
            self.below(&[Key(Keyword::Not)], not, Stand { place: inner, ..stand });
        }
        for keyword in [Keyword::PatternProperties, Keyword::Definitions, Keyword::Dependencies] {
            for (name, schema) in node.get(keyword).into_iter().flat_map(Value::entries) {
                self.below(&[Key(keyword), Name(name.text())], schema, elsewhere);
            }
        }
        if let Some(items) = node.get(Keyword::AdditionalItems) {
            self.below(&[Key(Keyword::AdditionalItems)], items, elsewhere);
        }
        for (index, item) in node.list(Keyword::Items).enumerate() {
            self.below(&[Key(Keyword::Items), Index(index)], item, elsewhere);
        }
    }

    /// Judges the branch of `allOf` that says what an integer or string is: of its `anyOf`, nothing.
    fn judge_exempt(&mut self, crumbs: &[Crumb<'t>], value: Value<'t, 's>, stand: Stand<'t, 's>) {
        self.trail.extend_from_slice(crumbs);
        let node = Node::read(value, |odd| self.odd(&odd));
        self.check_keywords(&node, stand);
        if let Place::Junctor(described) = stand.place {
            self.check_junctor(&node, described);
            self.check_pattern(&node);
        }
        self.descend(value, &node, stand, [true, false, true]);
        self.trail.truncate(self.trail.len() - crumbs.len());
    }

    fn described_fields(&mut self, described: Described<'t, 's>) -> Option<Fields<'t, 's>> {
        Some(self.fields(described.node?.get("properties")?))
    }

    fn check_structure(&mut self, node: &Node<'t, 's>, place: Place<'t, 's>) {
        use FlawKind::{AdditionalProperties, Extension, Items, MissingType, Type};
        let kind = node.text(Keyword::Type);
        let is_root = matches!(place, Place::Root);
        let is_embedded = node.is(Keyword::EmbeddedResource);
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
            if !is_known && node.get(keyword).is_some_and(says_something) && !is_forbidden(keyword) {
                let message = format!("may have no `{}` beside the subresource `status`", keyword.name());
                self.flaw(FlawKind::Forbidden, keyword, message);
            }
        }
    }

    fn check_junctor(&mut self, node: &Node<'t, 's>, described: Described<'t, 's>) {
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
                let message = format!("has a `{}` within a junctor", keyword.name());
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
            self.found.last_mut().expect("one was just added").is_structural = true;
        }
        if is_closed {
            let is_object = described.is_of_root || outer.is_embedded_resource();
            self.check_required(node, |name| is_known(name) || is_object && is_meta(name));
        }
    }

    fn check_pattern(&mut self, node: &Node<'t, 's>) {
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

/// Returns whether a field is one that every object has.
pub(super) fn is_meta(name: &str) -> bool {
    matches!(name, "apiVersion" | "kind" | "metadata")
}

/// Returns whether the API server takes a keyword nowhere.
pub(super) fn is_forbidden(keyword: Keyword) -> bool {
    matches!(
        keyword,
        Keyword::Id
            | Keyword::SchemaId
            | Keyword::Ref
            | Keyword::AdditionalItems
            | Keyword::PatternProperties
            | Keyword::Definitions
            | Keyword::Dependencies
    )
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
fn is_int_or_string(node: &Node<'_, '_>) -> bool {
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
fn is_int_or_string_of_all(node: &Node<'_, '_>) -> bool {
    node.list(Keyword::AllOf).next().is_some_and(|first| is_int_or_string(&Node::read(first, |_| {})))
}
