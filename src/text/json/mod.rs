//! JSON: read into a [`Tree`](super::Tree) as strictly as Go's `encoding/json`, and written as Go
//! writes it.

mod raw;
mod read;
mod write;

pub use raw::{compact, indent};
pub use read::{is_valid, read, read_prefix};
pub use write::{Style, write};
