//! What `metadata/annotations.yaml` says of a bundle, and where it comes from when nobody says it
//! (`pkg/lib/bundle/generate.go`, `interpreter.go`).

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::bundle::{
    CHANNELS_ANNOTATION, DEFAULT_CHANNEL_ANNOTATION, MANIFESTS_ANNOTATION, MEDIA_TYPE_ANNOTATION,
    METADATA_ANNOTATION, Manifest, PACKAGE_ANNOTATION,
};
use crate::diag::{Error, Report};
use crate::load;
use crate::text::{Builder, Sources, Value, yaml};

/// What a bundle is called and where it belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Metadata {
    pub(super) media_type: &'static str,
    pub(super) package: String,
    /// Separated by commas.
    pub(super) channels: String,
    /// Empty if there is none.
    pub(super) default_channel: String,
}

impl Metadata {
    /// Looks at a folder of manifests. What is not given is inferred from the folder above it, if that is a
    /// package in the old layout: a folder for each version, and a `*.package.yaml`.
    pub(super) fn of(folder: &Path, package: &str, channels: &str, default: &str) -> Result<Self, Error> {
        let (sources, mut report) = (Sources::default(), Report::default());
        let manifests = load::manifests_in(folder, &sources, &mut report)?;
        let media_type = media_type(folder, &manifests)?;
        let mut metadata = Metadata {
            media_type,
            package: package.to_owned(),
            channels: channels.to_owned(),
            default_channel: default.to_owned(),
        };
        if !package.is_empty() && !channels.is_empty() {
            return Ok(metadata);
        }
        let inferred = infer(folder, &manifests, &sources).ok_or_else(|| {
            Error::new(format!("{} does not say the package and its channels", folder.display()))
                .hint("write `--package` and `--channels`")
        })?;
        if package.is_empty() {
            metadata.package = inferred.package;
        }
        if channels.is_empty() {
            metadata.channels = inferred.channels;
        }
        if default.is_empty() {
            metadata.default_channel = inferred.default_channel;
        }
        Ok(metadata)
    }

    /// The annotations, which are the labels of the image, too, in the order of the Dockerfile.
    pub(super) fn annotations(&self) -> Vec<(&'static str, &str)> {
        let mut annotations = vec![
            (MEDIA_TYPE_ANNOTATION, self.media_type),
            (MANIFESTS_ANNOTATION, "manifests/"),
            (METADATA_ANNOTATION, "metadata/"),
            (PACKAGE_ANNOTATION, self.package.as_str()),
            (CHANNELS_ANNOTATION, self.channels.as_str()),
        ];
        if !self.default_channel.is_empty() {
            annotations.push((DEFAULT_CHANNEL_ANNOTATION, &self.default_channel));
        }
        annotations
    }

    /// The text of `annotations.yaml`.
    pub(super) fn yaml(&self) -> String {
        let mut to = Builder::default();
        to.open_map();
        to.str("annotations");
        to.open_map();
        for (key, value) in self.annotations() {
            to.field(key, value);
        }
        to.close();
        to.close();
        let mut out = String::new();
        to.finish().root().into_iter().for_each(|root| yaml::write(root, &mut out));
        out
    }

    /// The labels of the image.
    pub(super) fn labels(&self) -> BTreeMap<String, String> {
        self.annotations().into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    }
}

fn media_type(folder: &Path, manifests: &[Manifest<'_>]) -> Result<&'static str, Error> {
    if manifests.is_empty() {
        return Err(Error::new(format!("the folder {} holds no manifests", folder.display()))
            .hint("name the folder of the manifests with `--directory`"));
    }
    let chart = manifests.iter().find(|manifest| manifest.name == "Chart.yaml");
    let name = chart.and_then(|chart| chart.root()?.get("name")?.str());
    if name.is_some_and(|name| !name.is_empty()) {
        return Ok("helm");
    }
    let has_csv = manifests.iter().any(|manifest| manifest.kind() == Some("ClusterServiceVersion"));
    Ok(if has_csv { "registry+v1" } else { "plain" })
}

/// Reads package and channels from the folder above. A channel holds a CSV if its newest one is that CSV,
/// or replaces it over any number of steps.
fn infer(folder: &Path, manifests: &[Manifest<'_>], sources: &Sources) -> Option<Metadata> {
    let name_of = |manifests: &[Manifest<'_>]| -> Option<(String, String)> {
        let csv =
            manifests.iter().find(|manifest| manifest.kind() == Some("ClusterServiceVersion"))?.root()?;
        let replaces = csv.at(&["spec", "replaces"]).and_then(Value::str).unwrap_or_default();
        Some((csv.at(&["metadata", "name"])?.str()?.to_owned(), replaces.to_owned()))
    };
    let (own, _) = name_of(manifests)?;
    let package = folder.canonicalize().ok()?.parent()?.to_owned();
    let mut replaced: BTreeMap<String, String> = BTreeMap::new();
    let mut description = None;
    for entry in fs::read_dir(&package).ok()?.flatten() {
        let (path, mut report) = (entry.path(), Report::default());
        if path.is_dir() {
            let manifests = load::manifests_in(&path, sources, &mut report).ok()?;
            let (name, replaces) = name_of(&manifests)?;
            replaced.insert(name, replaces);
        } else if entry.file_name().to_string_lossy().ends_with(".package.yaml") {
            description = load::text(&path, 1 << 20, sources, &mut report);
        }
    }
    let text = sources.get(description?).text();
    let tree = yaml::read(text, 0..text.len()).ok()?;
    let root = tree.root()?;
    let holds = |head: &str| {
        let mut seen = Vec::new();
        let mut current = Some(head);
        while let Some(name) = current.filter(|name| !seen.contains(name)) {
            if name == own {
                return true;
            }
            seen.push(name);
            current = replaced.get(name).map(String::as_str);
        }
        false
    };
    let text = |value: Value<'_, '_>, key: &str| value.get(key).and_then(Value::str).map(str::to_owned);
    let mut channels: Vec<String> = (root.get("channels")?.items())
        .filter(|channel| text(*channel, "currentCSV").is_some_and(|head| holds(&head)))
        .filter_map(|channel| text(channel, "name"))
        .collect();
    channels.sort();
    let default_channel = text(root, "defaultChannel").unwrap_or_default();
    (!channels.is_empty()).then_some(Metadata {
        media_type: "registry+v1",
        package: text(root, "packageName")?,
        channels: channels.join(","),
        default_channel,
    })
}
