//! Writes FBC as opm writes it (`alpha/declcfg/write.go`): the order of blobs, the fields of each,
//! and what is left out when it is empty.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::convert::Infallible;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rayon::prelude::*;

use super::{BundleBlob, Catalog, Channel, Deprecations, Icon, Meta, Package, Property, Raw};
use crate::text::{Builder, FileId, Place, Sources, Tree, json, yaml};

/// The notation of a written catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A document each, after `---`, keys sorted.
    Yaml,
    /// An object each, indented by four blanks, keys in the order of opm's types.
    Json,
}

/// A blob of a catalog, borrowed.
enum Blob<'c> {
    Package(&'c Package<'c>),
    Channel(&'c Channel<'c>),
    Bundle(&'c BundleBlob<'c>),
    Deprecations(&'c Deprecations<'c>),
    Other(&'c Meta<'c>),
}

/// Writes a catalog: package by package in byte order, in each the package, its channels and
/// bundles by name, other blobs by schema, deprecations; at last what belongs to no package.
///
/// Blobs without a package, which opm drops in silence, are written behind the last package: the
/// rules report them, and what is printed should be what was read.
pub fn write(catalog: &Catalog<'_>, format: Format) -> String {
    let mut whole = String::new();
    let Ok(()) = write_parts(catalog, format, |part| {
        whole.push_str(part);
        Ok::<(), Infallible>(())
    });
    whole
}

/// Writes a catalog as [`write()`] does, and hands it over in parts: while one is taken, the next is
/// made, and no more than these are in memory. For what may be larger than memory should be.
///
/// # Errors
/// The first error of `take`, after which nothing more is handed over.
pub fn write_parts<E>(
    catalog: &Catalog<'_>,
    format: Format,
    mut take: impl FnMut(&str) -> Result<(), E>,
) -> Result<(), E> {
    let blobs = order(catalog);
    let mut batches = batches(&blobs).into_iter();
    let make = |batch: &[Blob<'_>]| batch.par_iter().map(|blob| text(blob, format)).collect::<Vec<String>>();
    let mut ready = batches.next().map(make);
    while let Some(texts) = ready.take() {
        rayon::in_place_scope(|scope| {
            if let Some(batch) = batches.next() {
                scope.spawn(|_| ready = Some(make(batch)));
            }
            texts.iter().try_for_each(|text| take(text))
        })?;
    }
    Ok(())
}

/// Cuts a list of blobs into parts that give every core something to do, and are small beside what
/// they are parts of.
fn batches<'b, 'c>(blobs: &'b [Blob<'c>]) -> Vec<&'b [Blob<'c>]> {
    let full = rayon::current_num_threads() * (512 << 10);
    let (mut batches, mut start, mut bytes) = (Vec::new(), 0, 0);
    for (index, blob) in blobs.iter().enumerate() {
        bytes += size(blob);
        if bytes >= full || index + 1 == blobs.len() {
            batches.push(&blobs[start..=index]);
            (start, bytes) = (index + 1, 0);
        }
    }
    batches
}

/// About how many bytes a blob is written with: enough for most, so that room is made once.
fn size(blob: &Blob<'_>) -> usize {
    let properties = match blob {
        Blob::Bundle(bundle) => &bundle.properties,
        Blob::Package(package) => &package.properties,
        Blob::Channel(channel) => &channel.properties,
        Blob::Other(meta) => return meta.blob.text().len(),
        Blob::Deprecations(_) => return 0,
    };
    let size = |raw: &Raw<'_>| match raw {
        Raw::Manifest(json) => json.len() / 3 * 4,
        _ => raw.text().len(),
    };
    properties.iter().map(|property| property.value.as_ref().map_or(0, size)).sum()
}

/// Returns where each blob stands, in the order of writing.
pub fn places<'c>(catalog: &'c Catalog<'c>) -> Vec<&'c Place> {
    let place = |blob: Blob<'c>| match blob {
        Blob::Package(blob) => &blob.origin,
        Blob::Channel(blob) => &blob.origin,
        Blob::Bundle(blob) => &blob.origin,
        Blob::Deprecations(blob) => &blob.origin,
        Blob::Other(blob) => &blob.origin,
    };
    order(catalog).into_iter().map(place).collect()
}

