//! Images and indexes as values: every digest is known before a byte is written anywhere.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::content::Content;
use super::descriptor::{Blob, Descriptor, Platform};
use super::digest::Digest;
use super::error::{Error, Kind};
use super::format::Format;
use super::layer::Layer;

/// One image: a manifest, its configuration and its layers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    pub(super) manifest: Blob,
    pub(super) config: Blob,
    pub(super) layers: Vec<Content>,
}

/// Several images under one name, one for each platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    pub(super) manifest: Blob,
    pub(super) children: Vec<Artifact>,
}

/// What is written to a layout or pushed to a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Artifact {
    /// One manifest, which every platform pulls.
    Image(Image),
    /// One manifest for each platform.
    Index(Index),
}

/// What a container runtime is told about an image. The field names are those of the image
/// specification, `config.md`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where the image runs.
    pub platform: Platform,
    /// When it was made: RFC 3339, also the time of every line of its history.
    pub created: String,
    /// Who made its layers, in `docker history`.
    pub created_by: String,
    /// The user; a number, since `runAsNonRoot` cannot judge a name.
    pub user: String,
    /// The folder in which a process starts.
    pub working_dir: String,
    /// The labels.
    pub labels: BTreeMap<String, String>,
    /// What runs.
    pub run: Run,
}

/// What runs in a container; nothing in an image of data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Run {
    /// The program.
    pub entrypoint: Vec<String>,
    /// Its arguments, which who starts it may replace.
    pub command: Vec<String>,
    /// `NAME=value`.
    pub environment: Vec<String>,
    /// `50051/tcp`.
    pub ports: Vec<String>,
}

impl Image {
    /// Joins layers, bottom first, with a configuration. `annotations` go into the manifest.
    ///
    /// # Errors
    ///
    /// The format knows no such layers, or no annotations.
    pub fn new(
        config: &Config,
        layers: &[Layer],
        annotations: &BTreeMap<String, String>,
        format: Format,
    ) -> Result<Self, Error> {
        let history = WireHistory { created: &config.created, created_by: &config.created_by };
        let wire = WireConfig {
            created: &config.created,
            architecture: &config.platform.architecture,
            os: &config.platform.os,
            variant: config.platform.variant.as_deref(),
            config: WireRun {
                user: &config.user,
                exposed_ports: config.run.ports.iter().map(|port| (port.as_str(), Empty {})).collect(),
                env: &config.run.environment,
                entrypoint: &config.run.entrypoint,
                cmd: &config.run.command,
                working_dir: &config.working_dir,
                labels: &config.labels,
            },
            rootfs: WireRoot { kind: "layers", diff_ids: layers.iter().map(Layer::diff_id).collect() },
            history: vec![history; layers.len()],
        };
        let layers = layers.iter().map(|layer| layer.content().clone()).collect();
        Image::joined(json(&wire), layers, annotations, format)
    }

    /// Joins layers with the bytes of a configuration.
    pub(super) fn joined(
        config: Vec<u8>,
        layers: Vec<Content>,
        annotations: &BTreeMap<String, String>,
        format: Format,
    ) -> Result<Self, Error> {
        format.check(annotations)?;
        let config = Blob::new(format.config(), config);
        let layers: Vec<Content> =
            layers.iter().map(|layer| format.layer(layer)).collect::<Result<_, Error>>()?;
        let manifest = WireManifest {
            schema_version: 2,
            media_type: format.manifest(),
            config: config.descriptor(),
            layers: layers.iter().map(|layer| layer.descriptor().clone()).collect(),
            annotations,
        };
        Ok(Image { manifest: Blob::new(format.manifest(), json(&manifest)), config, layers })
    }

    /// The manifest.
    pub fn manifest(&self) -> &Blob {
        &self.manifest
    }

    /// The configuration.
    pub fn config(&self) -> &Blob {
        &self.config
    }

    /// The layers, bottom first.
    pub fn layers(&self) -> &[Content] {
        &self.layers
    }

    /// The labels of its configuration.
    ///
    /// # Errors
    ///
    /// The configuration is not that of an image.
    pub fn labels(&self) -> Result<BTreeMap<String, String>, Error> {
        super::manifest::labels(self.config.bytes())
    }
}

