//! What every node of a schema has to heed, within a junctor as outside of one.

use std::collections::{HashMap, HashSet};

use super::flaw::FlawKind;
use super::format;
use super::judge::{Crumb, Judge, Place, Stand};
use super::node::{Keyword, Keywords, Node};
use super::schema::{Schema, is_meta};
use super::structural::FORBIDDEN;
use super::validate::{canonical, spelled};
use crate::text::{Kind, Step, Value};

pub(super) const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];

/// The keywords that may be wrong where they are.
const PLACED: Keywords =
    Keywords::of(&[Keyword::UniqueItems, Keyword::Items, Keyword::AdditionalProperties, Keyword::Default]);
const EXTENSIONS: Keywords = Keywords::of(&[
    Keyword::PreserveUnknownFields,
    Keyword::EmbeddedResource,
    Keyword::IntOrString,
    Keyword::ListType,
    Keyword::ListMapKeys,
    Keyword::MapType,
]);
/// The keywords that say what a value may be.
const VALUES: Keywords = Keywords::of(&[
    Keyword::Maximum,
    Keyword::MaxLength,
    Keyword::MaxItems,
    Keyword::MaxProperties,
    Keyword::Enum,
    Keyword::Format,
]);

impl<'t, 's> Judge<'t, 's> {
    pub(super) fn check_keywords(&mut self, node: &Node<'t, 's>, stand: Stand<'t, 's>) {
        self.check_type(node, stand);
        // Most nodes have a type and a description, and no more.
        if node.has_any(FORBIDDEN) {
            self.check_forbidden(node);
        }
        if node.has_any(PLACED) {
            self.check_placed(node, stand);
        }
        if node.has_any(EXTENSIONS) {
            self.check_extensions(node);
            self.check_list_type(node);
        }
        if node.has_any(VALUES) {
            self.check_bounds(node);
            self.check_enum(node);
            self.check_format(node);
        }
        if !matches!(stand.place, Place::Junctor(_) | Place::Elsewhere) {
            self.check_fields(node, matches!(stand.place, Place::Root));
        }
    }

    fn check_type(&mut self, node: &Node<'t, 's>, stand: Stand<'t, 's>) {
        let kind = node.text(Keyword::Type);
        if kind == "null" {
            let message = "is of type `null`, which Kubernetes does not have";
            self.flaw(FlawKind::Type, Keyword::Type, message).help =
                Some("write `nullable: true` beside another type".to_owned());
        } else if !kind.is_empty() && !TYPES.contains(&kind) && !self.is_v1beta1 {
            let message = format!("is of type `{kind}`, which there is not");
            self.flaw(FlawKind::Type, Keyword::Type, message).help =
                Some(format!("write one of `{}`", TYPES.join("`, `")));
        }
        if matches!(stand.place, Place::Root) && node.is(Keyword::Nullable) {
            self.flaw(FlawKind::Type, Keyword::Nullable, "is a whole object and may not be `nullable`");
        }
    }

    fn check_forbidden(&mut self, node: &Node<'t, 's>) {
        for keyword in node.keywords().filter(|keyword| FORBIDDEN.has(*keyword)) {
            // An empty one is none, but where Go tells nil from empty.
            let is_told_from_none =
                matches!(keyword, Keyword::Dependencies | Keyword::Ref | Keyword::AdditionalItems);
            let value = node.get(keyword);
            if is_told_from_none
                || node.has_some(keyword)
                || value.is_some_and(|value| value.str() > Some(""))
            {
                let message = format!("has `{}`, which Kubernetes does not take", keyword.name());
                self.flaw(FlawKind::Forbidden, keyword, message).help = Some(match keyword {
                    Keyword::Ref | Keyword::Definitions => {
                        "write the schema out where it is meant".to_owned()
                    }
                    Keyword::PatternProperties => "write `additionalProperties`".to_owned(),
                    _ => "remove it".to_owned(),
                });
            }
        }
    }

    fn check_placed(&mut self, node: &Node<'t, 's>, stand: Stand<'t, 's>) {
        if node.is(Keyword::UniqueItems) {
            self.flaw(FlawKind::Forbidden, Keyword::UniqueItems, "may not have `uniqueItems: true`").help =
                Some("write `x-kubernetes-list-type: set`".to_owned());
        }
        if node.list(Keyword::Items).next().is_some() {
            self.flaw(FlawKind::Items, Keyword::Items, "has a list of schemas as `items`, and may have one");
        }
        let closes = node.get(Keyword::AdditionalProperties).is_some_and(|value| value.bool() != Some(true));
        if closes && node.has_some(Keyword::Properties) {
            let message = "has `additionalProperties` beside `properties`";
            self.flaw(FlawKind::AdditionalProperties, Keyword::AdditionalProperties, message).help = Some(
                "remove one of them: unknown fields are dropped without `additionalProperties`".to_owned(),
            );
        }
        if !stand.bans_defaults.is_empty() && node.get(Keyword::Default).is_some() {
            let message = format!("may have no default: not {}", stand.bans_defaults);
            self.flaw(FlawKind::Default, Keyword::Default, message);
        }
    }

