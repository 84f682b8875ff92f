//! Does a value satisfy a schema, with Kubernetes' meaning: `null`, fields that are pruned, integers or
//! strings, whole objects inside objects, and the formats that the API server checks.
//!
//! Rules in CEL (`x-kubernetes-validations`) are not looked at, and defaults are not applied: a field
//! that only its default would fill is a missing one, as OLM sees it when it tries existing objects.

use std::collections::HashSet;
use std::fmt;

use super::format;
use super::lookup::Lookup;
use super::pattern::Patterns;
use super::schema::{Additional, DEPTH, Schema, is_meta};
use crate::text::{Kind, Route, Step, Value, json};

/// What is wrong with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The API server refuses the object.
    Refused,
    /// The API server drops the field without a word, unless the client asks for strict validation.
    Dropped,
}

/// One fault of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The way to it from the root of the object.
    pub route: Route,
    /// What comes of it.
    pub kind: FaultKind,
    /// A phrase that follows the name of the field.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.route.0.is_empty() {
            return write!(f, "the object {}", self.message);
        }
        write!(f, "`{}` {}", self.route, self.message)
    }
}

/// Returns what is wrong with an object, in the order of its text. `keeps_unknown` says that unknown
/// fields are kept everywhere (`preserveUnknownFields` of the CRD).
pub fn validate(
    schema: Schema<'_, '_>,
    object: Value<'_, '_>,
    keeps_unknown: bool,
    patterns: &mut Patterns,
) -> Vec<Fault> {
    run(
        schema,
        object,
        Unknown { is_kept: keeps_unknown, keeps_all: keeps_unknown, is_object: true },
        patterns,
    )
}

/// Returns what is wrong with a part of an object.
pub(super) fn validate_part(
    schema: Schema<'_, '_>,
    part: Value<'_, '_>,
    patterns: &mut Patterns,
) -> Vec<Fault> {
    run(schema, part, Unknown { is_kept: false, keeps_all: false, is_object: false }, patterns)
}

fn run(
    schema: Schema<'_, '_>,
    value: Value<'_, '_>,
    unknown: Unknown,
    patterns: &mut Patterns,
) -> Vec<Fault> {
    let mut run = Run { route: Vec::new(), faults: Vec::new(), patterns, scope: Scope::Whole, depth: 0 };
    run.check(schema, value, unknown);
    run.faults
}

/// What holds for fields that a schema does not know.
#[derive(Debug, Clone, Copy)]
struct Unknown {
    /// They are kept in this value: `x-kubernetes-preserve-unknown-fields` says nothing of the fields
    /// below that are known.
    is_kept: bool,
    /// They are kept in all that is below, too.
    keeps_all: bool,
    /// `apiVersion`, `kind` and `metadata` are known whatever the schema says.
    is_object: bool,
}

/// Whether a schema describes the object, or only says more of it, as those of junctors do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Whole,
    Junctor,
}

struct Run<'r> {
    route: Vec<Step>,
    faults: Vec<Fault>,
    patterns: &'r mut Patterns,
    scope: Scope,
    depth: usize,
}

