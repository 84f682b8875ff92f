//! Loads what an image holds: a bundle or a catalog, by its labels and as opm tells them apart
//! (`alpha/action/render.go`).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::bundle::{MANIFEST_LIMIT, manifests};
use super::catalog::parse;
use super::{Ignore, LIMIT};
use crate::bundle::{Bundle, Ignored, PACKAGE_ANNOTATION};
use crate::catalog::Catalog;
use crate::diag::{Error, Report};
use crate::oci::{self, Digest, Place, Pulled, Puller, Unpacked};
use crate::text::Sources;

/// The label that names the folder of a catalog (`operator-registry/pkg/containertools/labels.go`).
const CONFIGS_LABEL: &str = "operators.operatorframework.io.index.configs.v1";
/// The label of catalogs before FBC.
const DATABASE_LABEL: &str = "operators.operatorframework.io.index.database.v1";

/// What an image holds.
#[derive(Debug)]
pub enum Image<'s> {
    /// A bundle.
    Bundle(Bundle<'s>),
    /// A catalog.
    Catalog(Catalog<'s>),
}

/// The files of a folder, by their paths in it.
type Files = BTreeMap<String, Arc<Vec<u8>>>;

/// Pulls an image, or opens it where it is on disk, and reads the bundle or the catalog in it. Places in findings are
/// written `reference:path/in/image`.
///
/// # Errors
/// When the image cannot be pulled or unpacked, is neither bundle nor catalog, or lacks what its labels
/// promise.
pub fn image<'s>(
    place: &Place,
    puller: &Puller,
    sources: &'s Sources,
    report: &mut Report,
) -> Result<Image<'s>, Error> {
    held(&puller.pull(place).map_err(from_oci)?, puller, sources, report)
}

/// Reads the bundle or the catalog in an image that was pulled.
///
/// # Errors
/// Those of [`image()`].
pub fn held<'s>(
    pulled: &Pulled,
    puller: &Puller,
    sources: &'s Sources,
    report: &mut Report,
) -> Result<Image<'s>, Error> {
    let fault = |why: &str| Error::new(format!("cannot read {}: {why}", pulled.name));
    if let Some(folder) = pulled.labels.get(CONFIGS_LABEL) {
        let files = catalog_files(pulled, folder, puller)?;
        return Ok(Image::Catalog(catalog_of(&pulled.name, folder, files, sources, report)));
    }
    if pulled.labels.contains_key(PACKAGE_ANNOTATION) {
        return bundle(pulled, puller, sources, report).map(Image::Bundle);
    }
    if pulled.labels.contains_key(DATABASE_LABEL) {
        return Err(fault(&format!("it is an index image with an sqlite database (label `{DATABASE_LABEL}`), which OLM and opm gave up"))
            .hint("use a tag of it that is a file-based catalog; or turn it into one with an older opm that still reads sqlite (`opm migrate REF DIR`) and render DIR"));
    }
    let found: Vec<String> = pulled.labels.iter().map(|(key, value)| format!("`{key}={value}`")).collect();
    let found = match found.len() {
        0 => "it has no labels".to_owned(),
        _ => format!("found labels {}", found.join(", ")),
    };
    let hint = format!(
        "check the reference: a bundle image has the label `{PACKAGE_ANNOTATION}`, a catalog image `{CONFIGS_LABEL}`"
    );
    Err(fault(&format!("its type could not be determined: {found}")).hint(hint))
}

/// Pulls several images at once and reads what is in them, in the order of the places.
///
/// # Errors
/// Those of [`image`], for each.
pub fn images<'s>(
    places: &[Place],
    puller: &Puller,
    sources: &'s Sources,
    report: &mut Report,
) -> Vec<Result<Image<'s>, Error>> {
    let loaded = puller.each(places, |place| {
        let mut report = Report::default();
        (image(place, puller, sources, &mut report), report)
    });
    let one = |(image, faults)| {
        report.append(faults);
        image
    };
    loaded.into_iter().map(one).collect()
}

/// Pulls a catalog image and returns its digest, and its files as they are, by their paths below the catalog's
/// folder.
///
/// # Errors
/// Those of [`image()`]; also for an image that is no catalog.
pub fn image_files(place: &Place, puller: &Puller) -> Result<(Digest, BTreeMap<String, Vec<u8>>), Error> {
    let pulled = puller.pull(place).map_err(from_oci)?;
    let folder = pulled.labels.get(CONFIGS_LABEL).ok_or_else(|| {
        Error::new(format!("{place} is no catalog image: it has no label `{CONFIGS_LABEL}`"))
            .hint("check the reference")
    })?;
    let files = catalog_files(&pulled, folder, puller)?;
    let files = files.into_iter().map(|(path, bytes)| (path, Arc::unwrap_or_clone(bytes)));
    Ok((pulled.digest, files.collect()))
}

