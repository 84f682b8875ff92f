//! Keys given twice: Go keeps the last and says nothing.

use std::collections::HashMap;
use std::ops::Range;

use super::{Kind, Value};

/// A key that its mapping has already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// The key.
    pub key: String,
    /// The bytes of the first one.
    pub first: Range<usize>,
    /// The bytes of the later one.
    pub second: Range<usize>,
}

/// Returns every key that its mapping has already.
pub fn duplicate_keys(root: Value<'_, '_>) -> Vec<Duplicate> {
    let mut found = Vec::new();
    let mut keys: Vec<Value<'_, '_>> = Vec::new();
    for index in 0..root.nodes.len() {
        let value = Value { nodes: &root.nodes[index..] };
        if value.kind() != Kind::Map {
            continue;
        }
        keys.clear();
        keys.extend(value.entries().map(|(key, _)| key));
        // Nearly all mappings are small, and comparing lengths first settles nearly all pairs.
        if keys.len() <= 24 {
            for (later, key) in keys.iter().enumerate().skip(1) {
                if let Some(first) = keys[..later].iter().find(|first| first.text() == key.text()) {
                    found.push(duplicate(key, first.span()));
                }
            }
        } else {
            let mut seen = HashMap::with_capacity(keys.len());
            for key in &keys {
                if let Some(first) = seen.insert(key.text(), key.span()) {
                    found.push(duplicate(key, first));
                }
            }
        }
    }
    found
}

fn duplicate(key: &Value<'_, '_>, first: Range<usize>) -> Duplicate {
    Duplicate { key: key.text().to_owned(), first, second: key.span() }
}
