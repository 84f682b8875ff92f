//! The keywords of one node of a schema, read in one pass: what Go decodes into `JSONSchemaProps`.

use crate::text::{Kind, Value};

/// What the value of a keyword has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Any,
    Count,
    /// Lists of names, or schemas, by key.
    Dependencies,
    Flag,
    List,
    Number,
    Object,
    Schema,
    SchemaOrFlag,
    SchemaOrList,
    /// Schemas by name.
    Schemas,
    /// Schemas in a list.
    SchemaList,
    Text,
    Texts,
}

macro_rules! keywords {
    ($($variant:ident $name:literal $form:ident),* $(,)?) => {
        /// A keyword that Kubernetes knows.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Keyword {
            $($variant),*
        }

        /// The keywords with their names and forms, by name.
        const KEYWORDS: &[(&str, Keyword, Form)] = &[$(($name, Keyword::$variant, Form::$form)),*];
        const COUNT: usize = KEYWORDS.len();
    };
}

keywords! {
    Ref "$ref" Text,
    SchemaId "$schema" Text,
    AdditionalItems "additionalItems" SchemaOrFlag,
    AdditionalProperties "additionalProperties" SchemaOrFlag,
    AllOf "allOf" SchemaList,
    AnyOf "anyOf" SchemaList,
    Default "default" Any,
    Definitions "definitions" Schemas,
    Dependencies "dependencies" Dependencies,
    Description "description" Text,
    Enum "enum" List,
    Example "example" Any,
    ExclusiveMaximum "exclusiveMaximum" Flag,
    ExclusiveMinimum "exclusiveMinimum" Flag,
    ExternalDocs "externalDocs" Object,
    Format "format" Text,
    Id "id" Text,
    Items "items" SchemaOrList,
    MaxItems "maxItems" Count,
    MaxLength "maxLength" Count,
    MaxProperties "maxProperties" Count,
    Maximum "maximum" Number,
    MinItems "minItems" Count,
    MinLength "minLength" Count,
    MinProperties "minProperties" Count,
    Minimum "minimum" Number,
    MultipleOf "multipleOf" Number,
    Not "not" Schema,
    Nullable "nullable" Flag,
    OneOf "oneOf" SchemaList,
    Pattern "pattern" Text,
    PatternProperties "patternProperties" Schemas,
    Properties "properties" Schemas,
    Required "required" Texts,
    Title "title" Text,
    Type "type" Text,
    UniqueItems "uniqueItems" Flag,
    EmbeddedResource "x-kubernetes-embedded-resource" Flag,
    IntOrString "x-kubernetes-int-or-string" Flag,
    ListMapKeys "x-kubernetes-list-map-keys" Texts,
    ListType "x-kubernetes-list-type" Text,
    MapType "x-kubernetes-map-type" Text,
    PreserveUnknownFields "x-kubernetes-preserve-unknown-fields" Flag,
    Validations "x-kubernetes-validations" List,
}

impl Keyword {
    pub(super) fn name(self) -> &'static str {
        KEYWORDS[self as usize].0
    }

    fn form(self) -> Form {
        KEYWORDS[self as usize].2
    }

    /// Most keys are one of very few.
    fn find(name: &str) -> Option<Self> {
        const COMMON: [Keyword; 4] =
            [Keyword::Type, Keyword::Description, Keyword::Properties, Keyword::Items];
        if let Some(common) = COMMON.into_iter().find(|keyword| keyword.name() == name) {
            return Some(common);
        }
        let index = KEYWORDS.binary_search_by(|(known, ..)| (*known).cmp(name)).ok()?;
        Some(KEYWORDS[index].1)
    }
}

/// A set of keywords, to ask a node for all of them at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Keywords(u64);

impl Keywords {
    pub(super) const fn of(keywords: &[Keyword]) -> Self {
        let (mut set, mut index) = (0, 0);
        while index < keywords.len() {
            set |= 1 << keywords[index] as u64;
            index += 1;
        }
        Keywords(set)
    }

    pub(super) fn has(self, keyword: Keyword) -> bool {
        self.0 & (1 << keyword as u64) != 0
    }

