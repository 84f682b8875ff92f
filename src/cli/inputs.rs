//! What an image is built from, with digests: for the statement of its provenance.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::image_args::{Built, ImageArgs};
use super::project::{SETTINGS, below, bundle_folders, subfolders};
use crate::diag::Error;
use crate::load;
use crate::oci::Digest;
use crate::trust::{Build, Input};

/// Says how the image of some options was built in a project.
pub(super) fn build(built: &Built, image: &ImageArgs, root: &Path, builder: &str) -> Result<Build, Error> {
    let mut inputs = match &image.catalog {
        Some(path) => catalog(path)?,
        None => project(root)?,
    };
    match (&built.onto, &image.onto) {
        (None, Some(folder)) => {
            inputs.push(Input::Folder(folder.clone(), listing(Path::new(folder))?));
        }
        (onto, _) => inputs.extend(onto.clone()),
    }
    inputs.extend(built.from.clone());
    for (name, path) in image.servers()? {
        inputs.push(file(&path, &name)?);
    }
    Ok(Build {
        parameters: image.parameters(),
        inputs,
        builder: builder.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        epoch: image.epoch(),
    })
}

/// The settings, what stands beside the templates, and the bundles.
fn project(root: &Path) -> Result<Vec<Input>, Error> {
    let mut inputs = vec![file(&below(root, SETTINGS), SETTINGS)?];
    for package in subfolders(&below(root, "catalog"))? {
        let folder = below(root, "catalog").join(&package);
        let template = ["template.yaml", "deprecations.yaml"];
        // Without a template, the catalog itself is written by hand.
        let names = if load::exists(&folder.join(template[0])) { &template[..] } else { &["catalog.yaml"] };
        for name in names.iter().filter(|name| load::exists(&folder.join(name))) {
            inputs.push(file(&folder.join(name), &format!("catalog/{package}/{name}"))?);
        }
    }
    let folders = bundle_folders(root)?;
    let bundles = folders.par_iter().map(|folder| {
        let name = folder.path.strip_prefix(root).unwrap_or(&folder.path).display().to_string();
        Ok(Input::Folder(name, listing(&folder.path)?))
    });
    inputs.extend(bundles.collect::<Result<Vec<_>, Error>>()?);
    Ok(inputs)
}

fn catalog(path: &Path) -> Result<Vec<Input>, Error> {
    let files = if path.is_dir() { load::catalog_files(path)? } else { vec![path.to_owned()] };
    files.iter().map(|path| file(path, &path.display().to_string())).collect()
}

fn file(path: &Path, name: &str) -> Result<Input, Error> {
    Ok(Input::File(name.to_owned(), digest(path)?))
}

fn digest(path: &Path) -> Result<Digest, Error> {
    Ok(Digest::of(&load::read_file(path, load::LIMIT)?))
}

/// The digest of a folder: that of a list of its files, sorted, each with its own (`dirHash` of in-toto, which is
/// `Hash1` of Go's `dirhash`).
fn listing(folder: &Path) -> Result<Digest, Error> {
    let mut files = Vec::new();
    walk(folder, &mut files)?;
    let mut named: Vec<(String, &PathBuf)> = files
        .iter()
        .map(|path| (path.strip_prefix(folder).unwrap_or(path).display().to_string(), path))
        .collect();
    named.sort();
    let mut list = String::new();
    for (name, path) in named {
        // Writing to a text cannot fail.
        let _ = writeln!(list, "{}  {name}", digest(path)?.hex());
    }
    Ok(Digest::of(list.as_bytes()))
}

/// Every file of a folder. What a link to a folder leads to is not in it.
fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(|cause| Error::io("read", folder, &cause))? {
        let entry = entry.map_err(|cause| Error::io("read", folder, &cause))?;
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            walk(&entry.path(), files)?;
        } else if entry.path().is_file() {
            files.push(entry.path());
        }
    }
    Ok(())
}