fn bundle<'s>(
    pulled: &Pulled,
    puller: &Puller,
    sources: &'s Sources,
    report: &mut Report,
) -> Result<Bundle<'s>, Error> {
    let reference = pulled.name.clone();
    let home = sources.add(reference.clone(), Vec::new());
    // opm looks nowhere else, whatever the labels `manifests.v1` and `metadata.v1` say.
    let folders = ["manifests", "metadata"];
    let (mut read, mut ignored) = (Vec::new(), Vec::new());
    for (folder, found) in folders.into_iter().zip(puller.unpack(pulled, &folders).map_err(from_oci)?) {
        let Unpacked::Folder(files) = found else {
            let why = format!(
                "its label `{PACKAGE_ANNOTATION}` says that it is a bundle, but it has no folder `/{folder}`"
            );
            return Err(Error::new(format!("cannot read {reference}: {why}"))
                .hint("build the bundle image again: it needs the folders `/manifests` and `/metadata`"));
        };
        // Folders in it and hidden files are ignored, as in a folder on disk.
        let (others, files): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|(name, _)| name.contains('/') || name.starts_with('.'));
        if folder == "manifests" {
            let mut names: Vec<String> = (others.into_iter())
                .map(|(name, _)| {
                    name.split_once('/').map_or(name.clone(), |(folder, _)| format!("{folder}/"))
                })
                .collect();
            names.sort();
            names.dedup();
            ignored.extend(names.into_iter().map(|name| {
                let shown = format!("{reference}:{folder}/{}", name.trim_end_matches('/'));
                Ignored { name, file: sources.add(shown, Vec::new()) }
            }));
        }
        let files = files.into_iter();
        let files = files.map(|(name, bytes)| {
            let shown = format!("{reference}:{folder}/{name}");
            let content = within(bytes, MANIFEST_LIMIT, &shown);
            (name, shown, content)
        });
        read.push(manifests(files, sources, report));
    }
    let metadata = read.pop().unwrap_or_default();
    let manifests = read.pop().unwrap_or_default();
    Ok(Bundle { home, image: reference.into(), manifests, metadata, ignored })
}

fn catalog_files(pulled: &Pulled, folder: &str, puller: &Puller) -> Result<Files, Error> {
    let fault = |why: &str| {
        let why = format!("its label `{CONFIGS_LABEL}` {why}");
        Error::new(format!("cannot read {}: {why}", pulled.name)).hint(
            "build the image again, with the catalog in the folder that the label names, usually `/configs`",
        )
    };
    if folder.trim().is_empty() {
        return Err(fault("is empty"));
    }
    let found = puller.unpack(pulled, &[folder]).map_err(from_oci)?.pop();
    match found {
        Some(Unpacked::Folder(files)) => Ok(files),
        Some(Unpacked::NoFolder) => Err(fault(&format!("names `{folder}`, which is no folder"))),
        _ => Err(fault(&format!("names the folder `{folder}`, which is not there"))),
    }
}

/// Reads the files of a catalog image, whose name is part of what findings call them.
fn catalog_of<'s>(
    name: &str,
    folder: &str,
    files: Files,
    sources: &'s Sources,
    report: &mut Report,
) -> Catalog<'s> {
    // The order of a walk: `a/b` comes before `a.b`.
    let mut files: Vec<(Vec<String>, Arc<Vec<u8>>)> = files
        .into_iter()
        .map(|(path, bytes)| (path.split('/').map(str::to_owned).collect(), bytes))
        .collect();
    files.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut ignore = Ignore::default();
    for (parts, bytes) in &files {
        if let Some((".indexignore", above)) = parts.split_last().map(|(name, above)| (name.as_str(), above))
        {
            let above: Vec<&str> = above.iter().map(String::as_str).collect();
            ignore.add(&above, &String::from_utf8_lossy(bytes));
        }
    }
    files.retain(|(parts, _)| {
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        parts.last() != Some(&".indexignore") && !ignore.hides(&parts)
    });
    let prefix = format!("{name}:{}", folder.trim_matches('/'));
    let read = |(parts, bytes): (Vec<String>, Arc<Vec<u8>>)| {
        let path = parts.join("/");
        let shown =
            if prefix.ends_with(':') { format!("{prefix}{path}") } else { format!("{prefix}/{path}") };
        let content = within(bytes, LIMIT, &shown);
        (shown, content)
    };
    parse(files, read, sources, report)
}

/// The content of a file, if it is not too large to be looked at.
fn within(bytes: Arc<Vec<u8>>, limit: u64, shown: &str) -> Result<Vec<u8>, Error> {
    if bytes.len() as u64 > limit {
        let message = format!("cannot read {shown}: it is larger than {} MiB", limit >> 20);
        return Err(Error::new(message).hint("keep files that do not belong there out of the image"));
    }
    Ok(Arc::unwrap_or_clone(bytes))
}

fn from_oci(error: oci::Error) -> Error {
    Error { message: error.message, hint: error.hint }
}
