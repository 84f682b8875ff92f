//! The two notations of an image: OCI's, and docker's for registries of before 2018.

use std::collections::BTreeMap;

use super::content::Content;
use super::descriptor::media_type;
use super::error::{Error, Kind};

/// The notation of manifests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// The image specification's.
    #[default]
    Oci,
    /// Docker's, schema 2.
    Docker,
}

impl Format {
    pub(super) fn manifest(self) -> &'static str {
        match self {
            Format::Oci => media_type::MANIFEST,
            Format::Docker => media_type::DOCKER_MANIFEST,
        }
    }

    pub(super) fn index(self) -> &'static str {
        match self {
            Format::Oci => media_type::INDEX,
            Format::Docker => media_type::DOCKER_LIST,
        }
    }

    pub(super) fn config(self) -> &'static str {
        match self {
            Format::Oci => media_type::CONFIG,
            Format::Docker => media_type::DOCKER_CONFIG,
        }
    }

    /// A layer under its name in this notation; the bytes are the same.
    pub(super) fn layer(self, layer: &Content) -> Result<Content, Error> {
        let pairs = [
            (media_type::LAYER, media_type::DOCKER_LAYER),
            (media_type::LAYER_GZIP, media_type::DOCKER_LAYER_GZIP),
        ];
        let kind = layer.descriptor().media_type.as_str();
        let known = pairs.iter().find(|(oci, docker)| kind == *oci || kind == *docker);
        match (self, known) {
            (Format::Oci, Some((oci, _))) => Ok(layer.called(oci)),
            (Format::Docker, Some((_, docker))) => Ok(layer.called(docker)),
            (Format::Docker, None) if kind == media_type::LAYER_ZSTD => {
                Err(Error::new(Kind::Input, "docker's format knows no layers of zstd")
                    .hint("write `--compression gzip`, or leave out `--image-format docker`"))
            }
            (_, None) => Ok(layer.clone()),
        }
    }

    pub(super) fn check(self, annotations: &BTreeMap<String, String>) -> Result<(), Error> {
        match annotations.keys().next().filter(|_| self == Format::Docker) {
            Some(name) => Err(Error::new(
                Kind::Input,
                format!("docker's format knows no annotations, such as `{name}`"),
            )
            .hint("use labels, or leave out `--image-format docker`")),
            None => Ok(()),
        }
    }
}
