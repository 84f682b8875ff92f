//! What an upgrade changes, and what differs between two catalogs: for whoever judges or reviews it.

mod blobs;
mod bundle;
mod catalog;
mod crds;
mod difference;
mod facts;
mod operator;
mod package;
mod sight;
mod upgrade;
mod words;

pub use bundle::{BundleChange, Change, bundles, grouped};
pub use catalog::catalogs;
pub use crds::{Harm, Worse};
pub use difference::{BlobDifference, Deprecated, Difference, Stranded, Topic, Why};
pub use facts::Facts;
pub use operator::{Object, Operator};
pub use package::{Files, Package, Wanted};
pub use sight::{Looker, Sight, sights};
pub use upgrade::{CrdPair, Upgrade};
pub use words::{GRAVE, Group, groups};
