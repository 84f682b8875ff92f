//! Files become a catalog image or a bundle image, purely: nothing is read, written or asked.
//!
//! The usual flavour of a catalog is data only: one layer with the catalog below `/configs` and one label. OLM v1's
//! catalogd wants nothing more; OLM v0 since v0.35.0 serves it through `extractContent.catalogDir`. Must not
//! know what a catalog means, and never adds a file of its own: catalogd parses every file it finds.

mod bundle;
mod serving;

pub use bundle::bundle;
pub use serving::{INDEX, Program, serving};

use std::collections::BTreeMap;

use crate::oci::{Artifact, Config, Error, File, Image, Index, Kind, Layer, Platform, Run, rfc3339};

/// Where consumers find the catalog's folder (`operator-registry/pkg/containertools/labels.go`).
pub const CONFIGS_LABEL: &str = "operators.operatorframework.io.index.configs.v1";
/// The folder; oc-mirror writes its filtered catalogs there whatever the label says.
pub const CONFIGS_FOLDER: &str = "/configs";

/// How an image is made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Time of everything in the image, in seconds of Unix (`SOURCE_DATE_EPOCH`); without it, 1970.
    pub epoch: Option<u64>,
    /// For whom: none makes one manifest that every platform pulls; some make an index whose images share the
    /// layer.
    pub platforms: Vec<Platform>,
    /// Further labels. Those by which consumers know the image are ours.
    pub labels: BTreeMap<String, String>,
    /// Annotations of the manifests and of the index.
    pub annotations: BTreeMap<String, String>,
}

/// Makes a catalog image of files: paths below `/configs`, such as `demo/catalog.yaml`, in any order.
///
/// # Errors
///
/// No files; a path that leads out of the folder or comes twice; a platform that comes twice; an epoch
/// after the year 2242.
pub fn catalog(files: Vec<(String, Vec<u8>)>, options: &Options) -> Result<Artifact, Error> {
    assemble(&[configs(&files, options)?], labels(&options.labels), options)
}

/// The layer with the catalog.
fn configs(files: &[(String, Vec<u8>)], options: &Options) -> Result<Layer, Error> {
    if files.is_empty() {
        return Err(Error::new(Kind::Input, "a catalog image needs at least one file"));
    }
    let epoch = options.epoch.unwrap_or(0);
    let folder = &CONFIGS_FOLDER[1..];
    let paths: Vec<String> = files.iter().map(|(path, _)| format!("{folder}/{path}")).collect();
    let entries = paths.iter().zip(files).map(|(path, (_, bytes))| File { path, bytes });
    Layer::gzip(&entries.collect::<Vec<_>>(), epoch)
}

/// The labels of a catalog image: some more, and the one that consumers look for.
pub fn labels(more: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut labels = more.clone();
    labels.insert(CONFIGS_LABEL.to_owned(), CONFIGS_FOLDER.to_owned());
    labels
}

/// Joins layers to an image, or to one for each platform.
fn assemble(
    layers: &[Layer],
    labels: BTreeMap<String, String>,
    options: &Options,
) -> Result<Artifact, Error> {
    for (index, platform) in options.platforms.iter().enumerate() {
        if options.platforms[..index].contains(platform) {
            return Err(
                Error::new(Kind::Input, format!("platform {platform} is named twice")).hint("name it once")
            );
        }
    }
    let image = |platform: &Platform| {
        let config = config(platform, labels.clone(), Run::default(), options);
        Image::new(&config, layers, &options.annotations)
    };
    Ok(match options.platforms.as_slice() {
        [] => Artifact::Image(image(&Platform::linux("amd64"))),
        platforms => {
            let images = platforms.iter().map(|platform| (platform.clone(), image(platform)));
            Artifact::Index(Index::new(images.collect(), &options.annotations))
        }
    })
}

fn config(platform: &Platform, labels: BTreeMap<String, String>, run: Run, options: &Options) -> Config {
    Config {
        platform: platform.clone(),
        created: rfc3339(options.epoch.unwrap_or(0)),
        created_by: "olmcat".to_owned(),
        // OpenShift and `runAsNonRoot` want a number; the folder is what bundle and index consumers start in.
        user: "1001".to_owned(),
        working_dir: "/".to_owned(),
        labels,
        run,
    }
}
