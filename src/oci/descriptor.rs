//! Descriptors, platforms and blobs: content, and how one piece of content points at another.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::error::{Error, Kind};

/// Media types of the OCI image specification, `media-types.md`, and the Docker ones that registries still
/// hold.
pub mod media_type {
    /// An image manifest.
    pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
    /// An index of manifests.
    pub const INDEX: &str = "application/vnd.oci.image.index.v1+json";
    /// An image's configuration.
    pub const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
    /// Docker's image configuration.
    pub const DOCKER_CONFIG: &str = "application/vnd.docker.container.image.v1+json";
    /// A layer that is not compressed.
    pub const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
    /// A gzip-compressed layer.
    pub const LAYER_GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
    /// A layer compressed with zstd.
    pub const LAYER_ZSTD: &str = "application/vnd.oci.image.layer.v1.tar+zstd";
    /// Docker's layer that is not compressed.
    pub const DOCKER_LAYER: &str = "application/vnd.docker.image.rootfs.diff.tar";
    /// Docker's gzip-compressed layer.
    pub const DOCKER_LAYER_GZIP: &str = "application/vnd.docker.image.rootfs.diff.tar.gzip";
    /// Docker's image manifest, schema 2.
    pub const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
    /// An empty configuration, `{}`.
    pub const EMPTY: &str = "application/vnd.oci.empty.v1+json";
    /// Docker's list of manifests.
    pub const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
}

/// A pointer to content: its kind, its digest and its size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// What the content is.
    pub media_type: String,
    /// What the content is called.
    pub digest: Digest,
    /// Its length in bytes.
    pub size: u64,
    /// Notes, such as the name within a layout.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// What an artifact holds; only in a list of referrers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    /// Where the content runs; only in an index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
}

impl Descriptor {
    /// A pointer without notes.
    pub fn new(media_type: &str, digest: Digest, size: u64) -> Self {
        Descriptor {
            media_type: media_type.to_owned(),
            digest,
            size,
            annotations: BTreeMap::new(),
            artifact_type: None,
            platform: None,
        }
    }
}

/// An operating system and a processor, in the words of Go: `linux/arm64`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Platform {
    /// `amd64`, `arm64`, `ppc64le`, `s390x`.
    pub architecture: String,
    /// `linux`.
    pub os: String,
    /// `v8` of `linux/arm64/v8`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}

impl Platform {
    /// Linux on some processor.
    pub fn linux(architecture: &str) -> Self {
        Platform { architecture: architecture.to_owned(), os: "linux".to_owned(), variant: None }
    }
}

impl Platform {
    /// Linux on the processor of this program, as engines choose it on this machine.
    pub fn host() -> Self {
        Platform::linux(match std::env::consts::ARCH {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            "x86" => "386",
            "powerpc64" => "ppc64le",
            other => other,
        })
    }

    /// Whether a platform is one that is asked for; a variant counts only if it is.
    pub(super) fn is_for(&self, asked: &Platform) -> bool {
        let variant = asked.variant.is_none() || asked.variant == self.variant;
        (&self.os, &self.architecture) == (&asked.os, &asked.architecture) && variant
    }
}

impl FromStr for Platform {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let parts: Vec<&str> = text.split('/').collect();
        let word = |part: &&str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        match parts.as_slice() {
            [os, architecture, variant @ ..] if variant.len() < 2 && parts.iter().all(word) => Ok(Platform {
                architecture: (*architecture).to_owned(),
                os: (*os).to_owned(),
                variant: variant.first().map(|variant| (*variant).to_owned()),
            }),
            _ => Err(Error::new(Kind::Input, format!("`{text}` is not a platform"))
                .hint("write the system and the processor as Go names them, such as `linux/arm64`")),
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        self.variant.as_ref().map_or(Ok(()), |variant| write!(f, "/{variant}"))
    }
}

/// Content with its kind and its digest, which cannot disagree with it. Clones share the bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Blob {
    media_type: String,
    digest: Digest,
    bytes: Arc<Vec<u8>>,
}

impl Blob {
    /// Hashes content.
    pub fn new(media_type: &str, bytes: Vec<u8>) -> Self {
        Blob { media_type: media_type.to_owned(), digest: Digest::of(&bytes), bytes: Arc::new(bytes) }
    }

    /// Takes content that was hashed while it was made.
    pub(super) fn hashed(media_type: &str, bytes: Vec<u8>, digest: Digest) -> Self {
        Blob { media_type: media_type.to_owned(), digest, bytes: Arc::new(bytes) }
    }

    /// What the content is.
    pub fn media_type(&self) -> &str {
        &self.media_type
    }

    /// What the content is called.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The content.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The same content under another media type.
    pub(super) fn called(&self, media_type: &str) -> Self {
        Blob { media_type: media_type.to_owned(), ..self.clone() }
    }

    /// The content, which nobody copies.
    pub(super) fn shared(&self) -> Arc<Vec<u8>> {
        Arc::clone(&self.bytes)
    }

    /// Its length in bytes.
    pub fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// The pointer to it.
    pub fn descriptor(&self) -> Descriptor {
        Descriptor::new(&self.media_type, self.digest, self.size())
    }
}

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}, {} bytes)", self.digest, self.media_type, self.bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_read_back() {
        for text in ["linux/amd64", "linux/arm64/v8"] {
            assert_eq!(text.parse::<Platform>().unwrap().to_string(), text);
        }
        for text in
            ["", "linux", "linux/", "/amd64", "linux/arm64/v8/x", "Linux/amd64", "linux/amd64,linux/arm64"]
        {
            assert!(text.parse::<Platform>().is_err(), "{text}");
        }
    }
}
