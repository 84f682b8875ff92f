//! YAML 1.1 as Go's sigs.k8s.io/yaml reads it, and as it writes it.
//!
//! Two readers make the same tree: `fast` knows the block style that nearly every manifest and
//! catalog is written in and gives up at anything else; `events` reads everything. A property test
//! holds them to each other.

mod change;
mod comments;
mod documents;
pub mod edit;
mod events;
mod fast;
mod resolve;
mod scalar;
mod sort;
mod write;

pub use change::{Change, Editor, with_changes};
pub use comments::{Comment, comments};
pub use documents::{Document, behind, documents};
pub use write::write;

use std::ops::Range;

use super::{Fault, Tree};

/// Reads the first document of `text[range]` as Go's `yaml.Unmarshal` does; spans are those of
/// `text`. Duplicate keys stay in the tree; see [`duplicate_keys`](super::duplicate_keys).
///
/// # Errors
/// When the text is not the YAML that go-yaml v2 reads, or aliases multiply it without bounds.
pub fn read(text: &str, range: Range<usize>) -> Result<Tree<'_>, Fault> {
    match fast::read(text, range.clone()) {
        Some(tree) => Ok(tree),
        None => events::read(text, range),
    }
}

/// Reads like [`read`], always through the general reader. For tests that hold the two together.
///
/// # Errors
/// As [`read`].
pub fn read_general(text: &str, range: Range<usize>) -> Result<Tree<'_>, Fault> {
    events::read(text, range)
}

/// Reads like [`read`] if the text is in the style that the fast reader knows.
pub fn read_fast(text: &str, range: Range<usize>) -> Option<Tree<'_>> {
    fast::read(text, range)
}
