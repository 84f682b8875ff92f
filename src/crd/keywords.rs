//! The keywords of one node of a schema, compared; what is below it is not looked at.

use std::collections::HashSet;

use super::compare::{Check, Effect};
use super::format;
use super::node::{Keyword, Keywords};
use super::schema::{Additional, Schema};
use super::validate::{canonical, equal, spelled};
use crate::text::Value;

/// What a comparison tells: the check, what the change does, and a phrase that follows the field's name.
type Found = (Check, Effect, String);

/// Everything else that the API server knows of a node and that has no check of its own.
const UNHANDLED: [Keyword; 26] = [
    Keyword::Ref,
    Keyword::SchemaId,
    Keyword::AdditionalItems,
    Keyword::AdditionalProperties,
    Keyword::AllOf,
    Keyword::AnyOf,
    Keyword::Definitions,
    Keyword::Dependencies,
    Keyword::Example,
    Keyword::ExclusiveMaximum,
    Keyword::ExclusiveMinimum,
    Keyword::ExternalDocs,
    Keyword::Format,
    Keyword::Id,
    Keyword::MultipleOf,
    Keyword::Not,
    Keyword::PatternProperties,
    Keyword::Title,
    Keyword::UniqueItems,
    Keyword::EmbeddedResource,
    Keyword::IntOrString,
    Keyword::ListMapKeys,
    Keyword::ListType,
    Keyword::MapType,
    Keyword::PreserveUnknownFields,
    Keyword::Validations,
];
/// Those of which `false` is as good as none.
const FLAGS: Keywords = Keywords::of(&[
    Keyword::ExclusiveMaximum,
    Keyword::ExclusiveMinimum,
    Keyword::UniqueItems,
    Keyword::EmbeddedResource,
    Keyword::IntOrString,
]);

/// Compares a node with the one in its place; none stands for one that says nothing.
pub(super) fn compare(old: Schema<'_, '_>, new: Option<Schema<'_, '_>>, found: &mut impl FnMut(Found)) {
    let differing = Keywords::differing(old.value(), new.map(Schema::value));
    if differing.is_empty() {
        return;
    }
    let pair = Pair { old, new, differing };
    pair.kind(found);
    pair.default(found);
    pair.enumeration(found);
    pair.required(found);
    pair.bounds(found);
    pair.texts(found);
    pair.unhandled(found);
}

struct Pair<'o, 'os, 'n, 'ns> {
    old: Schema<'o, 'os>,
    new: Option<Schema<'n, 'ns>>,
    /// Only these are looked at.
    differing: Keywords,
}

