//! Files become a bundle image: what `opm alpha bundle build` makes with a container engine.

use std::collections::BTreeMap;

use super::{Options, assemble};
use crate::oci::{Artifact, Error, File, Kind};

/// Makes a bundle image of files, in any order: paths such as `manifests/csv.yaml` and
/// `metadata/annotations.yaml`. `annotations` are those of `metadata/annotations.yaml`; they become labels,
/// since consumers know a bundle image by them (`operator-registry/pkg/lib/bundle/generate.go`). A layer each
/// for `manifests`, `metadata` and, if there is any, the rest.
///
/// OLM v0 unpacks a bundle relative to the folder in which a process starts, which so is `/`. An image of one
/// platform is pulled on every other: none should be given.
///
/// # Errors
///
/// No file below `manifests` or below `metadata`; a path that leads out of the image or comes twice; a
/// platform that comes twice; an epoch after the year 2242.
pub fn bundle(
    files: &[(String, Vec<u8>)],
    annotations: &BTreeMap<String, String>,
    options: &Options,
) -> Result<Artifact, Error> {
    let folders = ["manifests", "metadata"];
    let folder = |path: &str| path.split_once('/').map_or("", |(folder, _)| folder).to_owned();
    let mut layers = Vec::new();
    for wanted in folders {
        let below: Vec<File<'_>> = files
            .iter()
            .filter(|(path, _)| folder(path) == wanted)
            .map(|(path, bytes)| File::new(path, bytes))
            .collect();
        if below.is_empty() {
            return Err(Error::new(Kind::Input, format!("a bundle image needs files below `{wanted}`"))
                .hint("a bundle has the folders `manifests` and `metadata`"));
        }
        layers.push(options.layer(&below)?);
    }
    let rest: Vec<File<'_>> = files
        .iter()
        .filter(|(path, _)| !folders.contains(&folder(path).as_str()))
        .map(|(path, bytes)| File::new(path, bytes))
        .collect();
    if !rest.is_empty() {
        layers.push(options.layer(&rest)?);
    }
    let mut labels = options.labels.clone();
    labels.extend(annotations.clone());
    assemble(&layers, labels, options)
}