/// Returns where each blob stands, in the order in which a walk meets the files: `a/b` comes before `a.b`. Files
/// that are read at the same time have numbers that say nothing.
pub fn places_by_file<'c>(catalog: &'c Catalog<'c>, sources: &Sources) -> Vec<&'c Place> {
    let mut places = places(catalog);
    let mut files: Vec<FileId> = places.iter().map(|place| place.file).collect();
    files.sort();
    files.dedup();
    files.sort_by_cached_key(|file| sources.get(*file).name().split('/').collect::<Vec<_>>());
    let ranks: HashMap<FileId, usize> = files.into_iter().zip(0..).collect();
    places.sort_by_key(|place| (ranks[&place.file], place.document_bytes().map_or(0, |bytes| bytes.start)));
    places
}

/// Returns each blob as a document, in the order of writing.
pub fn trees<'c>(catalog: &'c Catalog<'c>) -> Vec<Tree<'c>> {
    order(catalog).iter().map(|blob| tree(blob, Format::Json)).collect()
}

fn order<'c>(catalog: &'c Catalog<'c>) -> Vec<Blob<'c>> {
    let mut names: BTreeSet<&str> = catalog.packages.iter().map(|package| package.name.as_ref()).collect();
    names.extend(catalog.channels.iter().map(|channel| channel.package.as_ref()));
    names.extend(catalog.bundles.iter().map(|bundle| bundle.package.as_ref()));
    names.extend(catalog.others.iter().map(|meta| meta.package.as_ref()));
    names.extend(catalog.deprecations.iter().map(|deprecations| deprecations.package.as_ref()));

    // Sorting by (package, kind, name) at once keeps this linear in the number of packages.
    let rank: HashMap<&str, usize> = names.iter().enumerate().map(|(rank, name)| (*name, rank)).collect();
    let rank = |name: &str| if name.is_empty() { usize::MAX } else { rank[name] };
    let mut blobs: Vec<((usize, u8, &str), Blob<'c>)> = Vec::new();
    blobs.extend(
        catalog.packages.iter().map(|package| ((rank(&package.name), 0, ""), Blob::Package(package))),
    );
    blobs.extend(
        catalog
            .channels
            .iter()
            .map(|channel| ((rank(&channel.package), 1, channel.name.as_ref()), Blob::Channel(channel))),
    );
    blobs.extend(
        catalog
            .bundles
            .iter()
            .map(|bundle| ((rank(&bundle.package), 2, bundle.name.as_ref()), Blob::Bundle(bundle))),
    );
    blobs.extend(catalog.others.iter().map(|meta| {
        let schema = if meta.package.is_empty() { "" } else { meta.schema.as_ref() };
        ((rank(&meta.package), 3, schema), Blob::Other(meta))
    }));
    blobs.extend(
        catalog
            .deprecations
            .iter()
            .map(|deprecations| ((rank(&deprecations.package), 4, ""), Blob::Deprecations(deprecations))),
    );
    blobs.sort_by_key(|(key, _)| *key);
    blobs.into_iter().map(|(_, blob)| blob).collect()
}

fn text(blob: &Blob<'_>, format: Format) -> String {
    const INDENTED: json::Style = json::Style { indent: 4, sort: false, escape_html: false, doubles: false };
    let tree = tree(blob, format);
    let root = tree.root().expect("a blob is a mapping");
    // Indentation, types and braces add to what is counted.
    let mut out = String::with_capacity(size(blob) * 17 / 16 + 2048);
    match format {
        Format::Yaml => {
            out.push_str("---\n");
            yaml::write(root, &mut out);
        }
        Format::Json => {
            json::write(root, INDENTED, &mut out);
            out.push('\n');
        }
    }
    out
}

fn tree<'c>(blob: &Blob<'c>, format: Format) -> Tree<'c> {
    let mut to = Builder::default();
    match blob {
        Blob::Other(meta) => {
            to.json(meta.blob.to_json());
            return to.finish();
        }
        Blob::Package(package) => {
            to.open_map();
            to.field("schema", "olm.package");
            to.field("name", package.name.as_ref());
            to.field("defaultChannel", package.default_channel.as_ref());
            if let Some(Icon { data, media_type }) = &package.icon {
                to.str("icon");
                to.open_map();
                to.str("base64data");
                match data {
                    Some(data) => to.str(data.as_ref()),
                    None => to.null(),
                }
                to.field("mediatype", media_type.as_ref());
                to.close();
            }
            optional(&mut to, "description", &package.description);
            properties(&mut to, &package.properties, format);
        }
        Blob::Channel(channel) => {
            to.open_map();
            to.field("schema", "olm.channel");
            to.field("name", channel.name.as_ref());
            to.field("package", channel.package.as_ref());
            entries(&mut to, channel);
            properties(&mut to, &channel.properties, format);
        }
        Blob::Bundle(bundle) => {
            to.open_map();
            to.field("schema", "olm.bundle");
            optional(&mut to, "name", &bundle.name);
            optional(&mut to, "package", &bundle.package);
            to.field("image", bundle.image.as_ref());
            properties(&mut to, &bundle.properties, format);
            if !bundle.related_images.is_empty() {
                to.str("relatedImages");
                to.open_list();
                for image in &bundle.related_images {
                    to.open_map();
                    to.field("name", image.name.as_ref());
                    to.field("image", image.image.as_ref());
                    to.close();
                }
                to.close();
            }
        }
        Blob::Deprecations(deprecations) => {
            to.open_map();
            to.field("schema", "olm.deprecations");
            to.field("package", deprecations.package.as_ref());
            to.str("entries");
            list(&mut to, deprecations.entries.as_deref(), |to, entry| {
                to.str("reference");
                to.open_map();
                to.field("schema", entry.schema.as_ref());
                optional(to, "name", &entry.name);
                to.close();
                to.field("message", entry.message.as_ref());
            });
        }
    }
    to.close();
    to.finish()
}

