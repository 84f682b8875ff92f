//! What rules are handed: a borrowed noun with its surroundings.

use std::collections::HashMap;

use crate::bundle::Bundle;
use crate::catalog::{BundleBlob, Catalog, Channel, Graph, Package, PackageProperty};
use crate::text::Place;

/// A bundle, with what the project says of it.
#[derive(Debug)]
pub struct BundleView<'c> {
    /// The bundle.
    pub bundle: &'c Bundle<'c>,
}

/// The catalog, indexed by package.
#[derive(Debug)]
pub struct CatalogView<'c> {
    /// The catalog.
    pub catalog: &'c Catalog<'c>,
    packages: HashMap<&'c str, PackageIndex<'c>>,
}

/// What belongs to one package name, whether or not there is such a package.
#[derive(Debug, Default)]
struct PackageIndex<'c> {
    package: Option<&'c Package<'c>>,
    channels: Vec<&'c Channel<'c>>,
    bundles: Vec<&'c BundleBlob<'c>>,
}

impl<'c> CatalogView<'c> {
    /// Makes the view.
    pub fn new(catalog: &'c Catalog<'c>) -> Self {
        let mut packages: HashMap<&str, PackageIndex<'_>> = HashMap::new();
        for package in &catalog.packages {
            packages.entry(&package.name).or_default().package.get_or_insert(package);
        }
        for channel in &catalog.channels {
            packages.entry(&channel.package).or_default().channels.push(channel);
        }
        for bundle in &catalog.bundles {
            packages.entry(&bundle.package).or_default().bundles.push(bundle);
        }
        CatalogView { catalog, packages }
    }

    /// Returns the first package of this name.
    pub fn package(&self, name: &str) -> Option<&'c Package<'c>> {
        self.packages.get(name)?.package
    }

    /// Returns the channels whose `package` is this name, in the order of the files.
    pub fn channels(&self, package: &str) -> &[&'c Channel<'c>] {
        self.packages.get(package).map_or(&[], |index| &index.channels)
    }

    /// Returns the bundles whose `package` is this name, in the order of the files.
    pub fn bundles(&self, package: &str) -> &[&'c BundleBlob<'c>] {
        self.packages.get(package).map_or(&[], |index| &index.bundles)
    }
}

/// A package with what belongs to it.
#[derive(Debug)]
pub struct PackageView<'c> {
    /// The package.
    pub package: &'c Package<'c>,
    /// Its surroundings.
    pub catalog: &'c CatalogView<'c>,
}

impl<'c> PackageView<'c> {
    /// Returns the place of the package's blob.
    pub fn place(&self) -> &'c Place {
        &self.package.origin
    }

    /// Returns the package's channels.
    pub fn channels(&self) -> &[&'c Channel<'c>] {
        self.catalog.channels(&self.package.name)
    }

    /// Returns the package's bundles.
    pub fn bundles(&self) -> &[&'c BundleBlob<'c>] {
        self.catalog.bundles(&self.package.name)
    }
}

/// A channel with its graph.
#[derive(Debug)]
pub struct ChannelView<'c> {
    /// The channel.
    pub channel: &'c Channel<'c>,
    /// Its edges.
    pub graph: Graph<'c>,
    /// Its surroundings.
    pub catalog: &'c CatalogView<'c>,
}

impl<'c> ChannelView<'c> {
    /// Returns the place of the channel's blob.
    pub fn place(&self) -> &'c Place {
        &self.channel.origin
    }

    /// Returns the place of the entry with this name.
    pub fn entry_place(&self, name: &str) -> Place {
        let entries = self.place().key("entries");
        self.graph.position(name).map_or(entries.clone(), |index| entries.index(index))
    }
}

/// A bundle blob with what its `olm.package` properties say.
#[derive(Debug)]
pub struct BlobView<'c> {
    /// The blob.
    pub blob: &'c BundleBlob<'c>,
    /// Its `olm.package` properties by index in the list; the text says why one does not parse.
    pub package_properties: Vec<(usize, Result<PackageProperty, String>)>,
    /// Its surroundings.
    pub catalog: &'c CatalogView<'c>,
}

impl<'c> BlobView<'c> {
    /// Returns the place of the blob.
    pub fn place(&self) -> &'c Place {
        &self.blob.origin
    }

    /// Returns the `olm.package` property, if there is exactly one and it parses.
    pub fn package_property(&self) -> Option<(usize, &PackageProperty)> {
        match self.package_properties.as_slice() {
            [(index, Ok(property))] => Some((*index, property)),
            _ => None,
        }
    }
}
