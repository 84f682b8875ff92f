//! Images and where they live. Knows nothing of operators.
//!
//! An [`Artifact`] is a value: files become a [`Layer`], layers and a [`Config`] an [`Image`], images an
//! [`Index`]. It is then written to a [`layout`] or pushed to a [`remote`]. The README says why there is a
//! client of our own.

pub mod archive;
mod archive_read;
mod attachment;
mod base;
mod cache;
mod compression;
mod content;
mod descriptor;
mod digest;
mod disk;
mod error;
mod format;
mod gzip;
mod image;
mod layer;
pub mod layout;
mod layout_read;
mod lock;
mod manifest;
mod place;
mod puller;
mod read;
mod reference;
mod registries;
pub mod remote;
mod repository;
mod tar;
mod temporary;
mod time;
mod unpack;

pub use attachment::{companion_name, companion_tag};
pub use base::Change;
pub use cache::{CACHE_LIMIT, Cache, Usage};
pub use compression::Compression;
pub use content::{Content, Reader};
pub use descriptor::{Blob, Descriptor, Platform, media_type};
pub use digest::{Digest, Hashing};
pub use error::{Error, Kind};
pub use format::Format;
pub use gzip::Gzip;
pub use image::{Artifact, Config, Image, Index, Run};
pub use layer::Layer;
pub use place::Place;
pub use puller::{PullOptions, Pulled, Puller};
pub use reference::Reference;
pub use registries::{Endpoint, Registries};
pub use repository::Repository;
pub use tar::{Entry, File, Source, Writing};
pub use temporary::{Temporary, abandon_temporary};
pub use time::rfc3339;
pub use unpack::{Limits, Packed, Unpacked, unpack};
