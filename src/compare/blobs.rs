//! What differs between the blobs of two catalogs. Where they stand does not count, nor how they are spelled or in which
//! order.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::bundle::Change;
use super::difference::{BlobDifference, Deprecated, Difference};
use crate::catalog::{BundleBlob, Catalog, Channel, Package, Property, RelatedImage};

/// What differs, by key, with the fields that do if both sides have it.
type Differing<K> = Vec<(K, Change, Vec<String>)>;

/// Compares the blobs of two catalogs.
pub(super) fn difference<'c>(old: &'c Catalog<'c>, new: &'c Catalog<'c>) -> Difference {
    let mut difference = Difference {
        packages: blobs(differing(packages(old), packages(new), package_fields)),
        channels: blobs(differing(channels(old), channels(new), channel_fields)),
        bundles: blobs(differing(bundles(old), bundles(new), bundle_fields)),
        others: blobs(differing(others(old), others(new), |old, new| when(old != new, "content"))),
        deprecations: deprecated(old, new),
        ..Difference::default()
    };
    let (before, after) = (packages(old), packages(new));
    for ((_, name), package) in &before {
        let moved =
            after.get(&(*name, *name)).map(|after| (&package.default_channel, &after.default_channel));
        if let Some((before, after)) = moved.filter(|(before, after)| before != after) {
            difference.defaults.push(((*name).to_owned(), before.to_string(), after.to_string()));
        }
    }
    difference
}

/// Package and name.
type Key<'c> = (&'c str, &'c str);

fn blobs(differing: Differing<Key<'_>>) -> Vec<BlobDifference> {
    let blob = |((package, name), change, fields): (Key<'_>, Change, Vec<String>)| BlobDifference {
        package: package.to_owned(),
        name: name.to_owned(),
        change,
        fields,
    };
    differing.into_iter().map(blob).collect()
}

/// Compares what two catalogs have under the same keys. `fields` says which fields differ.
fn differing<K: Ord + Copy, V>(
    old: BTreeMap<K, V>,
    new: BTreeMap<K, V>,
    fields: impl Fn(&V, &V) -> Vec<String>,
) -> Differing<K> {
    let keys: BTreeSet<K> = old.keys().chain(new.keys()).copied().collect();
    let change = |key: K| match (old.get(&key), new.get(&key)) {
        (None, _) => Some((key, Change::Added, Vec::new())),
        (_, None) => Some((key, Change::Removed, Vec::new())),
        (Some(old), Some(new)) => {
            let fields = fields(old, new);
            (!fields.is_empty()).then_some((key, Change::Changed, fields))
        }
    };
    keys.into_iter().filter_map(change).collect()
}

/// Makes a mapping of which the first of several under one key counts, as for OLM.
fn first<K: Ord, V>(pairs: impl Iterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    for (key, value) in pairs {
        map.entry(key).or_insert(value);
    }
    map
}

fn packages<'c>(catalog: &'c Catalog<'c>) -> BTreeMap<Key<'c>, &'c Package<'c>> {
    let key = |package: &'c Package<'c>| (package.name.as_ref(), package.name.as_ref());
    first(catalog.packages.iter().map(|package| (key(package), package)))
}

fn channels<'c>(catalog: &'c Catalog<'c>) -> BTreeMap<Key<'c>, &'c Channel<'c>> {
    let key = |channel: &'c Channel<'c>| (channel.package.as_ref(), channel.name.as_ref());
    first(catalog.channels.iter().map(|channel| (key(channel), channel)))
}

fn bundles<'c>(catalog: &'c Catalog<'c>) -> BTreeMap<Key<'c>, &'c BundleBlob<'c>> {
    let key = |bundle: &'c BundleBlob<'c>| (bundle.package.as_ref(), bundle.name.as_ref());
    first(catalog.bundles.iter().map(|bundle| (key(bundle), bundle)))
}

/// Returns the blobs of other schemas as JSON, sorted, by package and schema: which of them are meant to be the same only
/// their schema knows.
fn others<'c>(catalog: &'c Catalog<'c>) -> BTreeMap<Key<'c>, Vec<Cow<'c, str>>> {
    let mut others: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for blob in &catalog.others {
        others.entry((blob.package.as_ref(), blob.schema.as_ref())).or_default().push(blob.blob.to_json());
    }
    others.values_mut().for_each(|blobs| blobs.sort_unstable());
    others
}

