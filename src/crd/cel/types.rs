//! The types of CEL, as far as they are told apart here, and the type that a schema has in rules
//! (`SchemaDeclType` of `k8s.io/apiserver/pkg/cel/common`).

use std::fmt;
use std::sync::Arc;

use super::escape::{escape, is_called, is_reserved};
use crate::crd::Schema;

/// A type. What is not certain is [`Type::Dyn`].
#[derive(Debug, Clone)]
pub(super) enum Type<'t, 's> {
    Dyn,
    Null,
    Bool,
    Int,
    Uint,
    Double,
    Str,
    Bytes,
    Duration,
    Timestamp,
    /// A type as a value.
    Kind,
    List(Arc<Type<'t, 's>>),
    Map(Arc<Type<'t, 's>>, Arc<Type<'t, 's>>),
    Optional(Arc<Type<'t, 's>>),
    Object(Object<'t, 's>),
    /// A type of a library, by the name that it has in CEL.
    Opaque(&'static str),
    /// A parameter of a function's signature.
    Parameter(usize),
}

/// An object with known fields.
#[derive(Debug, Clone, Copy)]
pub(super) enum Object<'t, 's> {
    /// That of a schema.
    Plain(Schema<'t, 's>),
    /// That of a schema, a whole resource, of which some fields are always there.
    Resource(Schema<'t, 's>),
    /// The metadata of a resource, of which rules see only the names.
    Metadata,
}

/// What is at the end of a field's name.
#[derive(Debug)]
pub(super) enum Field<'t, 's> {
    Known(Type<'t, 's>),
    /// Known, but by its own name only to Kubernetes 1.32 and later.
    Unescaped(Type<'t, 's>),
    /// The schema has the field, but says no type of it.
    Untyped,
    Unknown,
}

/// How deep lists of lists are followed.
const DEPTH: usize = 50;

impl<'t, 's> Type<'t, 's> {
    /// Returns the type of what a schema describes; none if rules cannot reach it.
    pub(super) fn of(schema: Schema<'t, 's>, is_resource: bool) -> Option<Self> {
        Self::below(schema, is_resource, 0)
    }

    fn below(schema: Schema<'t, 's>, is_resource: bool, depth: usize) -> Option<Self> {
        if schema.is_int_or_string() || depth == DEPTH {
            return Some(Type::Dyn);
        }
        let part =
            |part: Schema<'t, 's>| Self::below(part, part.is_embedded_resource(), depth + 1).map(Arc::new);
        Some(match schema.kind() {
            "array" => Type::List(part(schema.items()?)?),
            "object" if is_resource => Type::Object(Object::Resource(schema)),
            "object" => match schema.values() {
                Some(values) => Type::Map(Arc::new(Type::Str), part(values)?),
                None => Type::Object(Object::Plain(schema)),
            },
            "string" => match schema.format() {
                "byte" => Type::Bytes,
                "duration" => Type::Duration,
                "date" | "date-time" => Type::Timestamp,
                _ => Type::Str,
            },
            "boolean" => Type::Bool,
            "number" => Type::Double,
            "integer" => Type::Int,
            _ => return None,
        })
    }

    /// Returns whether a value of one type may stand for one of the other, as far as is known.
    pub(super) fn fits(&self, other: &Self) -> bool {
        match (self, other) {
            (Type::Dyn | Type::Parameter(_), _) | (_, Type::Dyn | Type::Parameter(_)) => true,
            (Type::List(left), Type::List(right)) | (Type::Optional(left), Type::Optional(right)) => {
                left.fits(right)
            }
            (Type::Map(key, value), Type::Map(other_key, other_value)) => {
                key.fits(other_key) && value.fits(other_value)
            }
            // Two objects are of one type only if they are the same node; what looks alike is let pass.
            (Type::Object(_), Type::Object(_)) => true,
            (Type::Opaque(left), Type::Opaque(right)) => left == right,
            (Type::Null, other) | (other, Type::Null) => other.takes_null(),
            (left, right) => std::mem::discriminant(left) == std::mem::discriminant(right),
        }
    }

