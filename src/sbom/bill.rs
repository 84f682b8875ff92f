//! What is in a catalog image, whatever the notation.

use std::collections::{BTreeMap, BTreeSet};

use super::purl;
use crate::catalog::{BundleBlob, Catalog};
use crate::oci::{Digest, Reference};

/// The catalog image itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// What it is called: a repository, or the name of a layout.
    pub name: String,
    /// Where it is published, if it is.
    pub reference: Option<Reference>,
    /// Its digest.
    pub digest: Digest,
    /// When it was made, in seconds since 1970.
    pub epoch: Option<u64>,
    /// The version of this program.
    pub tool: String,
}

/// A bill of materials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// The catalog image.
    pub root: Root,
    /// Bundles, by package and version as the catalog has them, and then the images that they need.
    pub components: Vec<Component>,
    /// Which bundle needs which images: places in `components`.
    pub links: Vec<Link>,
}

/// A bundle, or an image that one needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// What it is called in the bill, each otherwise.
    pub key: String,
    /// A bundle's name, or an image's.
    pub name: String,
    /// A bundle's version, or an image's digest or tag; empty if there is none.
    pub version: String,
    /// The reference of its image; empty if a bundle has none.
    pub image: String,
    /// Its package URL, if the reference is one of a registry.
    pub purl: Option<String>,
    /// Its digest, if the reference names it.
    pub digest: Option<Digest>,
    /// The packages that it belongs to.
    pub packages: BTreeSet<String>,
    /// Whether it is a bundle.
    pub is_bundle: bool,
}

/// What a bundle needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The bundle.
    pub bundle: usize,
    /// Its images.
    pub images: Vec<usize>,
}

impl Bill {
    /// Lists what a catalog holds.
    pub fn of(catalog: &Catalog<'_>, root: Root) -> Self {
        let mut bundles: BTreeMap<(String, String), &BundleBlob<'_>> = BTreeMap::new();
        for bundle in &catalog.bundles {
            bundles.entry((bundle.package.to_string(), bundle.name.to_string())).or_insert(bundle);
        }
        let mut images: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for bundle in bundles.values() {
            for image in related(bundle) {
                images.entry(image).or_default().insert(bundle.package.to_string());
            }
        }
        let first = bundles.len();
        let places: BTreeMap<&str, usize> =
            images.keys().enumerate().map(|(index, image)| (*image, first + index)).collect();
        let mut components: Vec<Component> = bundles.values().map(|bundle| of_bundle(bundle)).collect();
        components.extend(images.iter().map(|(image, packages)| of_image(image, packages)));
        let links = bundles.values().enumerate().map(|(index, bundle)| {
            let images: BTreeSet<usize> =
                related(bundle).filter_map(|image| places.get(image)).copied().collect();
            Link { bundle: index, images: images.into_iter().collect() }
        });
        let links = links.collect();
        Bill { root, components, links }
    }

    /// The catalog's own package URL, if it is published: without its tag, since the same image has others, too.
    pub(super) fn purl(&self) -> Option<String> {
        let root = &self.root;
        root.reference.as_ref().map(|reference| purl::of(&reference.pinned(root.digest)))
    }

    /// An identifier that is the same for the same bill and another for every other, since all that a bill says follows
    /// from this: a UUID of version 8 (RFC 9562), made of a digest.
    pub(super) fn uuid(&self, notation: &str) -> String {
        let Root { name, reference: _, digest, epoch, tool } = &self.root;
        let all = format!("{notation} {name} {digest} {epoch:?} {tool}");
        let mut bytes = Digest::of(all.as_bytes()).bytes();
        bytes[6] = bytes[6] & 0x0f | 0x80;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let hex: String = bytes[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}

/// The images that a bundle needs beside its own, which bundles list, too.
fn related<'b>(bundle: &'b BundleBlob<'_>) -> impl Iterator<Item = &'b str> {
    let images = bundle.related_images.iter().map(|related| related.image.as_ref());
    images.filter(|image| !image.is_empty() && *image != bundle.image)
}

fn of_bundle(bundle: &BundleBlob<'_>) -> Component {
    let property = bundle.package_property().ok();
    let reference = Reference::parse(&bundle.image).ok();
    Component {
        key: format!("bundle:{}/{}", bundle.package, bundle.name),
        name: bundle.name.to_string(),
        version: property.map(|property| property.version).unwrap_or_default(),
        image: bundle.image.to_string(),
        purl: reference.as_ref().map(purl::of),
        digest: reference.and_then(|reference| reference.digest()),
        packages: BTreeSet::from([bundle.package.to_string()]),
        is_bundle: true,
    }
}

fn of_image(image: &str, packages: &BTreeSet<String>) -> Component {
    let reference = Reference::parse(image).ok();
    let digest = reference.as_ref().and_then(Reference::digest);
    let tag = reference.as_ref().and_then(Reference::tag).map(str::to_owned);
    let name = reference.as_ref().map(|reference| format!("{}/{}", reference.host(), reference.repository()));
    Component {
        key: format!("image:{image}"),
        name: name.unwrap_or_else(|| image.to_owned()),
        version: digest.map(|digest| digest.to_string()).or(tag).unwrap_or_default(),
        image: image.to_owned(),
        purl: reference.as_ref().map(purl::of),
        digest,
        packages: packages.clone(),
        is_bundle: false,
    }
}
