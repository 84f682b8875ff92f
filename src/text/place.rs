//! Where something is, in words: a file, a document in it, and the way down its tree.
//!
//! Rules make places by the thousand and only the few that end in a finding are ever looked up,
//! so a place holds names and no offsets (the idea is zizmor's).

use std::fmt;
use std::ops::Range;

use super::FileId;

/// One step down a tree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The value of a key.
    Key(String),
    /// An element of a list, from 0.
    Index(usize),
    /// A key itself, not its value: only as the last step.
    Name(String),
    /// Bytes of the value of a scalar, from the first up to the second: only as the last step.
    Part(usize, usize),
}

/// The way from the root of a document to a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Route(pub Vec<Step>);

impl Route {
    fn step(&self, step: Step) -> Self {
        let mut route = self.clone();
        route.0.push(step);
        route
    }

    /// Returns the way to the value of `key` from here.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.step(Step::Key(key.into()))
    }

    /// Returns the way to element `index`, from 0, from here.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.step(Step::Index(index))
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) | Step::Name(key) if i == 0 => write!(f, "{key}")?,
                Step::Key(key) | Step::Name(key) => write!(f, ".{key}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Part(..) => {}
            }
        }
        Ok(())
    }
}

/// A spot in a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Spot {
    /// The file as such.
    File,
    /// Bytes of the file.
    Bytes(Range<usize>),
    /// The value at the end of a route in the document that stands at these bytes of the file.
    /// A route that leads too far means its nearest existing ancestor.
    Route(Range<usize>, Route),
}

/// Where something is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// The text.
    pub file: FileId,
    /// The spot in it.
    pub spot: Spot,
}

impl Place {
    /// Makes the place of a file as such.
    pub fn file(file: FileId) -> Self {
        Place { file, spot: Spot::File }
    }

    /// Makes the place of some bytes of a file.
    pub fn bytes(file: FileId, bytes: Range<usize>) -> Self {
        Place { file, spot: Spot::Bytes(bytes) }
    }

    /// Makes the place of a whole document, which stands at these bytes of the file.
    pub fn document(file: FileId, bytes: Range<usize>) -> Self {
        Place { file, spot: Spot::Route(bytes, Route::default()) }
    }

    fn step(&self, step: Step) -> Self {
        let mut place = self.clone();
        if let Spot::Route(_, route) = &mut place.spot {
            route.0.push(step);
        }
        place
    }

    /// Returns the place of the value of `key`.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.step(Step::Key(key.into()))
    }

    /// Returns the place of element `index`, from 0.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.step(Step::Index(index))
    }

    /// Returns the place at the end of a route that begins here.
    #[must_use]
    pub fn at(&self, way: &Route) -> Self {
        let mut place = self.clone();
        if let Spot::Route(_, route) = &mut place.spot {
            route.0.extend_from_slice(&way.0);
        }
        place
    }

    /// Returns the place of `key` itself.
    #[must_use]
    pub fn name(&self, key: impl Into<String>) -> Self {
        self.step(Step::Name(key.into()))
    }

    /// Returns the place of some bytes of a scalar's value.
    #[must_use]
    pub fn part(&self, bytes: Range<usize>) -> Self {
        self.step(Step::Part(bytes.start, bytes.end))
    }

    /// Returns the bytes of the document, if the place is in one.
    pub fn document_bytes(&self) -> Option<&Range<usize>> {
        match &self.spot {
            Spot::Route(bytes, _) => Some(bytes),
            Spot::File | Spot::Bytes(_) => None,
        }
    }

    /// Returns the route inside the document, if the place has one.
    pub fn route(&self) -> Option<&Route> {
        match &self.spot {
            Spot::Route(_, route) => Some(route),
            Spot::File | Spot::Bytes(_) => None,
        }
    }
}
