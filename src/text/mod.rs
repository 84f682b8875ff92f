//! Texts, places in them, and the two notations of the field: YAML 1.1 as Go reads it, and JSON.
//!
//! Knows nothing of operators. [`Sources`] owns every text that was read; a [`Tree`] is one parsed
//! document that borrows from it; a [`Place`] says where something is and becomes a [`Spot`] only
//! when somebody wants to print it.

mod blanks;
mod build;
pub mod calendar;
mod clean;
pub mod dns;
mod duplicate;
mod edit;
mod fault;
pub mod json;
mod known;
mod locate;
mod nearest;
pub mod number;
mod part;
mod place;
pub mod scan;
mod sources;
mod tree;
pub mod yaml;

pub use build::Builder;
pub use clean::clean;
pub use duplicate::{Duplicate, duplicate_keys};
pub use edit::Edit;
pub use fault::Fault;
pub use locate::{locate, locate_all};
pub use nearest::nearest;
pub use place::{Place, Route, Spot, Step};
pub use sources::{FileId, Source, Sources};
pub use tree::{Kind, Tree, Value};
