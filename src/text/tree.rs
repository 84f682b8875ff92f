//! One parsed document as a flat list of nodes in preorder.
//!
//! A node knows how many nodes its subtree has, so children are found by skipping, building is one
//! push per node, and copying a subtree (an alias, a merge) is copying a slice. Scalars borrow from
//! the text wherever the text spells them as they are.

use std::borrow::Cow;
use std::ops::Range;

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `null`.
    Null,
    /// A boolean; its text is `true` or `false`.
    Bool,
    /// An integer in i64 or u64; its text is decimal.
    Int,
    /// Any other number; its text is a JSON number, in Go's spelling if it came from YAML.
    Float,
    /// A string.
    Str,
    /// A list.
    List,
    /// A mapping: keys (always [`Kind::Str`]) and values in turn.
    Map,
    /// JSON text that is written as it is spelled; only builders make it, never readers.
    Json,
}

/// A node of the tape.
#[derive(Debug, Clone)]
pub(super) struct Node<'s> {
    pub(super) text: Cow<'s, str>,
    /// Nodes of the subtree, this one included.
    pub(super) size: u32,
    /// Bytes of the file that spell the node.
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) kind: Kind,
}

/// One document.
#[derive(Debug, Clone, Default)]
pub struct Tree<'s> {
    pub(super) nodes: Vec<Node<'s>>,
}

impl<'s> Tree<'s> {
    /// Returns the root, or none for a document without content.
    pub fn root(&self) -> Option<Value<'_, 's>> {
        (!self.nodes.is_empty()).then_some(Value { nodes: &self.nodes })
    }

    /// Returns the number of nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Returns whether the document has no content.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}

/// A view of a node and what is below it.
#[derive(Debug, Clone, Copy)]
pub struct Value<'t, 's> {
    /// The subtree: the node itself is the first.
    pub(super) nodes: &'t [Node<'s>],
}

impl<'t, 's> Value<'t, 's> {
    fn node(self) -> &'t Node<'s> {
        &self.nodes[0]
    }

    /// Returns a number that no other node of its tree has.
    pub fn address(self) -> usize {
        self.nodes.as_ptr() as usize
    }

    /// Returns how many nodes before a node below this one there are, this one included.
    pub(super) fn distance(self, below: Value<'_, '_>) -> usize {
        (below.address() - self.address()) / size_of::<Node<'_>>()
    }

    /// Returns the node that many nodes further, which is below this one.
    pub(super) fn descendant(self, distance: usize) -> Value<'t, 's> {
        let nodes = &self.nodes[distance..];
        Value { nodes: &nodes[..nodes[0].size as usize] }
    }

    /// Returns what the node is.
    pub fn kind(self) -> Kind {
        self.node().kind
    }

    /// Returns the bytes of the file that spell the node; of a block, those of its first to last line.
    pub fn span(self) -> Range<usize> {
        self.node().start as usize..self.node().end as usize
    }

    /// Returns the text of a scalar: a string's value, a number's digits, `true`, `null`; empty for
    /// lists and mappings.
    pub fn text(self) -> &'t str {
        &self.node().text
    }

    /// Returns the text of a scalar with the life of the source wherever it is borrowed from it.
    pub fn cow(self) -> Cow<'s, str> {
        self.node().text.clone()
    }

    /// Returns whether this is `null`.
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// Returns a string's value.
    pub fn str(self) -> Option<&'t str> {
        (self.kind() == Kind::Str).then(|| self.text())
    }

    /// Returns a boolean's value.
    pub fn bool(self) -> Option<bool> {
        (self.kind() == Kind::Bool).then(|| self.text() == "true")
    }

    /// Returns an integer's value, if it is one in the range of i64.
    pub fn int(self) -> Option<i64> {
        (self.kind() == Kind::Int).then(|| self.text().parse().ok()).flatten()
    }

    /// Returns the elements of a list; nothing for anything else.
    pub fn items(self) -> impl Iterator<Item = Value<'t, 's>> {
        self.children(Kind::List)
    }

    /// Returns the keys and values of a mapping in the order of the text, duplicates included;
    /// nothing for anything else.
    pub fn entries(self) -> impl Iterator<Item = (Value<'t, 's>, Value<'t, 's>)> {
        let mut children = self.children(Kind::Map);
        std::iter::from_fn(move || Some((children.next()?, children.next()?)))
    }

    fn children(self, kind: Kind) -> Children<'t, 's> {
        let rest = if self.kind() == kind { &self.nodes[1..self.node().size as usize] } else { &[] };
        Children { rest }
    }

    /// Returns the value of a key; of a key given twice, the last one, as Go does.
    pub fn get(self, key: &str) -> Option<Value<'t, 's>> {
        self.entries().filter(|(name, _)| name.text() == key).last().map(|(_, value)| value)
    }

    /// Returns the value that a Go struct field of this JSON name would get: an exact key, else one
    /// that differs only in case (`encoding/json` folds keys).
    pub fn get_folded(self, key: &str) -> Option<Value<'t, 's>> {
        self.get(key).or_else(|| {
            self.entries().filter(|(name, _)| folds_to(name.text(), key)).last().map(|(_, value)| value)
        })
    }

    /// Returns whether two values have the same nodes in the same order, spelled alike. Values that
    /// only differ in the order of keys are not the same.
    pub fn same(self, other: Value<'_, '_>) -> bool {
        let (left, right) = (&self.nodes[..self.node().size as usize], other.nodes);
        left.len() == other.node().size as usize
            && left.iter().zip(right).all(|(left, right)| {
                left.kind == right.kind && left.size == right.size && left.text == right.text
            })
    }

    /// Returns how many nodes there are in it, itself included.
    pub fn count(self) -> usize {
        self.node().size as usize
    }

    /// Returns whether all numbers in it are integers that a double holds exactly.
    pub fn has_small_numbers(self) -> bool {
        self.nodes[..self.node().size as usize].iter().all(|node| match node.kind {
            Kind::Int => node.text.len() <= 15,
            Kind::Float | Kind::Json => false,
            _ => true,
        })
    }

    /// Returns the value at the end of a chain of keys.
    pub fn at(self, keys: &[&str]) -> Option<Value<'t, 's>> {
        keys.iter().try_fold(self, |value, key| value.get(key))
    }
}

struct Children<'t, 's> {
    rest: &'t [Node<'s>],
}

impl<'t, 's> Iterator for Children<'t, 's> {
    type Item = Value<'t, 's>;

    fn next(&mut self) -> Option<Self::Item> {
        let size = self.rest.first()?.size as usize;
        let (nodes, rest) = self.rest.split_at(size);
        self.rest = rest;
        Some(Value { nodes })
    }
}

/// Returns whether Go's `encoding/json` takes `key` for the field `name` (which is ASCII): equal
/// under simple case folding, in which `ſ` is an `s` and the Kelvin sign a `k`.
pub(super) fn folds_to(key: &str, name: &str) -> bool {
    if key.len() == name.len() || key.is_ascii() {
        return key.eq_ignore_ascii_case(name);
    }
    let fold = |c: char| match c {
        'ſ' => 's',
        '\u{212a}' => 'k',
        _ => c.to_ascii_lowercase(),
    };
    key.chars().map(fold).eq(name.chars().map(fold))
}
