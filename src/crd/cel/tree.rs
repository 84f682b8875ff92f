//! An expression as a tree. Operators and links of one rank stand side by side in one node.

use std::ops::Range;

/// An expression.
#[derive(Debug)]
pub(super) struct Expr {
    pub(super) node: Node,
    pub(super) span: Range<usize>,
}

#[derive(Debug)]
pub(super) enum Node {
    Literal(Literal),
    /// A variable, or the name of a type.
    Name(String),
    /// `!` or `-`, how often it stands there.
    Unary(&'static str, Box<Expr>),
    /// Operands with operators of one rank between them.
    Chain(Box<Expr>, Vec<(&'static str, Expr)>),
    /// Condition, and what it chooses from.
    Choice(Box<[Expr; 3]>),
    /// A value and the way from it to a part of it.
    Member(Box<Expr>, Vec<Link>),
    /// A call of a function that belongs to no value.
    Call(Function),
    /// The elements, and whether each is optional.
    List(Vec<(bool, Expr)>),
    /// The keys and values.
    Map(Vec<(Expr, Expr)>),
    /// A message of a named type; its fields are not looked at.
    Message,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    Null,
    Bool,
    Int,
    Uint,
    Double,
    Str(String),
    Bytes,
}

/// A name, its place, and arguments.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) span: Range<usize>,
    pub(super) arguments: Vec<Expr>,
}

/// One step from a value.
#[derive(Debug)]
pub(super) enum Link {
    /// `.name`, or `.?name`.
    Field { name: String, span: Range<usize>, is_optional: bool },
    /// `[index]`, or `[?index]`.
    Index { index: Box<Expr>, is_optional: bool, end: usize },
    /// `.name(arguments)`.
    Call(Function, usize),
}

impl Link {
    /// Returns where it ends.
    pub(super) fn end(&self) -> usize {
        match self {
            Link::Field { span, .. } => span.end,
            Link::Index { end, .. } | Link::Call(_, end) => *end,
        }
    }
}
