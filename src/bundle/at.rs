//! A value that knows where it stands, so that whoever walks down to it need not say the way twice.

use std::rc::Rc;

use super::Manifest;
use crate::text::{FileId, Kind, Place, Value};

/// A value of a bundle's file with the way to it. The way is a list of borrowed steps: it becomes a
/// [`Place`] only for a finding.
#[derive(Debug, Clone)]
pub struct At<'c> {
    /// The value.
    pub value: Value<'c, 'c>,
    file: FileId,
    document: (usize, usize),
    way: Option<Rc<Way<'c>>>,
}

#[derive(Debug)]
struct Way<'c> {
    above: Option<Rc<Way<'c>>>,
    step: Step<'c>,
}

#[derive(Debug)]
enum Step<'c> {
    Key(&'c str),
    Index(usize),
}

impl<'c> At<'c> {
    /// Returns the root of a file.
    pub fn root(manifest: &'c Manifest<'c>) -> Option<Self> {
        let document = (manifest.document.start, manifest.document.end);
        Some(At { value: manifest.root()?, file: manifest.file, document, way: None })
    }

    fn below(&self, value: Value<'c, 'c>, step: Step<'c>) -> Self {
        let way = Some(Rc::new(Way { above: self.way.clone(), step }));
        At { value, file: self.file, document: self.document, way }
    }

    /// Returns the value of a key.
    pub fn get(&self, key: &'c str) -> Option<Self> {
        self.value.get(key).map(|value| self.below(value, Step::Key(key)))
    }

    /// Returns the value at the end of a chain of keys.
    pub fn at(&self, keys: &[&'c str]) -> Option<Self> {
        keys.iter().try_fold(self.clone(), |at, key| at.get(key))
    }

    /// Returns the elements of a list; nothing for anything else.
    pub fn items(&self) -> impl Iterator<Item = At<'c>> + use<'c> {
        let at = self.clone();
        at.value.items().enumerate().map(move |(index, value)| at.below(value, Step::Index(index)))
    }

    /// Returns the elements of the list at the end of a chain of keys; nothing where there is none.
    pub fn list(&self, keys: &[&'c str]) -> impl Iterator<Item = At<'c>> + use<'c> {
        self.at(keys).into_iter().flat_map(|list| list.items())
    }

    /// Returns the keys and values of a mapping; nothing for anything else.
    pub fn entries(&self) -> impl Iterator<Item = (&'c str, At<'c>)> + use<'c> {
        let at = self.clone();
        at.value.entries().map(move |(key, value)| (key.text(), at.below(value, Step::Key(key.text()))))
    }

    /// Returns the keys and values of the mapping at the end of a chain of keys.
    pub fn map(&self, keys: &[&'c str]) -> impl Iterator<Item = (&'c str, At<'c>)> + use<'c> {
        self.at(keys).into_iter().flat_map(|map| map.entries())
    }

    /// Returns the text of the scalar at the end of a chain of keys; empty where there is none.
    pub fn text(&self, keys: &[&str]) -> &'c str {
        let value = self.value.at(keys).filter(|value| !value.is_null());
        value.map(Value::text).unwrap_or_default()
    }

    /// Returns the texts of the scalars of the list at the end of a chain of keys.
    pub fn texts(&self, keys: &[&str]) -> impl Iterator<Item = &'c str> + use<'c> {
        self.value.at(keys).into_iter().flat_map(Value::items).map(Value::text)
    }

    /// Returns whether it is a mapping.
    pub fn is_map(&self) -> bool {
        self.value.kind() == Kind::Map
    }

    /// Returns whether the boolean at the end of a chain of keys is there and true.
    pub fn is_true(&self, keys: &[&str]) -> bool {
        self.value.at(keys).and_then(Value::bool) == Some(true)
    }

    /// Returns the place of the value.
    pub fn place(&self) -> Place {
        let mut steps = Vec::new();
        let mut way = &self.way;
        while let Some(here) = way {
            steps.push(&here.step);
            way = &here.above;
        }
        let document = Place::document(self.file, self.document.0..self.document.1);
        steps.into_iter().rev().fold(document, |place, step| match step {
            Step::Key(key) => place.key(*key),
            Step::Index(index) => place.index(*index),
        })
    }

    /// Returns the place of the value of a key; if there is no such key, of the mapping.
    pub fn place_of(&self, key: &str) -> Place {
        self.place().key(key)
    }
}