impl Index {
    /// Lists images by platform, in the order given. `annotations` go into the index.
    ///
    /// # Errors
    ///
    /// The format knows no annotations.
    pub fn new(
        images: Vec<(Platform, Image)>,
        annotations: &BTreeMap<String, String>,
        format: Format,
    ) -> Result<Self, Error> {
        format.check(annotations)?;
        let manifests = images.iter().map(|(platform, image)| Descriptor {
            platform: Some(platform.clone()),
            ..image.manifest.descriptor()
        });
        let wire = WireIndex {
            schema_version: 2,
            media_type: format.index(),
            manifests: manifests.collect(),
            annotations,
        };
        let manifest = Blob::new(format.index(), json(&wire));
        Ok(Index {
            manifest,
            children: images.into_iter().map(|(_, image)| Artifact::Image(image)).collect(),
        })
    }

    /// The index itself.
    pub fn manifest(&self) -> &Blob {
        &self.manifest
    }

    /// What it lists.
    pub fn children(&self) -> &[Artifact] {
        &self.children
    }
}

impl Artifact {
    /// The manifest or index that a tag names.
    pub fn manifest(&self) -> &Blob {
        match self {
            Artifact::Image(image) => &image.manifest,
            Artifact::Index(index) => &index.manifest,
        }
    }

    /// What the artifact is called: the digest of its manifest or index.
    pub fn digest(&self) -> Digest {
        self.manifest().digest()
    }

    /// The manifests, each once, those that are listed before the one that lists them: a registry
    /// refuses an index whose children it does not have.
    pub fn manifests(&self) -> Vec<&Blob> {
        let mut found = Vec::new();
        self.walk(&mut |artifact| found.push(artifact.manifest()));
        let mut seen = BTreeSet::new();
        found.into_iter().filter(|blob| seen.insert(blob.digest())).collect()
    }

    /// The layers and configurations, each once. Layers that may not be handed on are not among them: they stay
    /// where their `urls` lead (image specification, `layer.md`).
    pub fn blobs(&self) -> Vec<Content> {
        let mut found: Vec<Content> = Vec::new();
        self.walk(&mut |artifact| {
            if let Artifact::Image(image) = artifact {
                let layers = image.layers.iter();
                found.extend(layers.filter(|layer| !is_foreign(&layer.descriptor().media_type)).cloned());
                found.push(Content::from(&image.config));
            }
        });
        let mut seen = BTreeSet::new();
        found.into_iter().filter(|blob| seen.insert(blob.digest())).collect()
    }

    /// The image for a platform, or for this machine if none is asked for, or the only one.
    ///
    /// # Errors
    ///
    /// There is none for the platform.
    pub fn image(&self, platform: Option<&Platform>) -> Result<&Image, Error> {
        match self {
            Artifact::Image(image) => Ok(image),
            Artifact::Index(index) => {
                let super::manifest::Manifest::Index(entries) = super::manifest::read(&index.manifest)?
                else {
                    return Err(Error::new(Kind::Corrupt, "its index is none"));
                };
                let chosen = super::manifest::choose(&entries, platform)?.digest;
                let child = index.children.iter().find(|child| child.digest() == chosen);
                child
                    .ok_or_else(|| Error::new(Kind::Corrupt, "its index lists what it lacks"))?
                    .image(platform)
            }
        }
    }

    /// Children first.
    fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Artifact)) {
        if let Artifact::Index(index) = self {
            for child in &index.children {
                child.walk(visit);
            }
        }
        visit(self);
    }
}

/// Whether a layer may only be had from its owner: windows has such.
pub(super) fn is_foreign(media_type: &str) -> bool {
    ["nondistributable.v1.tar", "rootfs.foreign.diff.tar"].iter().any(|kind| media_type.contains(kind))
}

/// Compact JSON in the order of the fields, so that equal values have equal digests.
pub(super) fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("structs of texts and numbers with text keys are always JSON")
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireManifest<'a> {
    schema_version: u8,
    media_type: &'a str,
    config: Descriptor,
    layers: Vec<Descriptor>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: &'a BTreeMap<String, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireIndex<'a> {
    schema_version: u8,
    media_type: &'a str,
    manifests: Vec<Descriptor>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: &'a BTreeMap<String, String>,
}

#[derive(Serialize)]
struct WireConfig<'a> {
    created: &'a str,
    architecture: &'a str,
    os: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    variant: Option<&'a str>,
    config: WireRun<'a>,
    rootfs: WireRoot,
    history: Vec<WireHistory<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct WireRun<'a> {
    user: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    exposed_ports: BTreeMap<&'a str, Empty>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    env: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    entrypoint: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    cmd: &'a [String],
    working_dir: &'a str,
    labels: &'a BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Empty {}

#[derive(Serialize)]
struct WireRoot {
    #[serde(rename = "type")]
    kind: &'static str,
    diff_ids: Vec<Digest>,
}

#[derive(Serialize, Clone)]
struct WireHistory<'a> {
    created: &'a str,
    created_by: &'a str,
}
