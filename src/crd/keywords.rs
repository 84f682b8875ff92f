//! The keywords of one node of a schema, compared; what is below it is not looked at.

use std::collections::HashSet;

use super::compare::{Check, Effect};
use super::format;
use super::schema::{Additional, Schema};
use super::validate::{canonical, equal, spelled};
use crate::text::Value;

/// What a comparison tells: the check, what the change does, and a phrase that follows the field's name.
type Found = (Check, Effect, String);

/// The keywords that say what is below; they are followed, not compared.
const BELOW: [&str; 2] = ["properties", "items"];

/// Everything else that the API server knows of a node and that has no check of its own. Those marked
/// are flags of which `false` is as good as none.
const UNHANDLED: [(&str, bool); 25] = [
    ("$ref", false),
    ("$schema", false),
    ("additionalItems", false),
    ("additionalProperties", false),
    ("allOf", false),
    ("anyOf", false),
    ("definitions", false),
    ("dependencies", false),
    ("example", false),
    ("exclusiveMaximum", true),
    ("exclusiveMinimum", true),
    ("externalDocs", false),
    ("format", false),
    ("id", false),
    ("multipleOf", false),
    ("not", false),
    ("patternProperties", false),
    ("title", false),
    ("uniqueItems", true),
    ("x-kubernetes-embedded-resource", true),
    ("x-kubernetes-int-or-string", true),
    ("x-kubernetes-list-map-keys", false),
    ("x-kubernetes-list-type", false),
    ("x-kubernetes-map-type", false),
    ("x-kubernetes-preserve-unknown-fields", false),
];
const VALIDATIONS: &str = "x-kubernetes-validations";

/// Compares a node with the one in its place; none stands for one that says nothing.
pub(super) fn compare(old: Schema<'_, '_>, new: Option<Schema<'_, '_>>, found: &mut impl FnMut(Found)) {
    if new.is_some_and(|new| says_the_same(old, new)) {
        return;
    }
    let pair = Pair { old, new };
    pair.kind(found);
    pair.default(found);
    pair.enumeration(found);
    pair.required(found);
    pair.bounds(found);
    pair.texts(found);
    pair.unhandled(found);
}

/// Whether two nodes have the same keywords in the same order, what is below aside: nearly all have,
/// and then nothing needs to be looked up.
fn says_the_same(old: Schema<'_, '_>, new: Schema<'_, '_>) -> bool {
    let (mut left, mut right) = (old.value().entries(), new.value().entries());
    loop {
        match (left.next(), right.next()) {
            (None, None) => return true,
            (Some((key, value)), Some((other, another))) => {
                let key = key.text();
                if key != other.text() || !BELOW.contains(&key) && !value.same(another) {
                    return false;
                }
            }
            _ => return false,
        }
    }
}

struct Pair<'o, 'os, 'n, 'ns> {
    old: Schema<'o, 'os>,
    new: Option<Schema<'n, 'ns>>,
}

