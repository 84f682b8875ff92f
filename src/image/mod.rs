//! Files become a catalog image or a bundle image, or that of the tool, purely: nothing is read, written or asked.
//!
//! A catalog is data only, one layer with the catalog below `/configs` and one label, or that on top of a base
//! image with a server, or with our own server. OLM v1's catalogd wants nothing more than the first; OLM v0 since v0.35.0
//! serves it through `extractContent.catalogDir`. Must not know what a catalog means, and never adds a file of its own
//! to its folder: catalogd parses every file it finds.

mod bundle;
mod program;
mod serving;
mod tool;

pub use bundle::bundle;
pub use program::Program;
pub use serving::{INDEX, serving};
pub use tool::{Authorities, tool};

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::oci::{
    Artifact, Change, Compression, Config, Entry, Error, File, Format, Image, Index, Kind, Layer, Platform,
    Run, Source, rfc3339,
};

/// Where consumers find the catalog's folder (`operator-registry/pkg/containertools/labels.go`).
pub const CONFIGS_LABEL: &str = "operators.operatorframework.io.index.configs.v1";
/// The folder; oc-mirror writes its filtered catalogs there whatever the label says.
pub const CONFIGS_FOLDER: &str = "/configs";

/// How an image is made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Time of everything in the image, in seconds of Unix (`SOURCE_DATE_EPOCH`); without it, 1970.
    pub epoch: Option<u64>,
    /// For whom: none makes one manifest that every platform pulls, or all of the base; some make an index whose
    /// images share the layer.
    pub platforms: Vec<Platform>,
    /// Further labels. Those by which consumers know the image are ours.
    pub labels: BTreeMap<String, String>,
    /// Annotations of the manifests and of the index.
    pub annotations: BTreeMap<String, String>,
    /// How layers are compressed.
    pub compression: Compression,
    /// The notation of manifests.
    pub format: Format,
    /// What the layers lie on.
    pub base: Option<Base>,
    /// Where layers are put that are too large to be held; without it, they are held all the same.
    pub spool: Option<PathBuf>,
}

/// An image on which a catalog is put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// What it is called.
    pub name: String,
    /// What it is.
    pub artifact: Artifact,
}

impl Options {
    /// Makes a layer as these options want it.
    fn layer<'a, E: Into<Entry<'a>> + Copy>(&self, entries: &[E]) -> Result<Layer, Error> {
        Layer::new(entries, self.epoch.unwrap_or(0), self.compression, self.spool.clone())
    }
}

/// Makes a catalog image of files: paths below `/configs`, such as `demo/catalog.yaml`, in any order.
///
/// # Errors
///
/// No files; a path that leads out of the folder or comes twice; a file that cannot be read; a platform that comes
/// twice, or that the base lacks; a base that is a catalog itself; an epoch after the year 2242; what the format
/// does not know.
pub fn catalog(files: &[(String, Source<'_>)], options: &Options) -> Result<Artifact, Error> {
    assemble(&[configs(files, options)?], labels(&options.labels), options)
}

/// The layer with the catalog.
fn configs(files: &[(String, Source<'_>)], options: &Options) -> Result<Layer, Error> {
    if files.is_empty() {
        return Err(Error::new(Kind::Input, "a catalog image needs at least one file"));
    }
    let folder = &CONFIGS_FOLDER[1..];
    let paths: Vec<String> = files.iter().map(|(path, _)| format!("{folder}/{path}")).collect();
    let entries = paths.iter().zip(files).map(|(path, (_, source))| File { path, source: *source });
    options.layer(&entries.collect::<Vec<_>>())
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
    if let Some(base) = &options.base {
        return upon(base, layers, labels, options);
    }
    let image = |platform: &Platform| {
        let config = config(platform, labels.clone(), Run::default(), options);
        Image::new(&config, layers, &options.annotations, options.format)
    };
    if options.platforms.is_empty() {
        return Ok(Artifact::Image(image(&Platform::linux("amd64"))?));
    }
    let images = options.platforms.iter().map(|platform| Ok((platform.clone(), image(platform)?)));
    index(images.collect::<Result<_, Error>>()?, options)
}

/// Puts layers on a base, for each of its platforms or for those that were asked for.
///
/// The server is started as the Dockerfile of `opm generate dockerfile` has it, save for `--cache-dir`: the cache is
/// opm's own, and with that flag a server without one ends.
fn upon(
    base: &Base,
    layers: &[Layer],
    labels: BTreeMap<String, String>,
    options: &Options,
) -> Result<Artifact, Error> {
    let about = |mut error: Error| {
        error.message = format!("cannot build on {}: {}", base.name, error.message);
        error
    };
    let change = Change {
        created: rfc3339(options.epoch.unwrap_or(0)),
        created_by: "olmcat".to_owned(),
        entrypoint: vec!["/bin/opm".to_owned()],
        cmd: vec!["serve".to_owned(), CONFIGS_FOLDER.to_owned()],
        labels,
    };
    let image = |below: &Image| {
        if below.labels()?.contains_key(CONFIGS_LABEL) {
            let message = "it is a catalog image, and its packages would show through";
            return Err(Error::new(Kind::Input, message)
                .hint("name an image with opm and no catalog; `--onto` adds to a catalog"));
        }
        let mut annotations = options.annotations.clone();
        if options.format == Format::Oci {
            let mut note = |name: &str, value: String| {
                annotations.entry(format!("org.opencontainers.image.base.{name}")).or_insert(value);
            };
            note("digest", below.manifest().digest().to_string());
            note("name", base.name.clone());
        }
        Image::on(below, &change, layers, &annotations, options.format)
    };
    let known = base.artifact.platforms().map_err(about)?;
    if known.is_empty() {
        if let Some(platform) = options.platforms.first() {
            let why = Error::new(
                Kind::Input,
                format!("it is an image of one platform, and {platform} is asked for"),
            );
            return Err(about(why.hint("leave out `--platform`")));
        }
        let below = base.artifact.image(None).map_err(about)?;
        return Ok(Artifact::Image(image(below).map_err(about)?));
    }
    let mut images = Vec::new();
    if options.platforms.is_empty() {
        for (platform, below) in known {
            images.push((platform, image(below).map_err(about)?));
        }
    } else {
        for platform in &options.platforms {
            let below = base.artifact.image(Some(platform)).map_err(about)?;
            images.push((platform.clone(), image(below).map_err(about)?));
        }
    }
    index(images, options)
}

fn index(images: Vec<(Platform, Image)>, options: &Options) -> Result<Artifact, Error> {
    Ok(Artifact::Index(Index::new(images, &options.annotations, options.format)?))
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
