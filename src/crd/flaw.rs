//! What can be wrong with a schema.

use std::fmt;

use crate::text::Route;

/// What kind of flaw it is: of one kind are those that are mended alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FlawKind {
    /// A keyword has a value that Go cannot decode; nothing else is then judged.
    Undecodable,
    /// A node is of a type that it cannot have.
    Type,
    /// A node has no type.
    MissingType,
    /// A list does not say what its elements are.
    Items,
    /// `additionalProperties` where it may not be.
    AdditionalProperties,
    /// A schema within a junctor describes more than a value.
    Junctor,
    /// `metadata` is restricted.
    Metadata,
    /// A keyword that Kubernetes does not take, there or anywhere.
    Forbidden,
    /// Extensions of Kubernetes that contradict each other, or the rest of the node.
    Extension,
    /// A list of type `set` or `map` whose elements cannot be told apart.
    ListType,
    /// A pattern that Go cannot compile.
    Pattern,
    /// A default that its own schema does not take, or that may not be there.
    Default,
    /// A key that is no keyword, and is lost.
    UnknownKeyword,
    /// A format that nobody checks.
    Format,
    /// Bounds that no value keeps.
    Bounds,
    /// An enumeration with values that never occur, or with none.
    Enum,
    /// The name of a field that the schema does not have.
    UnknownField,
    /// Two fields whose names differ only in case.
    Case,
}

impl FlawKind {
    /// Returns whether the API server refuses the CRD for it.
    pub fn is_refused(self) -> bool {
        self <= FlawKind::Default
    }
}

/// One flaw of a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// The way to it from the root of the CRD. A missing keyword is looked for, too.
    pub route: Route,
    /// What kind of flaw it is.
    pub kind: FlawKind,
    /// The field that the schema describes, as in an object; empty for the root.
    pub field: String,
    /// A phrase that follows the name of the field.
    pub message: String,
    /// An edit, if there is one that helps.
    pub help: Option<String>,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field.as_str() {
            "" => write!(f, "the schema {}", self.message),
            field => write!(f, "`{field}` {}", self.message),
        }
    }
}