impl<'n, 'ns> Pair<'_, '_, 'n, 'ns> {
    fn text(&self, read: impl Fn(Schema<'n, 'ns>) -> &'n str) -> &'n str {
        self.new.map(read).unwrap_or_default()
    }

    fn is(&self, read: impl Fn(Schema<'n, 'ns>) -> bool) -> bool {
        self.new.is_some_and(read)
    }

    fn kind(&self, found: &mut impl FnMut(Found)) {
        let (old, new) = (self.old.kind(), self.text(Schema::kind));
        if old == new {
            return;
        }
        let is_wider = match (old, new) {
            (_, "") if self.is(Schema::is_int_or_string) => matches!(old, "integer" | "string"),
            (_, "") | ("integer", "number") => true,
            _ => false,
        };
        let effect = if is_wider { Effect::Harmless } else { Effect::RefusesObjects };
        let called =
            |kind: &str| if kind.is_empty() { "any type".to_owned() } else { format!("type `{kind}`") };
        found((Check::Type, effect, format!("was of {} and is of {}", called(old), called(new))));
    }

    fn default(&self, found: &mut impl FnMut(Found)) {
        let (old, new) = (self.old.default(), self.new.and_then(Schema::default));
        let (effect, message) = match (old, new) {
            (None, None) => return,
            (Some(old), Some(new)) if equal(old, new) => return,
            (None, Some(new)) => (Effect::Harmless, format!("gets the default `{}`", spelled(new))),
            (Some(old), None) => (Effect::BreaksClients, format!("loses its default `{}`", spelled(old))),
            (Some(old), Some(new)) => (
                Effect::BreaksClients,
                format!("has the default `{}` instead of `{}`", spelled(new), spelled(old)),
            ),
        };
        found((Check::Default, effect, message));
    }

    fn enumeration(&self, found: &mut impl FnMut(Found)) {
        let read = |values: Option<Vec<String>>| values.filter(|values| !values.is_empty());
        let old = read(self.old.enumeration().map(|values| values.map(canonical).collect()));
        let new = read(self.new.and_then(Schema::enumeration).map(|values| values.map(canonical).collect()));
        let list = |values: &[&String]| {
            let more = values.len().saturating_sub(5);
            let shown: Vec<_> =
                values.iter().take(5).map(|value| format!("`{}`", value.trim_matches('"'))).collect();
            shown.join(", ") + &if more > 0 { format!(" and {more} more") } else { String::new() }
        };
        match (&old, &new) {
            (None, None) => {}
            (None, Some(new)) => {
                let message = format!("allows only {}", list(&new.iter().collect::<Vec<_>>()));
                found((Check::Enum, Effect::RefusesObjects, message));
            }
            (Some(old), None) => {
                let message = format!("does not list {} any more", list(&old.iter().collect::<Vec<_>>()));
                found((Check::Enum, Effect::Harmless, message));
            }
            (Some(old), Some(new)) => {
                let less = |left: &[String], right: &[String]| {
                    let right: HashSet<&String> = right.iter().collect();
                    (0..left.len()).filter(|index| !right.contains(&left[*index])).collect::<Vec<_>>()
                };
                let gone: Vec<&String> = less(old, new).into_iter().map(|index| &old[index]).collect();
                let added: Vec<&String> = less(new, old).into_iter().map(|index| &new[index]).collect();
                if !gone.is_empty() {
                    let message = format!("does not allow {} any more", list(&gone));
                    found((Check::Enum, Effect::RefusesObjects, message));
                }
                if !added.is_empty() {
                    found((Check::EnumAddition, Effect::Harmless, format!("allows {}, too", list(&added))));
                }
            }
        }
    }

    fn required(&self, found: &mut impl FnMut(Found)) {
        let Some(new) = self.new else { return };
        let old: HashSet<&str> = self.old.required().collect();
        let added: Vec<String> =
            new.required().filter(|name| !old.contains(name)).map(|name| format!("`{name}`")).collect();
        if !added.is_empty() {
            found((Check::Required, Effect::RefusesObjects, format!("requires {}", added.join(", "))));
        }
    }

    fn bounds(&self, found: &mut impl FnMut(Found)) {
        const BOUNDS: [(&str, Check, bool); 8] = [
            ("maximum", Check::Maximum, true),
            ("maxItems", Check::MaxItems, true),
            ("maxLength", Check::MaxLength, true),
            ("maxProperties", Check::MaxProperties, true),
            ("minimum", Check::Minimum, false),
            ("minItems", Check::MinItems, false),
            ("minLength", Check::MinLength, false),
            ("minProperties", Check::MinProperties, false),
        ];
        for (keyword, check, is_most) in BOUNDS {
            let Some(new) = self.new.and_then(|new| new.number(keyword)) else { continue };
            let message = match self.old.number(keyword) {
                None => format!("gets the {keyword} {new}"),
                Some(old) if is_most && new < old || !is_most && new > old => {
                    format!("has the {keyword} {new} instead of {old}")
                }
                Some(_) => continue,
            };
            found((check, Effect::RefusesObjects, message));
        }
    }

    fn texts(&self, found: &mut impl FnMut(Found)) {
        let (old, new) = (self.old.pattern(), self.text(Schema::pattern));
        if old != new {
            let (effect, message) = match (old, new) {
                (old, "") => (Effect::Harmless, format!("loses its pattern `{old}`")),
                ("", new) => (Effect::RefusesObjects, format!("gets the pattern `{new}`")),
                (old, new) => (Effect::RefusesObjects, format!("has the pattern `{new}` instead of `{old}`")),
            };
            found((Check::Pattern, effect, message));
        }
        match (self.old.is_nullable(), self.is(Schema::is_nullable)) {
            (true, false) => {
                found((Check::Nullable, Effect::RefusesObjects, "may not be `null` any more".to_owned()));
            }
            (false, true) => found((Check::Nullable, Effect::Harmless, "may be `null`".to_owned())),
            _ => {}
        }
        if self.old.description() != self.text(Schema::description) {
            found((Check::Description, Effect::Harmless, "is described otherwise".to_owned()));
        }
        if self.differs("oneOf") {
            found((Check::OneOf, self.junctor("oneOf"), "has another `oneOf`".to_owned()));
        }
    }

    fn differs(&self, keyword: &str) -> bool {
        match (self.old.get(keyword), self.new.and_then(|new| new.get(keyword))) {
            (None, None) => false,
            (Some(old), Some(new)) => !equal(old, new),
            _ => true,
        }
    }

    /// A junctor that is new or another may refuse what was fine; one that is gone does not. That of an
    /// integer or string only says what the flag says.
    fn junctor(&self, keyword: &str) -> Effect {
        let is_gone = self.new.and_then(|new| new.get(keyword)).is_none();
        let is_known = keyword == "anyOf" && self.is(Schema::is_int_or_string);
        if is_gone || is_known { Effect::Harmless } else { Effect::RefusesObjects }
    }

    fn unhandled(&self, found: &mut impl FnMut(Found)) {
        let mut effect = Effect::Harmless;
        let mut keywords = Vec::new();
        for (keyword, is_flag) in UNHANDLED {
            let differs = if is_flag {
                self.old.flag(keyword) != self.is(|new| new.flag(keyword))
            } else {
                self.differs(keyword)
            };
            if differs {
                effect = effect.max(self.effect_of(keyword));
                keywords.push(keyword);
            }
        }
        if self.differs(VALIDATIONS) {
            effect = effect.max(self.effect_of_validations());
            keywords.push(VALIDATIONS);
        }
        if !keywords.is_empty() {
            let keywords: Vec<_> = keywords.into_iter().map(|keyword| format!("`{keyword}`")).collect();
            let message = match effect {
                Effect::DropsFields => "does not keep unknown fields any more".to_owned(),
                _ => format!("has another {}", keywords.join(", ")),
            };
            found((Check::Unhandled, effect, message));
        }
    }

    fn effect_of(&self, keyword: &str) -> Effect {
        let refuses = |refuses: bool| if refuses { Effect::RefusesObjects } else { Effect::Harmless };
        match keyword {
            "allOf" | "anyOf" | "not" => self.junctor(keyword),
            "format" => refuses(format::is_checked(self.text(Schema::format))),
            "multipleOf" => refuses(self.is(|new| new.number(keyword).is_some())),
            "exclusiveMaximum" | "exclusiveMinimum" | "uniqueItems" | "x-kubernetes-embedded-resource" => {
                refuses(self.is(|new| new.flag(keyword)))
            }
            "x-kubernetes-list-type" | "x-kubernetes-list-map-keys" => {
                refuses(matches!(self.text(Schema::list_type), "set" | "map"))
            }
            "x-kubernetes-preserve-unknown-fields" => {
                let is_lost =
                    self.old.preserves_unknown_fields() && !self.is(Schema::preserves_unknown_fields);
                let is_open = self.is(|new| new.additional().is_some() || new.kind().is_empty());
                if is_lost && !is_open { Effect::DropsFields } else { Effect::Harmless }
            }
            // What values must be is compared below; what is left is whether they may be there.
            "additionalProperties" => match (self.old.additional(), self.new.and_then(Schema::additional)) {
                (Some(Additional::Allowed(true)), Some(Additional::Schema(_))) => Effect::RefusesObjects,
                (Some(Additional::Allowed(true)), _) => {
                    if self.is(Schema::preserves_unknown_fields) {
                        Effect::Harmless
                    } else {
                        Effect::DropsFields
                    }
                }
                _ => Effect::Harmless,
            },
            _ => Effect::Harmless,
        }
    }

    /// Rules that were there before refuse nothing that they did not.
    fn effect_of_validations(&self) -> Effect {
        fn rule<'t>(validation: Value<'t, '_>) -> &'t str {
            validation.get("rule").map(Value::text).unwrap_or_default()
        }
        let old: HashSet<&str> = self.old.validations().map(rule).collect();
        let is_new = self.is(|new| new.validations().any(|validation| !old.contains(rule(validation))));
        if is_new { Effect::RefusesObjects } else { Effect::Harmless }
    }
}
