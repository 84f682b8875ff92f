//! What is to be changed in a text, in words; [`yaml::Editor`](super::yaml::Editor) makes bytes of it.

use super::{FileId, Place};

/// An edit of a YAML or JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Writes a string in the place of a scalar.
    Set(Place, String),
    /// Gives the key of an entry another name.
    Rename(Place, String),
    /// Makes a string of a scalar that is spelled as it should be, but not quoted.
    Quote(Place),
    /// Takes an item out of its list, or an entry out of its mapping.
    Remove(Place),
    /// Takes out a comment, which stands at these bytes.
    Erase(Place),
}

impl Edit {
    /// Returns where it is made.
    pub fn place(&self) -> &Place {
        let (Edit::Set(place, _)
        | Edit::Rename(place, _)
        | Edit::Quote(place)
        | Edit::Remove(place)
        | Edit::Erase(place)) = self;
        place
    }

    /// Returns the file that it changes.
    pub fn file(&self) -> FileId {
        self.place().file
    }
}
