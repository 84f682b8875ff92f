//! CEL, the language of `x-kubernetes-validations`: what the API server would say of a rule before it
//! takes it.
//!
//! An expression is read whole, and every way from `self` is followed down the schema. Types are known
//! as far as they are certain: what is not is taken for anything, so that a rule which the API server
//! takes is never refused here. Nothing is evaluated.
//!
//! The reader is our own: the parser of the crate `cel` takes half a millisecond for the shortest rule
//! (twenty of them would be more than a bundle may take), brings thirty crates, tells where a fault
//! begins but not where it ends, and resolves neither names nor types.

mod check;
mod cost;
mod escape;
mod field_path;
mod functions;
mod macros;
mod member;
mod rules;
mod syntax;
mod token;
mod tree;
mod types;

pub use check::constraint;
pub use rules::{Fault, faults};

use std::ops::Range;

/// What is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The guilty bytes of the expression.
    pub range: Range<usize>,
    /// What kind of fault it is.
    pub kind: Kind,
    /// A phrase.
    pub message: String,
    /// What to do, in the imperative; empty if nothing can be said.
    pub help: String,
}

/// Kinds of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It is no CEL, or no rule by its types.
    Invalid,
    /// It names a field that the schema does not have.
    UnknownField,
    /// The message, or the expression that makes it.
    Message,
    /// The reason, or the path to the field.
    Reason,
    /// The old value of something that has none.
    Transition,
    /// It may take longer than the API server allows.
    Cost,
    /// Kubernetes 1.x and later know it.
    Since(u32),
}

impl Problem {
    fn new(kind: Kind, range: Range<usize>, message: impl Into<String>) -> Self {
        Problem { range, kind, message: message.into(), help: String::new() }
    }

    fn syntax(range: Range<usize>, message: impl Into<String>) -> Self {
        Problem::new(Kind::Invalid, range, message)
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }
}
