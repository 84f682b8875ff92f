//! A bundle becomes an `olm.bundle` blob, as `opm render` makes it (opm-spec section 5).

mod csv;
mod csv_metadata;
mod properties;

use std::borrow::Cow;

use rayon::prelude::*;

use crate::bundle::{Bundle, Csv};
use crate::catalog::{BUNDLE_OBJECT, BundleBlob, CSV_METADATA, Catalog, Property, RelatedImage};
use crate::text::{Kind, Value};

pub use csv::csv_of_metadata;

/// Renders a bundle.
///
/// # Errors
/// A phrase, when the bundle has no CSV, no annotations, or lacks a CRD that its CSV owns. The rules
/// say the same with a place; `opm` refuses to render such a bundle, and so do we.
pub fn bundle<'s>(bundle: &Bundle<'s>) -> Result<BundleBlob<'s>, String> {
    let manifest = bundle.csv_manifest().ok_or("no ClusterServiceVersion among the manifests")?;
    let csv = Csv(manifest.root().ok_or("the ClusterServiceVersion is empty")?);
    if bundle.annotations_file().is_none() {
        return Err("no annotations file among the metadata".to_owned());
    }
    Ok(BundleBlob {
        name: bundle.name(),
        package: bundle.package(),
        image: bundle.image.clone(),
        properties: properties::of(bundle, csv)?,
        related_images: related_images(bundle, csv),
        origin: manifest.place(),
    })
}

/// What `render` does to every bundle, wherever it came from: manifests behind the other
/// properties, related images by reference.
pub fn tidy(blob: &mut BundleBlob<'_>) {
    blob.properties.sort_by_key(is_bulky);
    blob.related_images.sort_by(|a, b| a.image.cmp(&b.image));
}

fn is_bulky(property: &Property<'_>) -> bool {
    property.kind == BUNDLE_OBJECT || property.kind == CSV_METADATA
}

/// Replaces the manifests of each bundle by `olm.csv.metadata`, as opm's migration
/// `bundle-object-to-csv-metadata` does: only where there is an image to get the manifests from.
pub fn migrate(catalog: &mut Catalog<'_>) {
    catalog.bundles.par_iter_mut().for_each(migrate_bundle);
}

/// Does to one bundle what [`migrate`] does to all.
pub fn migrate_bundle(blob: &mut BundleBlob<'_>) {
    csv_metadata::migrate(blob);
}

fn text<'s>(value: Value<'_, 's>, key: &str) -> Cow<'s, str> {
    value.get(key).filter(|value| value.kind() == Kind::Str).map(Value::cow).unwrap_or_default()
}

/// The images of the CSV's own list, the bundle image, and those that its deployments run.
fn related_images<'s>(bundle: &Bundle<'s>, csv: Csv<'_, 's>) -> Vec<RelatedImage<'s>> {
    let mut images: Vec<RelatedImage<'s>> = (csv.list(&["relatedImages"]))
        .map(|image| RelatedImage { name: text(image, "name"), image: text(image, "image") })
        .collect();
    let mut run: Vec<Cow<'s, str>> = Vec::new();
    if csv.spec().and_then(|spec| spec.at(&["install", "strategy"])).and_then(Value::str)
        == Some("deployment")
    {
        for deployment in csv.deployments() {
            let Some(pod) = deployment.at(&["spec", "template", "spec"]) else { continue };
            let containers = ["containers", "initContainers"].iter().filter_map(|list| pod.get(list));
            for container in containers.flat_map(Value::items) {
                let image = text(container, "image");
                if !run.contains(&image) {
                    run.push(image);
                }
            }
        }
    }
    // opm compares with the CSV's list only, so a deployment may name the bundle image once more.
    let is_listed =
        |image: &str, images: &[RelatedImage<'s>]| images.iter().any(|known| known.image == image);
    run.retain(|image| !is_listed(image, &images));
    if !bundle.image.is_empty() && !is_listed(&bundle.image, &images) {
        run.insert(0, bundle.image.clone());
    }
    images.extend(run.into_iter().map(|image| RelatedImage { name: Cow::Borrowed(""), image }));
    images.sort_by(|a, b| a.image.cmp(&b.image));
    images
}