    fn takes_null(&self) -> bool {
        matches!(
            self,
            Type::Null
                | Type::Object(_)
                | Type::Duration
                | Type::Timestamp
                | Type::Opaque(_)
                | Type::Optional(_)
        )
    }

    /// Returns whether it is one of those that surely differ from each other.
    pub(super) fn is_basic(&self) -> bool {
        matches!(self, Type::Bool | Type::Int | Type::Uint | Type::Double | Type::Str | Type::Bytes)
    }

    /// Returns what an optional value is if it is there.
    pub(super) fn unwrapped(&self) -> &Self {
        if let Type::Optional(inner) = self { inner } else { self }
    }
}

impl<'t, 's> Object<'t, 's> {
    /// Looks up a field by the name that rules use.
    pub(super) fn field(self, name: &str) -> Field<'t, 's> {
        let schema = match self {
            Object::Metadata => {
                return if METADATA.contains(&name) { Field::Known(Type::Str) } else { Field::Unknown };
            }
            Object::Resource(schema) if !says_what_is_given(schema) => match name {
                "apiVersion" | "kind" => return Field::Known(Type::Str),
                "metadata" => return Field::Known(Type::Object(Object::Metadata)),
                _ => schema,
            },
            Object::Resource(schema) | Object::Plain(schema) => schema,
        };
        let Some((property, schema)) = schema.properties().find(|(property, _)| is_called(property, name))
        else {
            return Field::Unknown;
        };
        match Type::of(schema, schema.is_embedded_resource()) {
            None => Field::Untyped,
            Some(_) if escape(property).is_none() => Field::Unknown,
            Some(known) if property == name && is_reserved(name) => Field::Unescaped(known),
            Some(known) => Field::Known(known),
        }
    }

    /// Returns the names of the fields as rules spell them.
    pub(super) fn names(self) -> Vec<String> {
        let escaped = |schema: Schema<'t, 's>| -> Vec<String> {
            schema.properties().filter_map(|(name, _)| Some(escape(name)?.into_owned())).collect()
        };
        match self {
            Object::Plain(schema) => escaped(schema),
            Object::Resource(schema) => {
                let given = ["apiVersion", "kind", "metadata"].map(str::to_owned);
                escaped(schema).into_iter().chain(given).collect()
            }
            Object::Metadata => METADATA.map(str::to_owned).to_vec(),
        }
    }

    /// Returns whether this is the metadata of a resource.
    pub(super) fn is_metadata(self) -> bool {
        matches!(self, Object::Metadata)
    }

    /// Returns whether fields are kept that the schema does not know, and that no rule can reach.
    pub(super) fn keeps_unknown_fields(self) -> bool {
        match self {
            Object::Plain(schema) | Object::Resource(schema) => schema.preserves_unknown_fields(),
            Object::Metadata => false,
        }
    }
}

/// What rules see of the metadata of a resource.
const METADATA: [&str; 2] = ["name", "generateName"];

/// Whether a schema says all that is given for a resource, and so stands as it is.
fn says_what_is_given(schema: Schema<'_, '_>) -> bool {
    let is = |schema: Schema<'_, '_>, name: &str, kind: &str| {
        schema.property(name).is_some_and(|property| property.kind() == kind)
    };
    let metadata = schema.property("metadata").filter(|metadata| metadata.kind() == "object");
    is(schema, "kind", "string")
        && is(schema, "apiVersion", "string")
        && metadata.is_some_and(|metadata| METADATA.iter().all(|name| is(metadata, name, "string")))
}

impl fmt::Display for Type<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Type::Dyn | Type::Parameter(_) => "dyn",
            Type::Null => "null",
            Type::Bool => "bool",
            Type::Int => "int",
            Type::Uint => "uint",
            Type::Double => "double",
            Type::Str => "string",
            Type::Bytes => "bytes",
            Type::Duration => "duration",
            Type::Timestamp => "timestamp",
            Type::Kind => "type",
            Type::Object(_) => "object",
            Type::Opaque(name) => name,
            Type::List(items) => return write!(f, "list({items})"),
            Type::Map(keys, values) => return write!(f, "map({keys}, {values})"),
            Type::Optional(inner) => return write!(f, "optional({inner})"),
        })
    }
}