/// Compares what is said to be deprecated.
fn deprecated<'c>(old: &'c Catalog<'c>, new: &'c Catalog<'c>) -> Vec<Deprecated> {
    let messages = |catalog: &'c Catalog<'c>| {
        let entries = |blob: &'c crate::catalog::Deprecations<'c>| {
            let package = blob.package.as_ref();
            let entries = blob.entries.iter().flatten();
            entries.map(move |entry| {
                ((package, entry.schema.as_ref(), entry.name.as_ref()), entry.message.as_ref())
            })
        };
        first(catalog.deprecations.iter().flat_map(entries))
    };
    let (old, new): (BTreeMap<_, &str>, BTreeMap<_, &str>) = (messages(old), messages(new));
    let differing = differing(old.clone(), new.clone(), |old, new| when(old != new, "message"));
    let deprecated = |(key, change, _): ((&str, &str, &str), Change, _)| Deprecated {
        package: key.0.to_owned(),
        schema: key.1.to_owned(),
        name: key.2.to_owned(),
        message: new.get(&key).or(old.get(&key)).copied().unwrap_or_default().to_owned(),
        change,
    };
    differing.into_iter().map(deprecated).collect()
}

/// Returns the name of a field if it differs.
fn when(differs: bool, field: &str) -> Vec<String> {
    if differs { vec![field.to_owned()] } else { Vec::new() }
}

fn package_fields(old: &&Package<'_>, new: &&Package<'_>) -> Vec<String> {
    let mut fields = when(old.default_channel != new.default_channel, "defaultChannel");
    fields.extend(when(old.description != new.description, "description"));
    fields.extend(when(old.icon != new.icon, "icon"));
    fields.extend(properties(&old.properties, &new.properties));
    fields
}

fn channel_fields(old: &&Channel<'_>, new: &&Channel<'_>) -> Vec<String> {
    let mut fields = when(edges(old) != edges(new), "entries");
    fields.extend(properties(&old.properties, &new.properties));
    fields
}

/// The edges that lead to an entry: what it replaces, skips, and the range.
type Edges<'c> = (&'c str, BTreeSet<&'c str>, &'c str);

/// Returns the entries of a channel with their edges.
fn edges<'c>(channel: &'c Channel<'_>) -> BTreeMap<&'c str, Edges<'c>> {
    let entries = channel.entries().iter().map(|entry| {
        let skips = entry.skips.iter().map(AsRef::as_ref).collect();
        (entry.name.as_ref(), (entry.replaces.as_ref(), skips, entry.skip_range.as_ref()))
    });
    first(entries)
}

fn bundle_fields(old: &&BundleBlob<'_>, new: &&BundleBlob<'_>) -> Vec<String> {
    let mut fields = when(old.image != new.image, "image");
    fields.extend(properties(&old.properties, &new.properties));
    fields.extend(when(images(&old.related_images) != images(&new.related_images), "relatedImages"));
    fields
}

fn images<'c>(images: &'c [RelatedImage<'_>]) -> Vec<Key<'c>> {
    let mut images: Vec<Key<'c>> =
        images.iter().map(|image| (image.name.as_ref(), image.image.as_ref())).collect();
    images.sort_unstable();
    images
}

/// Returns the types of the properties that differ, as fields. Equal bytes are the rule, and how a value is spelled is
/// looked at only where they differ.
fn properties(old: &[Property<'_>], new: &[Property<'_>]) -> Vec<String> {
    fn sorted<'c>(properties: &'c [Property<'c>]) -> Vec<&'c Property<'c>> {
        let mut sorted: Vec<_> = properties.iter().collect();
        sorted.sort_by(|one, other| (&one.kind, &one.value).cmp(&(&other.kind, &other.value)));
        sorted
    }
    if old == new || sorted(old) == sorted(new) {
        return Vec::new();
    }
    let spelled = |properties: &[Property<'_>]| -> BTreeSet<(String, Option<String>)> {
        let value = |property: &Property<'_>| property.value.as_ref().map(|raw| raw.to_json().into_owned());
        properties.iter().map(|property| (property.kind.to_string(), value(property))).collect()
    };
    let (old, new) = (spelled(old), spelled(new));
    let kinds: BTreeSet<&str> = old.symmetric_difference(&new).map(|(kind, _)| kind.as_str()).collect();
    kinds.into_iter().map(|kind| format!("property {kind}")).collect()
}
