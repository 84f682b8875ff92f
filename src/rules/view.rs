//! What rules are handed: a borrowed noun with its surroundings.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use super::Context;
use super::cel_faults::{self, CelFault};
use super::crd_schemas::{self, ExampleFault, Judged};
use super::csv_schema::{self, Violation};
use crate::bundle::{At, Bundle, CHANNELS_ANNOTATION, Contents, UNPACKED_FLOOR};
use crate::catalog::{
    BundleBlob, Catalog, Channel, Deprecation, Deprecations, Graph, PACKAGE, Package, PackageProperty,
};
use crate::settings::Expected;
use crate::text::Place;

/// A bundle, with what the project says of it.
#[derive(Debug)]
pub struct BundleView<'c> {
    /// The bundle.
    pub bundle: &'c Bundle<'c>,
    /// What is in it.
    pub contents: Contents<'c>,
    /// Where it is to be installed, and by whom.
    pub context: &'c Context<'c>,
    /// What is wrong with the CSV by its schema, once somebody asked.
    violations: OnceCell<Vec<Violation>>,
    unpacked_size: OnceCell<usize>,
    /// The CRDs with what is wrong with their schemas, likewise.
    crds: OnceCell<Vec<Judged<'c>>>,
    /// What is wrong with the examples by those, likewise.
    example_faults: OnceCell<Vec<ExampleFault>>,
    /// What is wrong with the rules in CEL of the CRDs, likewise.
    cel_faults: OnceCell<Vec<CelFault>>,
}

impl<'c> BundleView<'c> {
    /// Makes the view.
    pub fn new(bundle: &'c Bundle<'c>, context: &'c Context<'c>) -> Self {
        BundleView {
            bundle,
            contents: Contents::new(bundle),
            context,
            violations: OnceCell::new(),
            unpacked_size: OnceCell::new(),
            crds: OnceCell::new(),
            example_faults: OnceCell::new(),
            cel_faults: OnceCell::new(),
        }
    }

    /// Returns the place of what is missing from the bundle as a whole.
    pub fn home(&self) -> Place {
        Place::file(self.bundle.home)
    }

    /// Returns what is wrong with the CSV by its schema.
    pub(super) fn violations(&self) -> &[Violation] {
        self.violations.get_or_init(|| csv_schema::violations(self))
    }

    /// Returns [`Bundle::unpacked_size`] from [`UNPACKED_FLOOR`] on, computed once.
    pub(super) fn unpacked_size(&self) -> usize {
        *self.unpacked_size.get_or_init(|| self.bundle.unpacked_size(UNPACKED_FLOOR))
    }

    /// Returns the CRDs with what is wrong with their schemas.
    pub(super) fn crds(&self) -> &[Judged<'c>] {
        self.crds.get_or_init(|| crd_schemas::judge(self))
    }

    /// Returns what is wrong with the examples by the schemas of their CRDs.
    pub(super) fn example_faults(&self) -> &[ExampleFault] {
        self.example_faults.get_or_init(|| crd_schemas::example_faults(self))
    }

    /// Returns what is wrong with the rules in CEL of the CRDs.
    pub(super) fn cel_faults(&self) -> &[CelFault] {
        self.cel_faults.get_or_init(|| cel_faults::of(self))
    }

    /// Returns the annotations of the bundle.
    pub fn annotations(&self) -> Option<At<'c>> {
        At::root(self.bundle.annotations_file()?)?.get("annotations")
    }

    /// Returns one of the annotations of the bundle.
    pub fn annotation(&self, name: &'c str) -> Option<At<'c>> {
        self.annotations()?.get(name)
    }

    /// Returns the channels that the annotations name, split as opm does: with their blanks.
    pub fn channels(&self) -> Vec<&'c str> {
        let channels = self.annotation(CHANNELS_ANNOTATION).map(|at| at.value.text()).unwrap_or_default();
        channels.split(',').filter(|_| !channels.is_empty()).collect()
    }

    /// Returns what the installer expects of this bundle's package; none if it does not install it,
    /// or the bundle has no version, which is another rule's finding.
    pub fn expected(&self) -> Option<&'c Expected> {
        if self.bundle.version().is_empty() {
            return None;
        }
        self.context.contract?.packages.get(self.bundle.package().as_ref())
    }
}

