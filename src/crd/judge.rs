//! The walk through the schemas of a CRD that finds what is wrong with them: what the API server refuses
//! (`apiextensions-apiserver`, `pkg/apis/apiextensions/validation` and `pkg/apiserver/schema`), and what it
//! takes and nobody can mean.
//!
//! Rules in CEL are not looked at.

use std::collections::HashMap;
use std::rc::Rc;

use super::Crd;
use super::flaw::{Flaw, FlawKind};
use super::node::{Keyword, Keywords, Node, Odd};
use super::schema::{DEPTH, Schema, is_meta};
use super::structural::{is_int_or_string, is_int_or_string_of_all};
use crate::text::{Kind, Route, Step, Value};

/// The schemas that say more of what another describes.
pub(super) const JUNCTORS: [Keyword; 3] = [Keyword::AllOf, Keyword::AnyOf, Keyword::OneOf];

/// Returns what is wrong with the schemas of a CRD, in the order of the text.
pub fn flaws(crd: Crd<'_, '_>) -> Vec<Flaw> {
    let mut judge = Judge::new(crd);
    let mut seen: Vec<Route> = Vec::new();
    for version in crd.versions() {
        let route = version.schema_route();
        let Some(schema) = version.schema.filter(|_| !seen.contains(&route)) else { continue };
        // Versions that share a schema share what is forbidden in it.
        let has_status =
            crd.versions().filter(|other| other.schema_route() == route).any(|other| other.has_status());
        judge.judge_whole(schema, route.clone(), has_status);
        seen.push(route);
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
    pub(super) node: Option<Value<'t, 's>>,
    /// Whether the junctor is at the root, where the API server refuses what is not described.
    pub(super) is_of_root: bool,
}

/// What holds for a node because of where it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stand<'t, 's> {
    pub(super) place: Place<'t, 's>,
    /// Whether it describes `metadata`, `kind` or `apiVersion` of an object, or a part of them.
    pub(super) is_in_meta: bool,
    /// Why it may have no default; empty if it may.
    pub(super) bans_defaults: &'static str,
    /// Whether it is below `additionalProperties`, where the API server tries no default.
    is_below_values: bool,
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
    pub(super) has_status: bool,
    /// Of patterns, why Go does not take them.
    pub(super) patterns: HashMap<&'t str, Option<String>>,
    /// The nodes that have a default to be tried, with the way to them.
    pub(super) defaults: Vec<(Vec<Crumb<'t>>, Value<'t, 's>)>,
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
            defaults: Vec::new(),
            fields: HashMap::new(),
        }
    }

    fn judge_whole(&mut self, schema: Schema<'t, 's>, route: Route, has_status: bool) {
        let before = self.found.len();
        (self.base, self.has_status) = (route, has_status);
        let bans_defaults = if self.is_v1beta1 { "in `apiextensions.k8s.io/v1beta1`" } else { "" };
        let stand = Stand { place: Place::Root, is_in_meta: false, bans_defaults, is_below_values: false };
        self.judge(schema.value(), stand);
        let found = || self.found[before..].iter().map(|found| found.flaw.kind);
        if found().any(|kind| kind == FlawKind::Undecodable) {
            // Go gets no further, and the rest may only echo it.
            let mut kept = self.found.split_off(before);
            kept.retain(|found| found.flaw.kind == FlawKind::Undecodable);
            self.found.append(&mut kept);
        } else if !self.is_v1beta1 && !found().any(|kind| kind.is_refused()) {
            self.try_defaults();
        }
        self.defaults.clear();
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
    pub(super) fn unstructural(
        &mut self,
        kind: FlawKind,
        keyword: Keyword,
        message: impl Into<String>,
    ) -> &mut Flaw {
        self.flaw(kind, keyword, message);
        self.mark_structural()
    }

    /// Says of the last flaw that only a structural schema has to heed it.
    pub(super) fn mark_structural(&mut self) -> &mut Flaw {
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
                if node.get(Keyword::Default).is_some() && !stand.is_below_values {
                    self.defaults.push((self.trail.clone(), value));
                }
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
        const BELOW: Keywords = Keywords::of(&[
            Keyword::Properties,
            Keyword::AdditionalProperties,
            Keyword::Items,
            Keyword::AllOf,
            Keyword::AnyOf,
            Keyword::OneOf,
            Keyword::Not,
            Keyword::PatternProperties,
            Keyword::Definitions,
            Keyword::Dependencies,
            Keyword::AdditionalItems,
        ]);
        if !node.has_any(BELOW) {
            return;
        }
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
                let is_meta = is_object && is_meta(name);
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
                let is_in_meta = stand.is_in_meta || is_meta;
                let below = Stand { place, is_in_meta, bans_defaults, ..stand };
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
                Stand { place, bans_defaults, is_below_values: true, ..stand },
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

    pub(super) fn described_fields(&mut self, described: Described<'t, 's>) -> Option<Fields<'t, 's>> {
        Some(self.fields(described.node?.get("properties")?))
    }
}
