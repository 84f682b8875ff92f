//! Which images a cluster pulls that installs from a catalog, and for whose sake.

use std::collections::{BTreeMap, BTreeSet};

use super::Catalog;

/// Who needs an image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needed {
    /// Whether it is the image of a bundle, and not only related to one.
    pub is_bundle: bool,
    /// The packages whose bundles need it.
    pub packages: BTreeSet<String>,
    /// The channels, as `package/channel`; none for bundles that are in no channel.
    pub channels: BTreeSet<String>,
}

/// Returns every image of a catalog, of bundles and related ones, by its reference. With `package` or `channel`,
/// only what those need.
pub fn images(
    catalog: &Catalog<'_>,
    package: Option<&str>,
    channel: Option<&str>,
) -> BTreeMap<String, Needed> {
    let mut seats: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for blob in &catalog.channels {
        for entry in blob.entries() {
            seats.entry((blob.package.as_ref(), entry.name.as_ref())).or_default().insert(&blob.name);
        }
    }
    let mut images: BTreeMap<String, Needed> = BTreeMap::new();
    for bundle in &catalog.bundles {
        let channels = seats.get(&(bundle.package.as_ref(), bundle.name.as_ref()));
        let is_in = |wanted: &str| channels.is_some_and(|channels| channels.contains(wanted));
        if package.is_some_and(|wanted| bundle.package != wanted) || channel.is_some_and(|name| !is_in(name))
        {
            continue;
        }
        let related = bundle.related_images.iter().map(|related| related.image.as_ref());
        for (image, is_bundle) in
            std::iter::once((bundle.image.as_ref(), true)).chain(related.map(|image| (image, false)))
        {
            if image.is_empty() {
                continue;
            }
            let needed = images.entry(image.to_owned()).or_default();
            needed.is_bundle |= is_bundle;
            needed.packages.insert(bundle.package.to_string());
            let wanted =
                channels.into_iter().flatten().filter(|name| channel.is_none_or(|only| only == **name));
            needed.channels.extend(wanted.map(|name| format!("{}/{name}", bundle.package)));
        }
    }
    images
}