impl Run<'_> {
    fn fault(&mut self, kind: FaultKind, message: impl Into<String>) {
        self.faults.push(Fault { route: Route(self.route.clone()), kind, message: message.into() });
    }

    fn refuse(&mut self, message: impl Into<String>) {
        self.fault(FaultKind::Refused, message);
    }

    fn below(&mut self, step: Step, schema: Schema<'_, '_>, value: Value<'_, '_>, unknown: Unknown) {
        self.route.push(step);
        self.check(schema, value, unknown);
        self.route.pop();
    }

    /// Junctors nest without going down the object, so that this is what has to end.
    fn check(&mut self, schema: Schema<'_, '_>, value: Value<'_, '_>, unknown: Unknown) {
        if self.depth < DEPTH {
            self.depth += 1;
            self.check_node(schema, value, unknown);
            self.depth -= 1;
        }
    }

    fn check_node(&mut self, schema: Schema<'_, '_>, value: Value<'_, '_>, unknown: Unknown) {
        if value.is_null() {
            if !schema.is_nullable() && self.scope == Scope::Whole && !schema.kind().is_empty() {
                self.refuse(format!("is `null` and must be {}", article(schema.kind())));
            }
            return;
        }
        if !self.check_kind(schema, value) {
            return; // nothing else that the schema says can hold
        }
        self.check_enum(schema, value);
        let unknown = Unknown { is_kept: unknown.is_kept || schema.preserves_unknown_fields(), ..unknown };
        match value.kind() {
            Kind::Str => self.check_text(schema, value.text()),
            Kind::Int | Kind::Float => self.check_number(schema, value),
            Kind::List => self.check_list(schema, value, unknown),
            Kind::Map => self.check_map(schema, value, unknown),
            Kind::Null | Kind::Bool | Kind::Json => {}
        }
        self.check_junctors(schema, value, unknown);
    }

    fn check_kind(&mut self, schema: Schema<'_, '_>, value: Value<'_, '_>) -> bool {
        let kind = value.kind();
        if schema.is_int_or_string() {
            let is_right = matches!(kind, Kind::Int | Kind::Str) || is_whole(value);
            if !is_right {
                self.refuse("must be an integer or a string");
            }
            return is_right;
        }
        let is_right = match schema.kind() {
            "object" => kind == Kind::Map,
            "array" => kind == Kind::List,
            "string" => kind == Kind::Str,
            "boolean" => kind == Kind::Bool,
            "number" => matches!(kind, Kind::Int | Kind::Float),
            "integer" => kind == Kind::Int || is_whole(value),
            _ => true,
        };
        if !is_right {
            self.refuse(format!("is {} and must be {}", called(kind), article(schema.kind())));
        }
        is_right
    }

    fn check_enum(&mut self, schema: Schema<'_, '_>, value: Value<'_, '_>) {
        let Some(mut values) = schema.enumeration() else { return };
        if !values.any(|one| equal(one, value)) {
            let values: Vec<String> = schema
                .enumeration()
                .into_iter()
                .flatten()
                .take(10)
                .map(|one| format!("`{}`", spelled(one)))
                .collect();
            self.refuse(format!("is `{}` and must be one of {}", spelled(value), values.join(", ")));
        }
    }

    fn check_text(&mut self, schema: Schema<'_, '_>, text: &str) {
        let bounds = [schema.number("minLength"), schema.number("maxLength")];
        if bounds.iter().any(Option::is_some) {
            self.check_count(bounds, text.chars().count(), "characters");
        }
        let pattern = schema.pattern();
        if !pattern.is_empty() && !self.patterns.matches(pattern, text) {
            self.refuse(format!("does not match `{pattern}`"));
        }
        let format = schema.format();
        if !format.is_empty() && !format::holds(format, text) {
            self.refuse(format!("is no `{format}`"));
        }
    }

    fn check_number(&mut self, schema: Schema<'_, '_>, value: Value<'_, '_>) {
        let Ok(number) = value.text().parse::<f64>() else { return };
        if let Some(bound) = schema.number("minimum") {
            let is_exclusive = schema.flag("exclusiveMinimum");
            if number < bound || is_exclusive && number == bound {
                self.refuse(format!(
                    "must be {} {bound}",
                    if is_exclusive { "more than" } else { "at least" }
                ));
            }
        }
        if let Some(bound) = schema.number("maximum") {
            let is_exclusive = schema.flag("exclusiveMaximum");
            if number > bound || is_exclusive && number == bound {
                self.refuse(format!(
                    "must be {} {bound}",
                    if is_exclusive { "less than" } else { "at most" }
                ));
            }
        }
        if let Some(step) = schema.number("multipleOf").filter(|step| *step > 0.0)
            && (number / step - (number / step).round()).abs() > 1e-9
        {
            self.refuse(format!("must be a multiple of {step}"));
        }
    }

    fn check_count(&mut self, [least, most]: [Option<f64>; 2], count: usize, of: &str) {
        if let Some(least) = least.filter(|least| (count as f64) < *least) {
            self.refuse(format!("has {count} {of} and must have at least {least}"));
        }
        if let Some(most) = most.filter(|most| count as f64 > *most) {
            self.refuse(format!("has {count} {of} and must have at most {most}"));
        }
    }

    fn check_list(&mut self, schema: Schema<'_, '_>, list: Value<'_, '_>, unknown: Unknown) {
        self.check_count(
            [schema.number("minItems"), schema.number("maxItems")],
            list.items().count(),
            "elements",
        );
        let is_set = schema.list_type() == "set" || schema.flag("uniqueItems");
        let keys: Vec<&str> = schema.list_map_keys().collect();
        if is_set || schema.list_type() == "map" && !keys.is_empty() {
            let mut seen = HashSet::new();
            for (index, item) in list.items().enumerate() {
                let key = if is_set {
                    canonical(item)
                } else {
                    keys.iter().map(|key| item.get(key).map(canonical).unwrap_or_default() + "\0").collect()
                };
                if !seen.insert(key) {
                    self.route.push(Step::Index(index));
                    self.refuse("repeats an earlier element");
                    self.route.pop();
                }
            }
        }
        let Some(items) = schema.items() else { return };
        let unknown = Unknown { is_object: false, ..unknown };
        for (index, item) in list.items().enumerate() {
            self.below(Step::Index(index), items, item, unknown);
        }
    }

    fn check_map(&mut self, schema: Schema<'_, '_>, map: Value<'_, '_>, unknown: Unknown) {
        let count = map.entries().count();
        self.check_count([schema.number("minProperties"), schema.number("maxProperties")], count, "fields");
        let fields = Lookup::new(count, map);
        for name in schema.required() {
            if fields.get(name).is_none() {
                self.refuse(format!("lacks the required field `{name}`"));
            }
        }
        let is_object = unknown.is_object || schema.is_embedded_resource();
        if schema.is_embedded_resource() {
            for name in ["apiVersion", "kind"] {
                if map.get(name).and_then(Value::str).is_none_or(str::is_empty) {
                    self.refuse(format!("lacks the field `{name}` that every object has"));
                }
            }
        }
        let properties = schema.get("properties");
        let properties = properties.map(|map| Lookup::new(count, map));
        for (key, value) in map.entries() {
            let name = key.text();
            let step = || Step::Key(name.to_owned());
            if let Some(property) = properties.as_ref().and_then(|all| all.get(name)) {
                // The API server knows what `metadata` may hold.
                let keeps_all = unknown.keeps_all || is_object && name == "metadata";
                let below = Unknown { is_kept: keeps_all, keeps_all, is_object: false };
                self.below(step(), Schema::new(property), value, below);
                continue;
            }
            match schema.additional() {
                Some(Additional::Schema(values)) => {
                    let below = Unknown { is_kept: unknown.keeps_all, is_object: false, ..unknown };
                    self.below(step(), values, value, below);
                }
                Some(Additional::Allowed(true)) => {}
                _ if is_object && is_meta(name) => {}
                _ if unknown.is_kept || self.scope == Scope::Junctor => {}
                _ => {
                    self.route.push(step());
                    self.fault(FaultKind::Dropped, "is not a field that the schema knows");
                    self.route.pop();
                }
            }
        }
    }

    /// Schemas of junctors only say more of what the structure around them describes.
    fn check_junctors(&mut self, schema: Schema<'_, '_>, value: Value<'_, '_>, unknown: Unknown) {
        let outer = std::mem::replace(&mut self.scope, Scope::Junctor);
        for branch in schema.branches("allOf") {
            self.check(branch, value, unknown);
        }
        let mut holds = |branch: Schema<'_, '_>| {
            let before = self.faults.len();
            self.check(branch, value, unknown);
            let holds = self.faults.len() == before;
            self.faults.truncate(before);
            holds
        };
        let (mut any, mut one) = (schema.branches("anyOf").peekable(), schema.branches("oneOf").peekable());
        let fails_any = any.peek().is_some() && !any.any(&mut holds);
        let is_one = one.peek().is_some();
        let count = one.filter(|branch| holds(*branch)).count();
        let is_negated = schema.negation().is_some_and(holds);
        self.scope = outer;
        if fails_any {
            self.refuse("satisfies none of `anyOf`");
        }
        if is_one && count != 1 {
            self.refuse(format!("satisfies {count} of `oneOf` and must satisfy exactly one"));
        }
        if is_negated {
            self.refuse("satisfies what `not` forbids");
        }
    }
}