    fn check_extensions(&mut self, node: &Node<'t, 's>) {
        let keeps = node.get(Keyword::PreserveUnknownFields);
        self.must_be_structural |= keeps.is_some()
            || node.is(Keyword::EmbeddedResource)
            || node.is(Keyword::IntOrString)
            || node.get(Keyword::ListType).is_some();
        if keeps.and_then(Value::bool) == Some(false) {
            let keyword = Keyword::PreserveUnknownFields;
            self.flaw(FlawKind::Extension, keyword, format!("has `{}: false`", keyword.name())).help =
                Some("remove it: nothing is kept without it".to_owned());
        }
        if let Some(map_type) = node.get(Keyword::MapType) {
            let kind = node.text(Keyword::Type);
            if !matches!(map_type.text(), "atomic" | "granular") {
                let message = format!("has the map type `{}`, which there is not", map_type.text());
                self.flaw(FlawKind::Extension, Keyword::MapType, message).help =
                    Some("write `atomic` or `granular`".to_owned());
            }
            if kind != "object" {
                self.flaw(FlawKind::Extension, Keyword::MapType, "has a map type and is no `object`");
            }
        }
    }

    fn check_list_type(&mut self, node: &Node<'t, 's>) {
        const KIND: FlawKind = FlawKind::ListType;
        let list_type = node.get(Keyword::ListType).map(Value::text);
        let keys: Vec<_> = node.list(Keyword::ListMapKeys).collect();
        let is_list = node.text(Keyword::Type) == "array";
        match list_type {
            Some("atomic" | "set" | "map") | None => {}
            Some(other) => {
                let message = format!("has the list type `{other}`, which there is not");
                self.flaw(KIND, Keyword::ListType, message).help =
                    Some("write `atomic`, `set` or `map`".to_owned());
            }
        }
        if list_type.is_some() && !is_list {
            self.flaw(KIND, Keyword::ListType, "has a list type and is no `array`");
        }
        if !keys.is_empty() && list_type != Some("map") {
            let message = "has the keys of a list of type `map` and is none";
            self.flaw(KIND, Keyword::ListMapKeys, message).help =
                Some("write `x-kubernetes-list-type: map`".to_owned());
        }
        if list_type == Some("map") && keys.is_empty() {
            self.flaw(KIND, Keyword::ListMapKeys, "is a list of type `map` and does not say by which keys")
                .help = Some("name below `x-kubernetes-list-map-keys` what tells elements apart".to_owned());
        }
        let Some(items) = node.items().map(Schema::new).filter(|_| is_list) else { return };
        let is_map = list_type == Some("map");
        if !is_map && list_type != Some("set") {
            return;
        }
        if items.is_nullable() {
            self.flaw(KIND, Keyword::Items, "is a set or map and may not have elements that are `null`");
        }
        match items.kind() {
            "array" if !is_map && !matches!(items.list_type(), "" | "atomic") => {
                self.flaw(KIND, Keyword::Items, "is a set of lists, which must be of list type `atomic`");
            }
            "object" if !is_map && items.map_type() != "atomic" => {
                self.flaw(KIND, Keyword::Items, "is a set of objects, which must be of map type `atomic`")
                    .help = Some("write `x-kubernetes-map-type: atomic` below `items`".to_owned());
            }
            "object" if is_map => self.check_list_keys(items, &keys),
            "object" | "array" if !is_map => {}
            _ if is_map => {
                self.flaw(KIND, Keyword::Items, "is a list of type `map` and its elements are no objects");
            }
            _ => {}
        }
    }

    fn check_list_keys(&mut self, items: Schema<'t, 's>, keys: &[Value<'t, 's>]) {
        let required: HashSet<&str> = items.required().collect();
        let fields = items.get("properties").map(|properties| self.fields(properties));
        let mut seen = HashSet::new();
        for (index, key) in keys.iter().enumerate() {
            let key = key.text();
            let field = fields.as_ref().and_then(|fields| fields.get(key)).copied().map(Schema::new);
            let is_optional = !required.contains(key);
            let why = match field {
                _ if !seen.insert(key) => "which is named twice",
                None => "which is no property of an element",
                Some(field) if matches!(field.kind(), "array" | "object") => "which is no scalar",
                Some(field) if field.is_nullable() => "which may be `null`",
                Some(field) if is_optional && field.get("default").is_none() => {
                    "which is not required, and has no default"
                }
                Some(_) => continue,
            };
            self.trail.extend([Crumb::Keyword(Keyword::ListMapKeys), Crumb::Index(index)]);
            let route = self.route();
            self.trail.truncate(self.trail.len() - 2);
            self.flaw_at(FlawKind::ListType, route, format!("tells elements apart by `{key}`, {why}"));
        }
    }

