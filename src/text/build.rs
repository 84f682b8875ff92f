//! Builds a [`Tree`] node by node: for the readers, and for whoever wants to write something new.

use std::borrow::Cow;
use std::ops::Range;

use super::tree::{Kind, Node, Tree, Value};

/// A tree in the making. Every `open` wants its `close`; in a mapping, keys and values alternate.
#[derive(Debug, Default)]
pub struct Builder<'s> {
    nodes: Vec<Node<'s>>,
    open: Vec<usize>,
}

impl<'s> Builder<'s> {
    /// Makes a builder with room for some nodes.
    pub fn with_capacity(nodes: usize) -> Self {
        Builder { nodes: Vec::with_capacity(nodes), open: Vec::new() }
    }

    pub(super) fn push(&mut self, kind: Kind, text: Cow<'s, str>, span: Range<usize>) {
        self.nodes.push(Node { text, size: 1, start: clamp(span.start), end: clamp(span.end), kind });
    }

    /// Returns the number of nodes so far.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Returns how many lists and mappings are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    pub(super) fn open_at(&mut self, kind: Kind, start: usize) {
        self.open.push(self.nodes.len());
        self.push(kind, Cow::Borrowed(""), start..start);
    }

    /// Closes the innermost list or mapping, whose text ends at `end`, and returns its node number.
    pub(super) fn close_at(&mut self, end: usize) -> usize {
        let index = self.open.pop().expect("close follows open");
        let size = self.nodes.len() - index;
        let node = &mut self.nodes[index];
        node.size = u32::try_from(size).expect("the readers bound the number of nodes");
        node.end = clamp(end);
        index
    }

    pub(super) fn nodes_mut(&mut self) -> &mut Vec<Node<'s>> {
        &mut self.nodes
    }

    /// Opens a mapping.
    pub fn open_map(&mut self) {
        self.open_at(Kind::Map, 0);
    }

    /// Opens a list.
    pub fn open_list(&mut self) {
        self.open_at(Kind::List, 0);
    }

    /// Closes the innermost list or mapping.
    pub fn close(&mut self) {
        self.close_at(0);
    }

    /// Adds a string, or a key.
    pub fn str(&mut self, text: impl Into<Cow<'s, str>>) {
        self.push(Kind::Str, text.into(), 0..0);
    }

    /// Adds `null`.
    pub fn null(&mut self) {
        self.push(Kind::Null, Cow::Borrowed("null"), 0..0);
    }

    /// Adds a boolean.
    pub fn bool(&mut self, value: bool) {
        self.push(Kind::Bool, Cow::Borrowed(if value { "true" } else { "false" }), 0..0);
    }

    /// Adds an integer.
    pub fn int(&mut self, value: i64) {
        self.push(Kind::Int, Cow::Owned(value.to_string()), 0..0);
    }

    /// Adds a key and a string.
    pub fn field(&mut self, key: &'static str, value: impl Into<Cow<'s, str>>) {
        self.str(key);
        self.str(value);
    }

    /// Adds JSON text, to be written as it is spelled. It must be JSON.
    pub fn json(&mut self, text: impl Into<Cow<'s, str>>) {
        self.push(Kind::Json, text.into(), 0..0);
    }

    /// Adds a copy of a value.
    pub fn value(&mut self, value: Value<'_, 's>) {
        self.nodes.extend_from_slice(value.nodes);
    }

    /// Returns the finished tree.
    pub fn finish(self) -> Tree<'s> {
        debug_assert!(self.open.is_empty(), "every open has its close");
        Tree { nodes: self.nodes }
    }
}

/// Files are refused past 4 GiB, so offsets fit; a longer text would only lose its places.
fn clamp(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