/// The catalog, indexed by package.
#[derive(Debug)]
pub struct CatalogView<'c> {
    /// The catalog.
    pub catalog: &'c Catalog<'c>,
    packages: HashMap<&'c str, PackageIndex<'c>>,
    lost_channels: HashSet<&'c str>,
    lost_entries: HashSet<&'c str>,
    lost_bundles: HashSet<&'c str>,
}

/// An entry of a channel: the channel, and the place in its list.
pub(super) type Seat<'c> = (&'c Channel<'c>, usize);

/// What belongs to one package name, whether or not there is such a package.
#[derive(Debug, Default)]
struct PackageIndex<'c> {
    package: Option<&'c Package<'c>>,
    channels: Vec<&'c Channel<'c>>,
    bundles: Vec<&'c BundleBlob<'c>>,
    bundles_by_name: HashMap<&'c str, &'c BundleBlob<'c>>,
    seats: HashMap<&'c str, Vec<Seat<'c>>>,
}

impl<'c> CatalogView<'c> {
    /// Makes the view.
    pub fn new(catalog: &'c Catalog<'c>) -> Self {
        let mut packages: HashMap<&str, PackageIndex<'_>> = HashMap::new();
        for package in &catalog.packages {
            packages.entry(&package.name).or_default().package.get_or_insert(package);
        }
        for channel in &catalog.channels {
            let index = packages.entry(&channel.package).or_default();
            index.channels.push(channel);
            for (position, entry) in channel.entries().iter().enumerate() {
                index.seats.entry(&entry.name).or_default().push((channel, position));
            }
        }
        for bundle in &catalog.bundles {
            let index = packages.entry(&bundle.package).or_default();
            index.bundles.push(bundle);
            index.bundles_by_name.entry(&bundle.name).or_insert(bundle);
        }
        let is_lost = |name: &str, index: &PackageIndex<'_>| name.is_empty() || index.package.is_none();
        let lost: Vec<_> =
            packages.iter().filter(|(name, index)| is_lost(name, index)).map(|(_, index)| index).collect();
        let channels = lost.iter().flat_map(|index| &index.channels);
        CatalogView {
            catalog,
            lost_channels: channels.map(|channel| channel.name.as_ref()).collect(),
            lost_entries: lost.iter().flat_map(|index| index.seats.keys().copied()).collect(),
            lost_bundles: lost.iter().flat_map(|index| index.bundles_by_name.keys().copied()).collect(),
            packages,
        }
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

    /// Returns the first bundle of a package with this name.
    pub fn bundle(&self, package: &str, name: &str) -> Option<&'c BundleBlob<'c>> {
        self.packages.get(package)?.bundles_by_name.get(name).copied()
    }

    /// Returns the entries of this name in the channels of a package, in the order of the files.
    pub fn seats(&self, package: &str, name: &str) -> &[Seat<'c>] {
        let seats = self.packages.get(package).and_then(|index| index.seats.get(name));
        seats.map_or(&[], Vec::as_slice)
    }

    /// Returns whether a name is that of no package. As long as some package has no name, every
    /// name may be its own, and that one fault is enough to report.
    pub fn is_unknown(&self, package: &str) -> bool {
        self.package(package).is_none() && self.package("").is_none()
    }

    /// Returns the names of the channels whose package is not there. One fault is to give one
    /// finding: what somebody misses elsewhere may be among these, and they are reported.
    pub fn lost_channels(&self) -> &HashSet<&'c str> {
        &self.lost_channels
    }

    /// Returns the names of the entries of [`CatalogView::lost_channels`].
    pub fn lost_entries(&self) -> &HashSet<&'c str> {
        &self.lost_entries
    }

    /// Returns whether a bundle may be there, but without its name, or without its package.
    pub fn is_lost_bundle(&self, package: &str, name: &str) -> bool {
        self.lost_bundles.contains(name) || self.bundle(package, "").is_some()
    }

    /// Returns the names of the packages.
    pub fn package_names(&self) -> impl Iterator<Item = &'c str> {
        self.catalog.packages.iter().map(|package| package.name.as_ref()).filter(|name| !name.is_empty())
    }
}