/// Whether a number is an integer, however it is spelled.
fn is_whole(value: Value<'_, '_>) -> bool {
    value.kind() == Kind::Float && value.text().parse::<f64>().is_ok_and(|number| number.fract() == 0.0)
}

/// Returns whether two values are the same to the API server: keys in any order, numbers by value.
pub(super) fn equal(left: Value<'_, '_>, right: Value<'_, '_>) -> bool {
    if left.same(right) {
        return true;
    }
    let is_number = |value: Value<'_, '_>| matches!(value.kind(), Kind::Int | Kind::Float);
    let is_list = |value: Value<'_, '_>| matches!(value.kind(), Kind::List | Kind::Map);
    let number = |value: Value<'_, '_>| value.text().parse::<f64>().ok();
    is_number(left) && is_number(right) && number(left) == number(right)
        || is_list(left) && left.kind() == right.kind() && canonical(left) == canonical(right)
}

/// Returns JSON by which equal values are equal texts.
pub(super) fn canonical(value: Value<'_, '_>) -> String {
    let mut out = String::new();
    json::write(value, json::Style { indent: 0, sort: true, escape_html: false, doubles: true }, &mut out);
    out
}

/// Returns a value as messages show it.
pub(super) fn spelled(value: Value<'_, '_>) -> String {
    match value.kind() {
        Kind::List | Kind::Map => canonical(value),
        _ => value.text().to_owned(),
    }
}

fn called(kind: Kind) -> &'static str {
    match kind {
        Kind::Null => "`null`",
        Kind::Bool => "a boolean",
        Kind::Int => "an integer",
        Kind::Float => "a number",
        Kind::Str => "a string",
        Kind::List => "a list",
        Kind::Map | Kind::Json => "an object",
    }
}

fn article(kind: &str) -> String {
    match kind {
        "array" => "a list".to_owned(),
        "integer" | "object" => format!("an {kind}"),
        _ => format!("a {kind}"),
    }
}
