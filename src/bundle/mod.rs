//! One registry+v1 bundle as its files are, faults and all.

mod at;
mod contents;
mod csv;
mod size;

pub use at::At;
pub use contents::{Contents, Crd, Deployment, Object, Permission, PolicyRule, split_api_version};
pub use csv::Csv;
pub use size::{OBJECT_LIMIT, UNPACKED_FLOOR, UNPACKED_LIMIT};

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use crate::text::{FileId, Kind, Place, Tree, Value};

/// A bundle: the files of its `manifests` and `metadata` folders.
#[derive(Debug)]
pub struct Bundle<'s> {
    /// The folder or reference, as a text without content: the place of what is missing.
    pub home: FileId,
    /// The reference of its image; empty when it is not known.
    pub image: Cow<'s, str>,
    /// The files of `manifests`, by name.
    pub manifests: Vec<Manifest<'s>>,
    /// The files of `metadata`, by name.
    pub metadata: Vec<Manifest<'s>>,
    /// What is in `manifests` and is not read, by name: folders, and files that are hidden.
    pub ignored: Vec<Ignored>,
}

/// What is in `manifests` and is not read.
#[derive(Debug)]
pub struct Ignored {
    /// Its name; that of a folder ends with `/`.
    pub name: String,
    /// The folder or file, as a text without content.
    pub file: FileId,
}

/// A file of a bundle; of its documents only the first counts, as for OLM.
#[derive(Debug)]
pub struct Manifest<'s> {
    /// The text.
    pub file: FileId,
    /// The name of the file, without its folder.
    pub name: String,
    /// What is in the file.
    pub content: &'s str,
    /// The bytes of the first document.
    pub document: Range<usize>,
    /// The first document; none when it cannot be read or is empty.
    pub tree: Option<Tree<'s>>,
    /// The bytes of the documents behind it that hold something.
    pub lost: Vec<Range<usize>>,
}

impl<'s> Manifest<'s> {
    /// Returns the place of the document.
    pub fn place(&self) -> Place {
        Place::document(self.file, self.document.clone())
    }

    /// Returns the root of the document.
    pub fn root(&self) -> Option<Value<'_, 's>> {
        self.tree.as_ref()?.root()
    }

    /// Returns the object's kind; none for what is no Kubernetes object.
    pub fn kind(&self) -> Option<&str> {
        self.root()?.get("kind")?.str().filter(|kind| !kind.is_empty())
    }
}

/// The annotation that says what the manifests are.
pub const MEDIA_TYPE_ANNOTATION: &str = "operators.operatorframework.io.bundle.mediatype.v1";
/// The annotation that names the folder of the manifests.
pub const MANIFESTS_ANNOTATION: &str = "operators.operatorframework.io.bundle.manifests.v1";
/// The annotation that names the folder of the metadata.
pub const METADATA_ANNOTATION: &str = "operators.operatorframework.io.bundle.metadata.v1";
/// The annotation that names the package.
pub const PACKAGE_ANNOTATION: &str = "operators.operatorframework.io.bundle.package.v1";
/// The annotation that names the channels, comma-separated.
pub const CHANNELS_ANNOTATION: &str = "operators.operatorframework.io.bundle.channels.v1";
/// The annotation that names the default channel.
pub const DEFAULT_CHANNEL_ANNOTATION: &str = "operators.operatorframework.io.bundle.channel.default.v1";

impl<'s> Bundle<'s> {
    /// Returns the manifest of the ClusterServiceVersion: the first by file name.
    pub fn csv_manifest(&self) -> Option<&Manifest<'s>> {
        self.manifests.iter().find(|manifest| manifest.kind() == Some("ClusterServiceVersion"))
    }

    /// Returns the ClusterServiceVersion.
    pub fn csv(&self) -> Option<Csv<'_, 's>> {
        self.csv_manifest()?.root().map(Csv)
    }

    /// Returns every CustomResourceDefinition of API version v1 or v1beta1.
    pub fn crds(&self) -> impl Iterator<Item = Value<'_, 's>> {
        let crds =
            self.manifests.iter().filter(|manifest| manifest.kind() == Some("CustomResourceDefinition"));
        crds.filter_map(Manifest::root).filter(|root| {
            root.get("apiVersion")
                .is_some_and(|version| matches!(version.text().rsplit('/').next(), Some("v1" | "v1beta1")))
        })
    }

    /// Returns the file of `metadata` that holds the bundle's annotations: the first that names a
    /// package, a channel or a default channel, whatever its file name.
    pub fn annotations_file(&self) -> Option<&Manifest<'s>> {
        const NAMES: [&str; 3] = [PACKAGE_ANNOTATION, CHANNELS_ANNOTATION, DEFAULT_CHANNEL_ANNOTATION];
        self.metadata.iter().find(|file| {
            let annotations = file.root().and_then(|root| root.get_folded("annotations"));
            annotations.is_some_and(|annotations| {
                NAMES.iter().any(|name| annotations.get(name).is_some_and(|value| !value.text().is_empty()))
            })
        })
    }

    /// Returns one of the bundle's annotations; empty when it is not set.
    pub fn annotation(&self, name: &str) -> Cow<'s, str> {
        let file = self.annotations_file();
        let annotations = file.and_then(|file| file.root()?.get_folded("annotations"));
        annotations
            .and_then(|all| all.get(name))
            .filter(|value| !value.is_null())
            .map(Value::cow)
            .unwrap_or_default()
    }

    /// Returns all of the bundle's annotations that are no lists and the like; a bundle image has them as
    /// labels.
    pub fn annotations(&self) -> BTreeMap<String, String> {
        let file = self.annotations_file();
        let annotations = file.and_then(|file| file.root()?.get_folded("annotations"));
        let scalars = annotations.into_iter().flat_map(Value::entries);
        // Lists and mappings have no text.
        let scalars =
            scalars.filter(|(_, value)| !matches!(value.kind(), Kind::List | Kind::Map | Kind::Null));
        scalars.map(|(key, value)| (key.text().to_owned(), value.text().to_owned())).collect()
    }

    /// Returns the package that the annotations name; empty when they do not.
    pub fn package(&self) -> Cow<'s, str> {
        self.annotation(PACKAGE_ANNOTATION)
    }

    /// Returns the name of the CSV; empty when there is none.
    pub fn name(&self) -> Cow<'s, str> {
        self.csv().and_then(|csv| csv.0.at(&["metadata", "name"])).map(Value::cow).unwrap_or_default()
    }

    /// Returns the version of the CSV as it is written; empty when there is none, or no string.
    pub fn version(&self) -> Cow<'s, str> {
        let version = self.csv().and_then(|csv| csv.spec()?.get("version"));
        version.filter(|version| version.kind() == Kind::Str).map(Value::cow).unwrap_or_default()
    }
}
