//! The options that say how an image is written down, whatever it is made of.

use std::collections::BTreeMap;

use clap::ValueEnum;
use serde_json::{Value, json};

use crate::image;
use crate::oci::{self, Platform, rfc3339};

/// How an image is written down.
#[derive(Debug, clap::Args)]
pub(super) struct NotationArgs {
    /// Make an index of these platforms: `linux/amd64,linux/arm64`.
    #[arg(long, value_delimiter = ',', value_name = "OS/ARCH")]
    platform: Vec<Platform>,
    /// How layers are compressed.
    #[arg(long, value_enum, default_value = "gzip")]
    compression: Compression,
    /// The notation of manifests: docker's is for registries that know no other.
    #[arg(long, value_enum, default_value = "oci")]
    image_format: Notation,
    /// A label of the image.
    #[arg(long = "label", value_name = "KEY=VALUE", value_parser = pair)]
    labels: Vec<(String, String)>,
    /// An annotation of the image and of an index of it; a key without a dot is one of OCI's, such as `source`,
    /// `revision` or `version`.
    #[arg(long = "annotation", value_name = "KEY=VALUE", value_parser = pair)]
    annotations: Vec<(String, String)>,
    /// The time that files and image carry, in seconds since 1970; an annotation says it, too.
    #[arg(long, env = "SOURCE_DATE_EPOCH", hide_env_values = true, value_name = "SECONDS")]
    source_date_epoch: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Compression {
    /// What every consumer reads.
    Gzip,
    /// A fraction of that for catalogs; not for docker's format.
    Zstd,
    /// As it is.
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Notation {
    Oci,
    Docker,
}

impl NotationArgs {
    /// Returns how the image is made.
    pub(super) fn options(&self) -> image::Options {
        let key = |key: &str| match key.contains('.') {
            true => key.to_owned(),
            false => format!("org.opencontainers.image.{key}"),
        };
        let mut annotations: BTreeMap<String, String> =
            self.annotations.iter().map(|(name, value)| (key(name), value.clone())).collect();
        let format = match self.image_format {
            Notation::Oci => oci::Format::Oci,
            Notation::Docker => oci::Format::Docker,
        };
        if let Some(epoch) = self.source_date_epoch.filter(|_| format == oci::Format::Oci) {
            annotations.entry(key("created")).or_insert_with(|| rfc3339(epoch));
        }
        image::Options {
            epoch: self.source_date_epoch,
            platforms: self.platform.clone(),
            labels: self.labels.iter().cloned().collect(),
            annotations,
            compression: match self.compression {
                Compression::Gzip => oci::Compression::Gzip,
                Compression::Zstd => oci::Compression::Zstd,
                Compression::None => oci::Compression::None,
            },
            format,
            base: None,
            spool: Some(std::env::temp_dir()),
        }
    }

    /// The time that the image carries.
    pub(super) fn epoch(&self) -> Option<u64> {
        self.source_date_epoch
    }

    /// The options by their names, with their values.
    pub(super) fn parameters(&self) -> [(&'static str, Value); 6] {
        fn name(value: &impl ValueEnum) -> Value {
            json!(value.to_possible_value().map(|value| value.get_name().to_owned()))
        }
        let pairs = |pairs: &[(String, String)]| {
            pairs.iter().map(|(key, value)| (key.clone(), Value::from(value.as_str()))).collect::<Value>()
        };
        let platforms: Vec<String> = self.platform.iter().map(Platform::to_string).collect();
        [
            ("platform", json!(platforms)),
            ("compression", name(&self.compression)),
            ("image-format", name(&self.image_format)),
            ("label", pairs(&self.labels)),
            ("annotation", pairs(&self.annotations)),
            ("source-date-epoch", json!(self.source_date_epoch)),
        ]
    }
}

/// Reads `KEY=VALUE`.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err(format!("`{text}` is not `KEY=VALUE`")),
    }
}