    fn check_bounds(&mut self, node: &Node<'t, 's>) {
        for (least, most) in [
            (Keyword::Minimum, Keyword::Maximum),
            (Keyword::MinLength, Keyword::MaxLength),
            (Keyword::MinItems, Keyword::MaxItems),
            (Keyword::MinProperties, Keyword::MaxProperties),
        ] {
            let number =
                |keyword| node.get(keyword).and_then(|value: Value<'_, '_>| value.text().parse::<f64>().ok());
            let (Some(low), Some(high)) = (number(least), number(most)) else { continue };
            let excludes = least == Keyword::Minimum
                && (node.is(Keyword::ExclusiveMinimum) || node.is(Keyword::ExclusiveMaximum));
            if low > high || excludes && low == high {
                let message = format!(
                    "has the `{}` {low} and the `{}` {high}, and nothing is between them",
                    least.name(),
                    most.name()
                );
                self.flaw(FlawKind::Bounds, most, message);
            }
        }
    }

    fn check_enum(&mut self, node: &Node<'t, 's>) {
        let Some(values) = node.get(Keyword::Enum) else { return };
        if values.items().next().is_none() {
            self.flaw(FlawKind::Enum, Keyword::Enum, "has an empty `enum`, which allows everything");
        }
        let kind = node.text(Keyword::Type);
        let mut seen = HashSet::new();
        for (index, value) in values.items().enumerate() {
            let is_possible = match value.kind() {
                Kind::Null => node.is(Keyword::Nullable) || kind.is_empty(),
                Kind::Bool => matches!(kind, "" | "boolean"),
                Kind::Int => matches!(kind, "" | "integer" | "number"),
                Kind::Float => matches!(kind, "" | "integer" | "number"),
                Kind::Str => matches!(kind, "" | "string"),
                Kind::List => matches!(kind, "" | "array"),
                Kind::Map | Kind::Json => matches!(kind, "" | "object"),
            };
            let (message, help) = if !is_possible && TYPES.contains(&kind) {
                let help = (kind == "string").then(|| "quote it".to_owned());
                (format!("is of type `{kind}` and its `enum` has `{}`", spelled(value)), help)
            } else if !seen.insert(canonical(value)) {
                (format!("has `{}` in its `enum` twice", spelled(value)), None)
            } else {
                continue;
            };
            self.trail.extend([Crumb::Keyword(Keyword::Enum), Crumb::Index(index)]);
            let route = self.route();
            self.trail.truncate(self.trail.len() - 2);
            self.flaw_at(FlawKind::Enum, route, message).help = help;
        }
    }

    fn check_format(&mut self, node: &Node<'t, 's>) {
        let name = node.text(Keyword::Format);
        if !name.is_empty() && !format::is_known(name) {
            let message = format!("has the format `{name}`, which nobody checks");
            self.flaw(FlawKind::Format, Keyword::Format, message);
        }
    }

    /// What an object of this schema could not have, or would be confused by.
    fn check_fields(&mut self, node: &Node<'t, 's>, is_root: bool) {
        if node.has_some(Keyword::Required) {
            let is_closed = node.get(Keyword::AdditionalProperties).is_none()
                && !node.is(Keyword::PreserveUnknownFields)
                && !self.keeps_unknown
                && node.text(Keyword::Type) == "object";
            let properties = node.get(Keyword::Properties);
            let is_object = is_root || node.is(Keyword::EmbeddedResource);
            if is_closed {
                let few = node.list(Keyword::Required).count() < 4;
                let fields = properties.filter(|_| !few).map(|properties| self.fields(properties));
                self.check_required(node, |name| {
                    is_object && is_meta(name)
                        || match (&fields, properties) {
                            (Some(fields), _) => fields.contains_key(name),
                            (None, Some(properties)) => properties.get(name).is_some(),
                            (None, None) => false,
                        }
                });
            }
        }
        self.check_case(node);
    }

    fn check_case(&mut self, node: &Node<'t, 's>) {
        let names = || node.get(Keyword::Properties).into_iter().flat_map(Value::entries).map(|(key, _)| key);
        let mut hashes: Vec<u64> = names().map(|name| folded_hash(name.text())).collect();
        hashes.sort_unstable();
        if hashes.windows(2).all(|pair| pair[0] != pair[1]) {
            return;
        }
        let mut seen: HashMap<String, &str> = HashMap::new();
        for name in names().map(Value::text) {
            let first = *seen.entry(name.to_ascii_lowercase()).or_insert(name);
            if first != name {
                self.trail.push(Crumb::Keyword(Keyword::Properties));
                let mut route = self.route();
                self.trail.pop();
                route.0.push(Step::Name(name.to_owned()));
                let message = format!("has the fields `{first}` and `{name}`, which differ only in case");
                self.flaw_at(FlawKind::Case, route, message);
            }
        }
    }
}

/// Returns a number that is the same for names that differ only in case (FNV-1a).
fn folded_hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3)
    })
}
