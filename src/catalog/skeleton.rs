//! What is left of a catalog when its bundles were looked at one by one: names and edges.

use std::borrow::Cow;

use super::{
    BUNDLE_OBJECT, BundleBlob, Catalog, Channel, Deprecation, Deprecations, Entry, Meta, PACKAGE, Package,
    Property, Raw,
};
use crate::text::Place;

fn owned(text: &str) -> Cow<'static, str> {
    Cow::Owned(text.to_owned())
}

/// An object that no rule has anything against, in the place of one that was checked.
const EMPTY: &str = "e30=";

/// Returns the catalog without what only rules about single bundles look at: objects, other properties,
/// images, pictures and prose. What is left owns its texts; `moved` says where its blobs stand.
pub fn skeleton(catalog: &Catalog<'_>, moved: impl Fn(&Place) -> Place) -> Catalog<'static> {
    Catalog {
        packages: (catalog.packages.iter())
            .map(|package| Package {
                name: owned(&package.name),
                default_channel: owned(&package.default_channel),
                icon: None,
                description: Cow::Borrowed(""),
                properties: Vec::new(),
                origin: moved(&package.origin),
            })
            .collect(),
        channels: (catalog.channels.iter())
            .map(|channel| Channel {
                name: owned(&channel.name),
                package: owned(&channel.package),
                entries: channel.entries.as_ref().map(|entries| entries.iter().map(entry).collect()),
                properties: Vec::new(),
                origin: moved(&channel.origin),
            })
            .collect(),
        bundles: catalog.bundles.iter().map(|blob| bundle(blob, moved(&blob.origin))).collect(),
        deprecations: (catalog.deprecations.iter())
            .map(|blob| Deprecations {
                package: owned(&blob.package),
                entries: blob.entries.as_ref().map(|entries| entries.iter().map(deprecation).collect()),
                origin: moved(&blob.origin),
            })
            .collect(),
        others: (catalog.others.iter())
            .map(|meta| Meta {
                schema: owned(&meta.schema),
                package: owned(&meta.package),
                blob: Raw::Json(Cow::Borrowed("{}")),
                origin: moved(&meta.origin),
            })
            .collect(),
    }
}

fn entry(entry: &Entry<'_>) -> Entry<'static> {
    Entry {
        name: owned(&entry.name),
        replaces: owned(&entry.replaces),
        skips: entry.skips.iter().map(|skip| owned(skip)).collect(),
        skip_range: owned(&entry.skip_range),
    }
}

fn deprecation(entry: &Deprecation<'_>) -> Deprecation<'static> {
    Deprecation { schema: owned(&entry.schema), name: owned(&entry.name), message: owned(&entry.message) }
}

fn bundle(bundle: &BundleBlob<'_>, origin: Place) -> BundleBlob<'static> {
    let packages = bundle.properties.iter().filter(|property| property.kind == PACKAGE);
    let mut properties: Vec<Property<'static>> = packages
        .map(|property| Property {
            kind: Cow::Borrowed(PACKAGE),
            value: property.value.as_ref().map(|value| Raw::Json(Cow::Owned(value.to_json().into_owned()))),
        })
        .collect();
    // A bundle without image needs an object, and which one does not matter.
    if bundle.properties.iter().any(|property| property.kind == BUNDLE_OBJECT) {
        let value = Some(Raw::Data(Cow::Borrowed(EMPTY)));
        properties.push(Property { kind: Cow::Borrowed(BUNDLE_OBJECT), value });
    }
    BundleBlob {
        name: owned(&bundle.name),
        package: owned(&bundle.package),
        image: owned(&bundle.image),
        properties,
        related_images: Vec::new(),
        origin,
    }
}