/// A package with what belongs to it. It has a name, and is the first that has it.
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
    /// Its surroundings.
    pub catalog: &'c CatalogView<'c>,
    graph: Graph<'c>,
    is_clear: bool,
}

impl<'c> ChannelView<'c> {
    /// Makes the view.
    pub fn new(channel: &'c Channel<'c>, catalog: &'c CatalogView<'c>) -> Self {
        let entries = channel.entries();
        let mut names = HashSet::new();
        let is_clear = !entries.is_empty()
            && entries.iter().all(|entry| !entry.name.is_empty() && names.insert(&entry.name));
        ChannelView { channel, catalog, graph: Graph::new(channel), is_clear }
    }

    /// Returns the graph, unless there are no entries, or ones without name or with the same name:
    /// these are faults of their own, and any judgement on the graph would only echo them.
    pub fn graph(&self) -> Option<&Graph<'c>> {
        self.is_clear.then_some(&self.graph)
    }

    /// Returns the place of the channel's blob.
    pub fn place(&self) -> &'c Place {
        &self.channel.origin
    }

    /// Returns the place of the entry with this name.
    pub fn entry_place(&self, name: &str) -> Place {
        let entries = self.place().key("entries");
        self.graph.position(name).map_or(entries.clone(), |index| entries.index(index))
    }

    /// Returns what messages call the channel.
    pub fn title(&self) -> String {
        title("channel", &self.channel.name)
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
    /// Makes the view.
    pub fn new(blob: &'c BundleBlob<'c>, catalog: &'c CatalogView<'c>) -> Self {
        let package_properties = (blob.properties.iter().enumerate())
            .filter(|(_, property)| property.kind == PACKAGE)
            .map(|(index, property)| {
                let value = property.value.as_ref().ok_or("it has no value".to_owned());
                (index, value.and_then(PackageProperty::parse))
            })
            .collect();
        BlobView { blob, package_properties, catalog }
    }

    /// Returns the place of the blob.
    pub fn place(&self) -> &'c Place {
        &self.blob.origin
    }

    /// Returns the place of a property.
    pub fn property_place(&self, index: usize) -> Place {
        self.place().key("properties").index(index)
    }

    /// Returns the `olm.package` property, if there is exactly one and it parses.
    pub fn package_property(&self) -> Option<(usize, &PackageProperty)> {
        match self.package_properties.as_slice() {
            [(index, Ok(property))] => Some((*index, property)),
            _ => None,
        }
    }

    /// Returns what messages call the bundle.
    pub fn title(&self) -> String {
        title("bundle", &self.blob.name)
    }
}

/// The deprecations of a package.
#[derive(Debug)]
pub struct DeprecationsView<'c> {
    /// The blob.
    pub blob: &'c Deprecations<'c>,
    /// Its surroundings.
    pub catalog: &'c CatalogView<'c>,
}

impl<'c> DeprecationsView<'c> {
    /// Returns the place of the blob.
    pub fn place(&self) -> &'c Place {
        &self.blob.origin
    }

    /// Returns the place of an entry.
    pub fn entry_place(&self, index: usize) -> Place {
        self.place().key("entries").index(index)
    }

    /// Returns the entries with their index, and of those that repeat an earlier one its index.
    pub fn entries(&self) -> impl Iterator<Item = (usize, &'c Deprecation<'c>, Option<usize>)> {
        let mut seen = HashMap::new();
        self.blob.entries.iter().flatten().enumerate().map(move |(index, entry)| {
            let first = *seen.entry((&entry.schema, &entry.name)).or_insert(index);
            (index, entry, (first < index).then_some(first))
        })
    }

    /// Returns the entries of a schema that do not repeat an earlier one, with their index.
    pub fn of_schema(&self, schema: &str) -> impl Iterator<Item = (usize, &'c Deprecation<'c>)> {
        self.entries()
            .filter(move |(_, entry, first)| entry.schema == schema && first.is_none())
            .map(|(index, entry, _)| (index, entry))
    }

    /// Returns whether the package exists, without which there is nothing to look anything up in.
    pub fn has_package(&self) -> bool {
        self.catalog.package(&self.blob.package).is_some() && !self.blob.package.is_empty()
    }
}

fn title(noun: &str, name: &str) -> String {
    if name.is_empty() { format!("a {noun} without name") } else { format!("{noun} `{name}`") }
}
