//! Finds the fields of mappings by name.

use std::collections::HashMap;

use crate::text::Value;

/// Finds values by name: by looking at each where little is asked, by an index where much is.
pub(super) enum Lookup<'t, 's> {
    Few(Value<'t, 's>),
    Many(HashMap<&'t str, Value<'t, 's>>),
}

impl<'t, 's> Lookup<'t, 's> {
    /// Makes the lookup of a mapping that is going to be asked so often.
    pub(super) fn new(asked: usize, map: Value<'t, 's>) -> Self {
        match asked < 8 {
            true => Lookup::Few(map),
            false => Lookup::Many(map.entries().map(|(key, value)| (key.text(), value)).collect()),
        }
    }

    /// Returns the value of a key.
    pub(super) fn get(&self, name: &str) -> Option<Value<'t, 's>> {
        match self {
            Lookup::Few(map) => map.get(name),
            Lookup::Many(map) => map.get(name).copied(),
        }
    }
}