fn entries<'c>(to: &mut Builder<'c>, channel: &'c Channel<'c>) {
    to.str("entries");
    list(to, channel.entries.as_deref(), |to, entry| {
        to.field("name", entry.name.as_ref());
        optional(to, "replaces", &entry.replaces);
        if !entry.skips.is_empty() {
            to.str("skips");
            to.open_list();
            entry.skips.iter().for_each(|skip| to.str(skip.as_ref()));
            to.close();
        }
        optional(to, "skipRange", &entry.skip_range);
    });
}

/// A list of mappings, or `null` where opm has a nil slice.
fn list<'c, T>(
    to: &mut Builder<'c>,
    items: Option<&'c [T]>,
    mut fields: impl FnMut(&mut Builder<'c>, &'c T),
) {
    let Some(items) = items else { return to.null() };
    to.open_list();
    for item in items {
        to.open_map();
        fields(to, item);
        to.close();
    }
    to.close();
}

fn optional<'c>(to: &mut Builder<'c>, key: &'static str, value: &'c str) {
    if !value.is_empty() {
        to.field(key, value);
    }
}

fn object<'c>(to: &mut Builder<'c>, data: Cow<'c, str>) {
    to.open_map();
    to.field("data", data);
    to.close();
}

fn properties<'c>(to: &mut Builder<'c>, properties: &'c [Property<'c>], format: Format) {
    if properties.is_empty() {
        return;
    }
    to.str("properties");
    list(to, Some(properties), |to, property| {
        to.field("type", property.kind.as_ref());
        to.str("value");
        match &property.value {
            Some(Raw::Json(json)) => to.json(json.as_ref()),
            Some(Raw::Data(data)) => object(to, data.as_ref().into()),
            Some(Raw::Manifest(json)) => object(to, STANDARD.encode(json).into()),
            Some(raw @ Raw::Source(_)) => match raw.tree().as_ref().ok().and_then(Tree::root) {
                // The writer of YAML sorts keys; that of JSON keeps the order of opm's types.
                Some(root) if format == Format::Yaml => to.value(root),
                _ => to.json(raw.to_json()),
            },
            None => to.null(),
        }
    });
}