impl<'n, 'ns> Pair<'_, '_, 'n, 'ns> {
    fn text(&self, read: impl Fn(Schema<'n, 'ns>) -> &'n str) -> &'n str {
        self.new.map(read).unwrap_or_default()
    }

    fn is(&self, read: impl Fn(Schema<'n, 'ns>) -> bool) -> bool {
        self.new.is_some_and(read)
    }

    fn kind(&self, found: &mut impl FnMut(Found)) {
        if !self.differing.has(Keyword::Type) {
            return;
        }
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
        // `null` is a default of what is nullable.
        if !self.differing.has(Keyword::Default) && !self.differing.has(Keyword::Nullable) {
            return;
        }
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
        if !self.differing.has(Keyword::Enum) {
            return;
        }
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
        let Some(new) = self.new.filter(|_| self.differing.has(Keyword::Required)) else { return };
        let old: HashSet<&str> = self.old.required().collect();
        let added: Vec<String> =
            new.required().filter(|name| !old.contains(name)).map(|name| format!("`{name}`")).collect();
        if !added.is_empty() {
            found((Check::Required, Effect::RefusesObjects, format!("requires {}", added.join(", "))));
        }
    }

    fn bounds(&self, found: &mut impl FnMut(Found)) {
        const BOUNDS: [(Keyword, Check, bool); 8] = [
            (Keyword::Maximum, Check::Maximum, true),
            (Keyword::MaxItems, Check::MaxItems, true),
            (Keyword::MaxLength, Check::MaxLength, true),
            (Keyword::MaxProperties, Check::MaxProperties, true),
            (Keyword::Minimum, Check::Minimum, false),
            (Keyword::MinItems, Check::MinItems, false),
            (Keyword::MinLength, Check::MinLength, false),
            (Keyword::MinProperties, Check::MinProperties, false),
        ];
        for (keyword, check, is_most) in BOUNDS {
            if !self.differing.has(keyword) {
                continue;
            }
            let keyword = keyword.name();
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
        let differs = |keyword| self.differing.has(keyword);
        if differs(Keyword::Pattern) {
            match (self.old.pattern(), self.text(Schema::pattern)) {
                (old, new) if old == new => {}
                (old, "") => {
                    found((Check::Pattern, Effect::Harmless, format!("loses its pattern `{old}`")));
                }
                ("", new) => {
                    found((Check::Pattern, Effect::RefusesObjects, format!("gets the pattern `{new}`")));
                }
                (old, new) => {
                    let message = format!("has the pattern `{new}` instead of `{old}`");
                    found((Check::Pattern, Effect::RefusesObjects, message));
                }
            }
        }
        if differs(Keyword::Nullable) {
            match (self.old.is_nullable(), self.is(Schema::is_nullable)) {
                (true, false) => {
                    let message = "may not be `null` any more".to_owned();
                    found((Check::Nullable, Effect::RefusesObjects, message));
                }
                (false, true) => found((Check::Nullable, Effect::Harmless, "may be `null`".to_owned())),
                _ => {}
            }
        }
        if differs(Keyword::Description) && self.old.description() != self.text(Schema::description) {
            found((Check::Description, Effect::Harmless, "is described otherwise".to_owned()));
        }
        if differs(Keyword::OneOf) && self.differs(Keyword::OneOf) {
            found((Check::OneOf, self.junctor(Keyword::OneOf), "has another `oneOf`".to_owned()));
        }
    }

    fn differs(&self, keyword: Keyword) -> bool {
        let keyword = keyword.name();
        match (self.old.get(keyword), self.new.and_then(|new| new.get(keyword))) {
            (None, None) => false,
            (Some(old), Some(new)) => !equal(old, new),
            _ => true,
        }
    }

    /// A junctor that is new or another may refuse what was fine; one that is gone does not. That of an
    /// integer or string only says what the flag says.
    fn junctor(&self, keyword: Keyword) -> Effect {
        let is_gone = self.new.and_then(|new| new.get(keyword.name())).is_none();
        let is_known = keyword == Keyword::AnyOf && self.is(Schema::is_int_or_string);
        if is_gone || is_known { Effect::Harmless } else { Effect::RefusesObjects }
    }

    fn unhandled(&self, found: &mut impl FnMut(Found)) {
        let differs = |keyword: &Keyword| match keyword.name() {
            name if FLAGS.has(*keyword) => self.old.flag(name) != self.is(|new| new.flag(name)),
            _ => self.differs(*keyword),
        };
        let differing = UNHANDLED.into_iter().filter(|keyword| self.differing.has(*keyword)).filter(differs);
        let differing: Vec<Keyword> = differing.collect();
        let Some(effect) = differing.iter().map(|keyword| self.effect_of(*keyword)).max() else { return };
        let keywords: Vec<_> = differing.iter().map(|keyword| format!("`{}`", keyword.name())).collect();
        let message = match effect {
            Effect::DropsFields => "does not keep unknown fields any more".to_owned(),
            _ => format!("has another {}", keywords.join(", ")),
        };
        found((Check::Unhandled, effect, message));
    }

    fn effect_of(&self, keyword: Keyword) -> Effect {
        let refuses = |refuses: bool| if refuses { Effect::RefusesObjects } else { Effect::Harmless };
        match keyword {
            Keyword::AllOf | Keyword::AnyOf | Keyword::Not => self.junctor(keyword),
            Keyword::Format => refuses(format::is_checked(self.text(Schema::format))),
            Keyword::MultipleOf => refuses(self.is(|new| new.number(keyword.name()).is_some())),
            Keyword::ExclusiveMaximum
            | Keyword::ExclusiveMinimum
            | Keyword::UniqueItems
            | Keyword::EmbeddedResource => refuses(self.is(|new| new.flag(keyword.name()))),
            Keyword::ListType | Keyword::ListMapKeys => {
                refuses(matches!(self.text(Schema::list_type), "set" | "map"))
            }
            Keyword::PreserveUnknownFields => {
                let is_lost =
                    self.old.preserves_unknown_fields() && !self.is(Schema::preserves_unknown_fields);
                let is_open = self.is(|new| new.additional().is_some() || new.kind().is_empty());
                if is_lost && !is_open { Effect::DropsFields } else { Effect::Harmless }
            }
            // What values must be is compared below; what is left is whether they may be there.
            Keyword::AdditionalProperties => {
                match (self.old.additional(), self.new.and_then(Schema::additional)) {
                    (Some(Additional::Allowed(true)), Some(Additional::Schema(_))) => Effect::RefusesObjects,
                    (Some(Additional::Allowed(true)), _) if self.is(Schema::preserves_unknown_fields) => {
                        Effect::Harmless
                    }
                    (Some(Additional::Allowed(true)), _) => Effect::DropsFields,
                    _ => Effect::Harmless,
                }
            }
            Keyword::Validations => self.effect_of_validations(),
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
