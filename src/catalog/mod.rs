//! The catalog, and its written form, the file-based catalog (FBC).
//!
//! The nouns are what the blobs say, faults and all: reading refuses only what is no blob, and
//! judging is the business of `rules`. There is no second model to convert to and back.

mod cut;
mod fields;
mod graph;
mod image_reference;
mod images;
mod mermaid;
mod picture;
mod property;
mod read;
mod shape;
mod skeleton;
pub mod version;
mod write;

pub use cut::{Rest, cut};
pub use graph::{Chain, Graph};
pub use image_reference::check_image_reference;
pub use images::{Needed, images};
pub use mermaid::{Drawing, mermaid};
pub use picture::picture_type;
pub use property::{BUNDLE_OBJECT, CSV_METADATA, PACKAGE, PackageProperty, Property, Raw, document};

pub use read::{CANONICAL, read};
pub use shape::PropertyFault;
pub use skeleton::skeleton;
pub use write::{Format, places, places_by_file, trees, write, write_parts};

use std::borrow::Cow;

use crate::text::Place;

/// The JSON Schema of a blob, for editors.
pub const JSON_SCHEMA: &str = include_str!("catalog.schema.json");

/// A catalog: the blobs of all its files, by schema, in the order of the files.
#[derive(Debug, Clone, Default)]
pub struct Catalog<'s> {
    /// `olm.package` blobs.
    pub packages: Vec<Package<'s>>,
    /// `olm.channel` blobs.
    pub channels: Vec<Channel<'s>>,
    /// `olm.bundle` blobs.
    pub bundles: Vec<BundleBlob<'s>>,
    /// `olm.deprecations` blobs.
    pub deprecations: Vec<Deprecations<'s>>,
    /// Blobs of any other schema, kept verbatim.
    pub others: Vec<Meta<'s>>,
}

impl Catalog<'_> {
    /// Returns whether there is no blob at all.
    pub fn is_empty(&self) -> bool {
        self.packages.is_empty()
            && self.channels.is_empty()
            && self.bundles.is_empty()
            && self.deprecations.is_empty()
            && self.others.is_empty()
    }
}

/// An `olm.package` blob.
#[derive(Debug, Clone)]
pub struct Package<'s> {
    /// The package's name.
    pub name: Cow<'s, str>,
    /// The channel for users who name none; empty when unset.
    pub default_channel: Cow<'s, str>,
    /// The picture that consoles show.
    pub icon: Option<Icon<'s>>,
    /// Markdown; empty when unset.
    pub description: Cow<'s, str>,
    /// Kept, never interpreted.
    pub properties: Vec<Property<'s>>,
    /// Where the blob stands.
    pub origin: Place,
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Icon<'s> {
    /// Standard padded base64; none is written `null`.
    pub data: Option<Cow<'s, str>>,
    /// A MIME type.
    pub media_type: Cow<'s, str>,
}

/// An `olm.channel` blob.
#[derive(Debug, Clone)]
pub struct Channel<'s> {
    /// The channel's name.
    pub name: Cow<'s, str>,
    /// The package that it belongs to.
    pub package: Cow<'s, str>,
    /// Its entries; none when the field is missing or `null`, which is written back as `null`.
    pub entries: Option<Vec<Entry<'s>>>,
    /// Kept, never interpreted.
    pub properties: Vec<Property<'s>>,
    /// Where the blob stands.
    pub origin: Place,
}

impl<'s> Channel<'s> {
    /// Returns the entries, of which a channel may have none.
    pub fn entries(&self) -> &[Entry<'s>] {
        self.entries.as_deref().unwrap_or_default()
    }
}

/// A bundle's seat in a channel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry<'s> {
    /// The bundle's name.
    pub name: Cow<'s, str>,
    /// The entry that this one upgrades; empty when unset.
    pub replaces: Cow<'s, str>,
    /// Entries that this one upgrades, too, and which nobody shall install any more.
    pub skips: Vec<Cow<'s, str>>,
    /// A range of versions that this one upgrades, in blang/semver's grammar; empty when unset.
    pub skip_range: Cow<'s, str>,
}

/// An `olm.bundle` blob.
#[derive(Debug, Clone)]
pub struct BundleBlob<'s> {
    /// The bundle's name, which is that of its CSV.
    pub name: Cow<'s, str>,
    /// The package that it belongs to.
    pub package: Cow<'s, str>,
    /// The reference of the bundle image; empty for a bundle that is inline.
    pub image: Cow<'s, str>,
    /// Its properties.
    pub properties: Vec<Property<'s>>,
    /// The images that it uses.
    pub related_images: Vec<RelatedImage<'s>>,
    /// Where the blob stands, or the bundle that it was rendered from.
    pub origin: Place,
}

/// An image that a bundle uses.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RelatedImage<'s> {
    /// A name; often empty.
    pub name: Cow<'s, str>,
    /// The reference.
    pub image: Cow<'s, str>,
}

/// An `olm.deprecations` blob.
#[derive(Debug, Clone)]
pub struct Deprecations<'s> {
    /// The package that it speaks of.
    pub package: Cow<'s, str>,
    /// What is deprecated; none when the field is missing or `null`.
    pub entries: Option<Vec<Deprecation<'s>>>,
    /// Where the blob stands.
    pub origin: Place,
}

/// One deprecated thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deprecation<'s> {
    /// `olm.package`, `olm.channel` or `olm.bundle`.
    pub schema: Cow<'s, str>,
    /// The name of the channel or bundle; empty for the package itself.
    pub name: Cow<'s, str>,
    /// What users are told.
    pub message: Cow<'s, str>,
}

/// A blob of a schema that we do not type.
#[derive(Debug, Clone)]
pub struct Meta<'s> {
    /// Its schema.
    pub schema: Cow<'s, str>,
    /// The package that it belongs to; empty for one of the whole catalog.
    pub package: Cow<'s, str>,
    /// The blob as JSON, keys sorted.
    pub blob: Raw<'s>,
    /// Where the blob stands.
    pub origin: Place,
}
