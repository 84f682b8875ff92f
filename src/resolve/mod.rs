//! What OLM does with a catalog: predictions for OLM v0 and OLM v1, from the catalog and the state of a cluster,
//! which is a plain value. Nothing here asks a cluster.
//!
//! The words of failures are OLM's own where OLM says something.

mod crds;
mod csv;
mod edges;
mod index;
mod ladder;
mod need;
mod search;
mod state;
mod stretches;
pub mod v0;
pub mod v1;
mod v1_range;
mod walk;

pub use crds::AppliedCrd;
pub use csv::{Terms, plan_bytes};
pub use edges::Edges;
pub use index::{Disorder, Index, Lane, Offered, Seat};
pub use ladder::{End, Ladder, Rung, choosable};
pub use need::{Gvk, Need, Traits};
pub use state::{Group, Installed, Namespace, Source, Subscription};
pub use v1_range::VersionRange;
pub use walk::{Cluster, Hop, Stop, Walk, apply, walk};
