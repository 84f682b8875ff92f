//! Images and indexes as values: every digest is known before a byte is written anywhere.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::descriptor::{Blob, Descriptor, Platform, media_type};
use super::digest::Digest;
use super::layer::Layer;

/// One image: a manifest, its configuration and its layers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    pub(super) manifest: Blob,
    pub(super) config: Blob,
    pub(super) layers: Vec<Blob>,
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
    pub fn new(config: &Config, layers: &[Layer], annotations: &BTreeMap<String, String>) -> Self {
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
        let config = Blob::new(media_type::CONFIG, json(&wire));
        let layers: Vec<Blob> = layers.iter().map(|layer| layer.blob().clone()).collect();
        let manifest = WireManifest {
            schema_version: 2,
            media_type: media_type::MANIFEST,
            config: config.descriptor(),
            layers: layers.iter().map(Blob::descriptor).collect(),
            annotations,
        };
        Image { manifest: Blob::new(media_type::MANIFEST, json(&manifest)), config, layers }
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
    pub fn layers(&self) -> &[Blob] {
        &self.layers
    }
}

impl Index {
    /// Lists images by platform, in the order given. `annotations` go into the index.
    pub fn new(images: Vec<(Platform, Image)>, annotations: &BTreeMap<String, String>) -> Self {
        let manifests = images.iter().map(|(platform, image)| Descriptor {
            platform: Some(platform.clone()),
            ..image.manifest.descriptor()
        });
        let wire = WireIndex {
            schema_version: 2,
            media_type: media_type::INDEX,
            manifests: manifests.collect(),
            annotations,
        };
        let manifest = Blob::new(media_type::INDEX, json(&wire));
        Index { manifest, children: images.into_iter().map(|(_, image)| Artifact::Image(image)).collect() }
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
        once(found)
    }

    /// The layers and configurations, each once.
    pub fn blobs(&self) -> Vec<&Blob> {
        let mut found = Vec::new();
        self.walk(&mut |artifact| {
            if let Artifact::Image(image) = artifact {
                found.extend(&image.layers);
                found.push(&image.config);
            }
        });
        once(found)
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

fn once(blobs: Vec<&Blob>) -> Vec<&Blob> {
    let mut seen = BTreeSet::new();
    blobs.into_iter().filter(|blob| seen.insert(blob.digest())).collect()
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
