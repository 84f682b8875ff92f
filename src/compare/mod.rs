//! What differs between two catalogs, and between two bundles of one: for whoever reviews a change.

mod bundle;
mod catalog;
mod crds;
mod package;
mod words;

pub use bundle::{BundleChange, Change, bundles, grouped};
pub use catalog::{BundleDifference, Difference, Stranded, Topic, catalogs};
pub use crds::{Harm, Worse};
pub use package::{Seen, Upgrade, upgrades};
pub use words::{GRAVE, Group, groups};
