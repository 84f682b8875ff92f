//! Artifacts about images (image specification 1.1, `manifest.md`): referrers, which name their subject, and the
//! lists of documents that cosign keeps under tags made of a digest.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::content::Content;
use super::descriptor::{Blob, Descriptor, media_type};
use super::digest::Digest;
use super::error::{Error, Kind};
use super::image::{Artifact, Image, json as compact};
use super::reference::Reference;

/// What a tag made of a digest begins with: `sha256-<hex>`, the list of its referrers in registries that have no
/// interface for them (distribution specification, "Referrers Tag Schema"), and before what cosign appends.
pub fn companion_tag(subject: Digest, suffix: &str) -> String {
    format!("sha256-{}{suffix}", subject.hex())
}

/// What such a tag is called in a layout: behind the repository of the image, if its name there has one. So the
/// companions of equal images of two repositories stay apart.
pub fn companion_name(image: Option<&str>, tag: &str) -> String {
    match image.map(Reference::parse) {
        Some(Ok(reference)) => format!("{}/{}:{tag}", reference.host(), reference.repository()),
        _ => tag.to_owned(),
    }
}

/// Whether a tag is one of [`companion_tag`].
pub(super) fn is_companion_tag(tag: &str) -> bool {
    let Some((digits, rest)) = tag.strip_prefix("sha256-").and_then(|rest| rest.split_at_checked(64)) else {
        return false;
    };
    digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        && (rest.is_empty() || rest.starts_with('.'))
}

impl Image {
    /// An artifact about an image: documents of some type. It has no configuration.
    pub fn about(
        subject: &Descriptor,
        artifact_type: &str,
        documents: &[(Blob, BTreeMap<String, String>)],
        annotations: &BTreeMap<String, String>,
    ) -> Self {
        let config = Blob::new(media_type::EMPTY, b"{}".to_vec());
        let layers: Vec<Content> =
            documents.iter().map(|(blob, notes)| Content::noted(blob, notes.clone())).collect();
        // What the subject runs on or is called elsewhere is none of its business.
        let subject = Descriptor::new(&subject.media_type, subject.digest, subject.size);
        let mut manifest = json!({
            "schemaVersion": 2,
            "mediaType": media_type::MANIFEST,
            "artifactType": artifact_type,
            "config": config.descriptor(),
            "layers": layers.iter().map(Content::descriptor).collect::<Vec<_>>(),
            "subject": subject,
        });
        if !annotations.is_empty() {
            manifest["annotations"] = json!(annotations);
        }
        Image { manifest: Blob::new(media_type::MANIFEST, compact(&manifest)), config, layers }
    }

    /// A list of documents with one more; without `old`, one of it alone. What the old manifest says beside stays.
    ///
    /// # Errors
    ///
    /// The old one is no list of documents.
    pub fn listing(
        old: Option<&Image>,
        document: &Blob,
        annotations: &BTreeMap<String, String>,
    ) -> Result<Self, Error> {
        let mut manifest = match old {
            Some(old) => serde_json::from_slice::<Value>(old.manifest.bytes()).unwrap_or_default(),
            None => json!({ "schemaVersion": 2, "mediaType": media_type::MANIFEST, "layers": [] }),
        };
        let mut layers = old.map(|old| old.layers.clone()).unwrap_or_default();
        let document = Content::noted(document, annotations.clone());
        let listed = manifest["layers"].as_array_mut().ok_or_else(|| {
            Error::new(Kind::Corrupt, "what stands under the tag lists no documents")
                .hint("look at it with `olmcat inspect --raw`; delete the tag if nobody needs it")
        })?;
        listed.push(json!(document.descriptor()));
        layers.push(document);
        // What consumers ask of a configuration: a line for each layer, which here are not compressed.
        let digests: Vec<Digest> = layers.iter().map(Content::digest).collect();
        let config = json!({
            "architecture": "", "os": "", "config": {}, "rootfs": { "type": "layers", "diff_ids": digests },
        });
        let config = Blob::new(media_type::CONFIG, compact(&config));
        manifest["config"] = json!(config.descriptor());
        Ok(Image { manifest: Blob::new(media_type::MANIFEST, compact(&manifest)), config, layers })
    }
}

/// The entry of a manifest in a list of referrers, and its subject; none if it is about nothing.
pub(super) fn referrer(manifest: &Blob) -> Option<(Digest, Descriptor)> {
    let value: Value = serde_json::from_slice(manifest.bytes()).ok()?;
    let subject = value["subject"]["digest"].as_str()?.parse().ok()?;
    let artifact_type = value["artifactType"].as_str().or_else(|| value["config"]["mediaType"].as_str());
    let annotations = value["annotations"].as_object().into_iter().flatten();
    let annotations =
        annotations.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect();
    let artifact_type = artifact_type.map(str::to_owned);
    Some((subject, Descriptor { artifact_type, annotations, ..manifest.descriptor() }))
}

/// The subject of an artifact that is to be attached, and its entry.
pub(super) fn attached(artifact: &Artifact) -> Result<(Digest, Descriptor), Error> {
    referrer(artifact.manifest()).ok_or_else(|| {
        Error::new(Kind::Input, format!("{} is about no other image", artifact.digest()))
            .hint("give an artifact with a `subject`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_companions() {
        let digest = Digest::of(b"");
        for (suffix, is) in [("", true), (".sig", true), ("-x", false), ("0", false)] {
            assert_eq!(is_companion_tag(&companion_tag(digest, suffix)), is, "{suffix}");
        }
        for tag in ["v1", "sha256-", "sha256-00", &format!("sha256-{}", "Z".repeat(64)), "sha256-é"] {
            assert!(!is_companion_tag(tag), "{tag}");
        }
    }
}
