//! An image on top of another: the layers below stay as they are, byte for byte.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::descriptor::Platform;
use super::error::{Error, Kind};
use super::format::Format;
use super::image::{Artifact, Image};
use super::layer::Layer;
use super::manifest::{self, Manifest};

/// What changes in the configuration of a base.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// When the image was made: RFC 3339, also the time of the lines that its history gains.
    pub created: String,
    /// Who made the layers, in `docker history`.
    pub created_by: String,
    /// The program that is started.
    pub entrypoint: Vec<String>,
    /// Its arguments.
    pub cmd: Vec<String>,
    /// Labels that are added.
    pub labels: BTreeMap<String, String>,
}

impl Image {
    /// Puts layers on top of a base.
    ///
    /// # Errors
    ///
    /// The configuration of the base is not that of an image; the format knows no such layers, or no annotations.
    pub fn on(
        base: &Image,
        change: &Change,
        layers: &[Layer],
        annotations: &BTreeMap<String, String>,
        format: Format,
    ) -> Result<Self, Error> {
        let fault = || {
            let message =
                format!("the configuration {} of the base is not one of an image", base.config.digest());
            Error::new(Kind::Corrupt, message).hint("name a base image that an engine can run")
        };
        let mut config: Value = serde_json::from_slice(base.config.bytes()).map_err(|_| fault())?;
        let outer = config.as_object_mut().ok_or_else(fault)?;
        outer.insert("created".to_owned(), change.created.as_str().into());
        // The container in which somebody built the base.
        for past in ["container", "container_config", "id", "parent"] {
            outer.remove(past);
        }
        let run = outer.entry("config").or_insert_with(|| json!({}));
        if run.is_null() {
            *run = json!({});
        }
        let run = run.as_object_mut().ok_or_else(fault)?;
        run.insert("Entrypoint".to_owned(), json!(change.entrypoint));
        run.insert("Cmd".to_owned(), json!(change.cmd));
        let labels = run.entry("Labels").or_insert_with(|| json!({}));
        if labels.is_null() {
            *labels = json!({});
        }
        let labels = labels.as_object_mut().ok_or_else(fault)?;
        labels.extend(change.labels.iter().map(|(name, value)| (name.clone(), value.as_str().into())));
        let ids = outer.get_mut("rootfs").and_then(|rootfs| rootfs.get_mut("diff_ids"));
        let ids = ids.and_then(Value::as_array_mut).filter(|ids| ids.len() == base.layers.len());
        ids.ok_or_else(fault)?.extend(layers.iter().map(|layer| json!(layer.diff_id())));
        let history = outer.entry("history").or_insert_with(|| json!([]));
        if let Some(history) = history.as_array_mut() {
            let line = json!({ "created": change.created, "created_by": change.created_by });
            history.extend(layers.iter().map(|_| line.clone()));
        }
        let all = base.layers.iter().cloned().chain(layers.iter().map(|layer| layer.content().clone()));
        Image::joined(super::image::json(&config), all.collect(), annotations, format)
    }
}

impl Artifact {
    /// The images of an index by their platforms, without what is listed for none (attestations and the like).
    ///
    /// # Errors
    ///
    /// The index is damaged.
    pub fn platforms(&self) -> Result<Vec<(Platform, &Image)>, Error> {
        let Artifact::Index(index) = self else { return Ok(Vec::new()) };
        let Manifest::Index(entries) = manifest::parts(index.manifest())? else { return Ok(Vec::new()) };
        let known = entries.into_iter().zip(&index.children).filter_map(|(entry, child)| {
            let platform = entry.platform.filter(|platform| platform.os != "unknown")?;
            match child {
                Artifact::Image(image) => Some((platform, image)),
                Artifact::Index(_) => None,
            }
        });
        Ok(known.collect())
    }
}