    pub(super) fn add(&mut self, keyword: Keyword) {
        self.0 |= 1 << keyword as u64;
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns the keywords in which two nodes may differ, but for the two that say what is below and are followed;
    /// none stands for a node that says nothing. Nearly all nodes of two versions of a schema have the same keywords
    /// in the same order, so that nothing needs to be looked up.
    pub(super) fn differing(old: Value<'_, '_>, new: Option<Value<'_, '_>>) -> Self {
        let mut differing = Keywords::default();
        let mut note = |key: &str| Keyword::find(key).into_iter().for_each(|keyword| differing.add(keyword));
        let mut rest = new.into_iter().flat_map(Value::entries).peekable();
        for (key, value) in old.entries() {
            let key = key.text();
            let in_place = rest.next_if(|(other, _)| other.text() == key);
            if matches!(key, "properties" | "items") {
                continue;
            }
            let other = in_place.map(|(_, other)| other).or_else(|| new?.get(key));
            if !other.is_some_and(|other| value.same(other)) {
                note(key);
            }
        }
        rest.for_each(|(key, _)| note(key.text()));
        differing
    }
}

/// A node of a schema. A keyword that is null is not there, and neither is one that Go cannot decode.
pub(super) struct Node<'t, 's> {
    fields: [Option<Value<'t, 's>>; COUNT],
    present: Keywords,
}

/// What a node has that is not for it.
pub(super) enum Odd<'t> {
    /// A key that is no keyword.
    Unknown(&'t str),
    /// A keyword whose value is of another form.
    Undecodable(Keyword, &'static str),
}

impl<'t, 's> Node<'t, 's> {
    /// Reads a node, and shows what is odd about it.
    pub(super) fn read(value: Value<'t, 's>, mut odd: impl FnMut(Odd<'t>)) -> Self {
        let (mut fields, mut present) = ([None; COUNT], Keywords::default());
        for (key, value) in value.entries() {
            let Some(keyword) = Keyword::find(key.text()) else {
                odd(Odd::Unknown(key.text()));
                continue;
            };
            fields[keyword as usize] = None;
            if value.is_null() {
                continue;
            }
            match wanted(keyword.form(), value) {
                Some(wanted) => odd(Odd::Undecodable(keyword, wanted)),
                None => {
                    fields[keyword as usize] = Some(value);
                    present.add(keyword);
                }
            }
        }
        Node { fields, present }
    }

    /// Returns whether a key is a keyword; others are lost.
    pub(super) fn knows(key: &str) -> bool {
        Keyword::find(key).is_some()
    }

    /// Returns whether one of some keywords may be there.
    pub(super) fn has_any(&self, keywords: Keywords) -> bool {
        self.present.0 & keywords.0 != 0
    }

    pub(super) fn get(&self, keyword: Keyword) -> Option<Value<'t, 's>> {
        self.fields[keyword as usize]
    }

    /// Returns the text of a keyword; empty when it is not there.
    pub(super) fn text(&self, keyword: Keyword) -> &'t str {
        self.get(keyword).map(Value::text).unwrap_or_default()
    }

    /// Returns whether a flag is there and true.
    pub(super) fn is(&self, keyword: Keyword) -> bool {
        self.get(keyword).and_then(Value::bool) == Some(true)
    }

    /// Returns the elements of a list.
    pub(super) fn list(&self, keyword: Keyword) -> impl Iterator<Item = Value<'t, 's>> + use<'t, 's> {
        self.get(keyword).into_iter().flat_map(Value::items)
    }

    /// Returns whether a list or mapping is there and has something in it.
    pub(super) fn has_some(&self, keyword: Keyword) -> bool {
        let value = self.get(keyword);
        value.is_some_and(|value| value.items().next().is_some() || value.entries().next().is_some())
    }

    /// Returns `items`, if it is one schema.
    pub(super) fn items(&self) -> Option<Value<'t, 's>> {
        self.get(Keyword::Items).filter(|items| items.kind() == Kind::Map)
    }

    /// Returns the keywords that are there, by name.
    pub(super) fn keywords(&self) -> impl Iterator<Item = Keyword> {
        KEYWORDS.iter().map(|(_, keyword, _)| *keyword).filter(|keyword| self.get(*keyword).is_some())
    }
}

/// Returns what a value should be, if it is something else.
fn wanted(form: Form, value: Value<'_, '_>) -> Option<&'static str> {
    let kind = value.kind();
    let is_all = |is: fn(Value<'_, '_>) -> bool| value.items().all(is);
    let is_schema = |value: Value<'_, '_>| matches!(value.kind(), Kind::Map | Kind::Null);
    let is_schema_map = || kind == Kind::Map && value.entries().all(|(_, value)| is_schema(value));
    let (is_right, wanted) = match form {
        Form::Any => (true, ""),
        Form::Count => {
            (kind == Kind::Int || kind == Kind::Float && !value.text().contains(['.', 'e']), "an integer")
        }
        Form::Dependencies => (kind == Kind::Map, "an object"),
        Form::Flag => (kind == Kind::Bool, "`true` or `false`"),
        Form::List => (kind == Kind::List, "a list"),
        Form::Number => (matches!(kind, Kind::Int | Kind::Float), "a number"),
        Form::Object => (kind == Kind::Map, "an object"),
        Form::Schema => (kind == Kind::Map, "a schema"),
        Form::SchemaOrFlag => (matches!(kind, Kind::Map | Kind::Bool), "a schema, `true` or `false`"),
        Form::SchemaOrList => (kind == Kind::Map || kind == Kind::List && is_all(is_schema), "a schema"),
        Form::Schemas => (is_schema_map(), "schemas by name"),
        Form::SchemaList => (kind == Kind::List && is_all(is_schema), "a list of schemas"),
        Form::Text => (kind == Kind::Str, "a string"),
        Form::Texts => (
            kind == Kind::List && is_all(|item| matches!(item.kind(), Kind::Str | Kind::Null)),
            "a list of strings",
        ),
    };
    (!is_right).then_some(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_found_by_name() {
        for (index, (name, keyword, _)) in KEYWORDS.iter().enumerate() {
            assert_eq!(Keyword::find(name), Some(*keyword), "{name}: the table is sorted");
            assert_eq!(*keyword as usize, index);
        }
        assert_eq!(Keyword::find("minLenght"), None);
    }
}
