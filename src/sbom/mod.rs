//! A catalog becomes a bill of materials: every bundle, and every image that it needs.

mod bill;
mod cyclonedx;
mod purl;
mod spdx;

pub use bill::{Bill, Component, Link, Root};
pub use cyclonedx::cyclonedx;
pub use spdx::spdx;
