//! Where the children of a list or mapping are, kept for those that are looked into again and again:
//! children are found by counting, and many findings in one long list would take the square of its
//! length.

use std::collections::HashMap;

use super::Value;
use super::tree::folds_to;

/// The children of the nodes of one tree.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Of a node, by its address: where its children begin, from the node on. Of a mapping, its keys.
    children: HashMap<usize, Vec<usize>>,
    /// Of a mapping: the number of the last entry with a key, and how many there are.
    keys: HashMap<usize, HashMap<Box<str>, (usize, usize)>>,
}

pub(super) type Entry<'t, 's> = (Value<'t, 's>, Value<'t, 's>);

impl Known {
    /// Returns how many items or entries there are.
    pub(super) fn len(&mut self, parent: Value<'_, '_>) -> usize {
        self.children(parent).len()
    }

    /// Returns an item of a list.
    pub(super) fn item<'t, 's>(&mut self, list: Value<'t, 's>, index: usize) -> Option<Value<'t, 's>> {
        list.items().next()?;
        Some(list.descendant(*self.children(list).get(index)?))
    }

    /// Returns an entry of a mapping.
    pub(super) fn entry_at<'t, 's>(&mut self, map: Value<'t, 's>, index: usize) -> Option<Entry<'t, 's>> {
        map.entries().next()?;
        let key = *self.children(map).get(index)?;
        Some((map.descendant(key), map.descendant(key + 1)))
    }

    /// Returns the number of the last entry of a key as it is written, and how many there are.
    pub(super) fn key(&mut self, map: Value<'_, '_>, key: &str) -> Option<(usize, usize)> {
        let keys = self.keys.entry(map.address()).or_insert_with(|| {
            let mut keys: HashMap<Box<str>, (usize, usize)> = HashMap::new();
            for (index, (key, _)) in map.entries().enumerate() {
                let (last, count) = keys.entry(key.text().into()).or_default();
                (*last, *count) = (index, *count + 1);
            }
            keys
        });
        keys.get(key).copied()
    }

    /// Returns the last entry of a key, as it is or else in another case.
    pub(super) fn entry<'t, 's>(&mut self, map: Value<'t, 's>, key: &str) -> Option<Entry<'t, 's>> {
        match self.key(map, key) {
            Some((index, _)) => self.entry_at(map, index),
            None => map.entries().filter(|(name, _)| folds_to(name.text(), key)).last(),
        }
    }

    fn children(&mut self, parent: Value<'_, '_>) -> &[usize] {
        self.children.entry(parent.address()).or_insert_with(|| {
            let items = parent.items().map(|item| parent.distance(item));
            items.chain(parent.entries().map(|(key, _)| parent.distance(key))).collect()
        })
    }
}
