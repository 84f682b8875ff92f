//! Manifests as registries hold them: read, told apart, and refused when they are something else.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::descriptor::{Blob, Descriptor, Platform, media_type};
use super::error::{Error, Kind};

/// What a reference names.
#[derive(Debug)]
pub(super) enum Manifest {
    /// One image: its configuration and its layers, bottom first.
    Image { config: Descriptor, layers: Vec<Descriptor> },
    /// Images for several platforms.
    Index(Vec<Descriptor>),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    media_type: Option<String>,
    config: Option<Descriptor>,
    layers: Option<Vec<Descriptor>>,
    manifests: Option<Vec<Descriptor>>,
}

/// Reads the manifest of an image, or an index.
pub(super) fn read(blob: &Blob) -> Result<Manifest, Error> {
    match parts(blob)? {
        Manifest::Image { config, .. } if !is_image_config(&config.media_type) => {
            Err(Error::new(Kind::Input, format!("it is no image but `{}`", config.media_type))
                .hint("check the reference: charts, signatures and the like are in registries, too"))
        }
        manifest => Ok(manifest),
    }
}

fn is_image_config(media_type: &str) -> bool {
    matches!(media_type, media_type::CONFIG | media_type::DOCKER_CONFIG)
}

/// The manifest under the media type that it has, whatever the registry or an index says of it.
pub(super) fn named(blob: &Blob) -> Result<Blob, Error> {
    wire(blob).map(|(kind, _)| blob.called(&kind))
}

/// Reads the fields of a manifest, and its kind.
fn wire(blob: &Blob) -> Result<(String, Wire), Error> {
    let stated = blob.media_type();
    let wire: Wire = match serde_json::from_slice(blob.bytes()) {
        Ok(wire) => wire,
        // Login pages and proxies answer with status 200, too.
        Err(_) if !stated.contains("json") => {
            let message = format!("it is no image but `{stated}`");
            return Err(Error::new(Kind::Input, message)
                .hint("check the host: something other than a registry may answer there"));
        }
        Err(cause) => {
            return Err(Error::new(Kind::Corrupt, format!("its manifest cannot be read: {cause}"))
                .hint("push the image again"));
        }
    };
    let kind = match (&wire.media_type, stated) {
        (Some(kind), _) => kind.clone(),
        // Neither the manifest must say it nor do all registries: the fields do (image specification,
        // `manifest.md`).
        (None, "application/json" | "application/octet-stream" | "text/plain") if wire.layers.is_some() => {
            media_type::MANIFEST.to_owned()
        }
        (None, "application/json" | "application/octet-stream" | "text/plain")
            if wire.manifests.is_some() =>
        {
            media_type::INDEX.to_owned()
        }
        (None, stated) => stated.to_owned(),
    };
    Ok((kind, wire))
}

/// Reads a manifest of whatever kind: what it consists of. What it says of itself counts before what the registry
/// says of it.
pub(super) fn parts(blob: &Blob) -> Result<Manifest, Error> {
    let other = |kind: &str, hint: &str| {
        Err(Error::new(Kind::Input, format!("it is no image but `{kind}`")).hint(hint))
    };
    let (kind, wire) = wire(blob)?;
    match (kind.as_str(), wire) {
        // One document that is both could mean another image to everyone who reads it (image specification,
        // `manifest.md`, after CVE-2021-41190).
        (
            _,
            Wire { manifests: Some(_), layers: Some(_), .. }
            | Wire { manifests: Some(_), config: Some(_), .. },
        ) => Err(Error::new(Kind::Corrupt, "its manifest claims to be an image and an index at once")
            .hint("do not use it: honest tools do not make such images")),
        (media_type::INDEX | media_type::DOCKER_LIST, Wire { manifests: Some(manifests), .. }) => {
            Ok(Manifest::Index(manifests))
        }
        (
            media_type::MANIFEST | media_type::DOCKER_MANIFEST,
            Wire { config: Some(config), layers: Some(layers), .. },
        ) => Ok(Manifest::Image { config, layers }),
        (
            media_type::MANIFEST | media_type::DOCKER_MANIFEST | media_type::INDEX | media_type::DOCKER_LIST,
            _,
        ) => Err(Error::new(Kind::Corrupt, format!("its manifest lacks what `{kind}` must have"))
            .hint("push the image again")),
        (kind, _) if kind.starts_with("application/vnd.docker.distribution.manifest.v1") => other(
            kind,
            "it is docker's schema 1 of before 2016: copy the image with `skopeo copy --format v2s2`",
        ),
        (kind, _) => other(kind, "check the reference and the host"),
    }
}

/// Chooses the image of an index: that of the platform, or the only one if no platform was asked for.
pub(super) fn choose<'d>(
    manifests: &'d [Descriptor],
    asked: Option<&Platform>,
) -> Result<&'d Descriptor, Error> {
    let host = Platform::host();
    let wanted = asked.unwrap_or(&host);
    let is_for =
        |entry: &&Descriptor| entry.platform.as_ref().is_some_and(|platform| platform.is_for(wanted));
    if let Some(entry) = manifests.iter().find(is_for) {
        return Ok(entry);
    }
    // Attestations are listed as images of an unknown system.
    let images: Vec<&Descriptor> = manifests
        .iter()
        .filter(|entry| entry.platform.as_ref().is_none_or(|platform| platform.os != "unknown"))
        .collect();
    match images.as_slice() {
        [] => Err(Error::new(Kind::Input, "its index lists no images").hint("push the image again")),
        [only] if asked.is_none() => Ok(only),
        _ => {
            let names: Vec<String> =
                images.iter().filter_map(|entry| Some(entry.platform.as_ref()?.to_string())).collect();
            let names = if names.is_empty() { "none is named".to_owned() } else { names.join(", ") };
            Err(Error::new(Kind::Input, format!("it has no image for {wanted}"))
                .hint(format!("choose one with `--platform`: {names}")))
        }
    }
}

/// The labels of a configuration.
pub(super) fn labels(config: &[u8]) -> Result<BTreeMap<String, String>, Error> {
    #[derive(Deserialize)]
    struct Outer {
        config: Option<Inner>,
    }
    #[derive(Deserialize)]
    struct Inner {
        #[serde(rename = "Labels")]
        labels: Option<BTreeMap<String, String>>,
    }
    let outer: Outer = serde_json::from_slice(config).map_err(|cause| {
        Error::new(Kind::Corrupt, format!("its configuration cannot be read: {cause}"))
            .hint("push the image again")
    })?;
    Ok(outer.config.and_then(|inner| inner.labels).unwrap_or_default())
}
