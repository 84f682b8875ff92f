//! Properties, whose values stay raw JSON until somebody looks inside.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::version::{Version, VersionRelease};
use super::{BundleBlob, CANONICAL};
use crate::text::{Fault, Kind, Tree, Value, json, yaml};

/// JSON as it will be written: compact, not parsed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Raw<'s> {
    /// Compact JSON text. Keys keep their order: sorted when they come from a catalog.
    Json(Cow<'s, str>),
    /// `{"data": "<text>"}` with a text that needs no escape: how manifests are carried. Kept apart
    /// because these are nearly all bytes of most catalogs, and borrowing them costs nothing.
    Data(Cow<'s, str>),
    /// The JSON of a manifest, which is written as `{"data": "<base64>"}`. Not encoded before, since a
    /// catalog that is only checked is never written.
    Manifest(String),
    /// A mapping as a file spells it: whole lines of YAML, or JSON. Its types are those of its kind of
    /// property, and its numbers small integers, so that every reading of it is the same. Kept as it
    /// is because what consoles show of a CSV is most bytes of a catalog without manifests.
    Source(&'s str),
}

impl<'s> Raw<'s> {
    /// Returns the text that is kept: JSON, or the data.
    pub(super) fn text(&self) -> &str {
        match self {
            Raw::Json(text) | Raw::Data(text) => text,
            Raw::Manifest(text) => text,
            Raw::Source(text) => text,
        }
    }

    /// Returns the JSON text.
    pub fn to_json(&self) -> Cow<'_, str> {
        match self {
            Raw::Json(json) => Cow::Borrowed(json),
            Raw::Data(data) => Cow::Owned(format!("{{\"data\":\"{data}\"}}")),
            Raw::Manifest(json) => Raw::Data(STANDARD.encode(json).into()).to_json().into_owned().into(),
            Raw::Source(_) => {
                let mut out = String::new();
                if let Some(root) = self.tree().as_ref().ok().and_then(Tree::root) {
                    json::write(root, CANONICAL, &mut out);
                }
                Cow::Owned(out)
            }
        }
    }

    /// Returns the value as a tree that borrows from this one.
    ///
    /// # Errors
    /// When the text is no JSON, which only a template or a bundle's own JSON can cause.
    pub fn tree(&self) -> Result<Tree<'_>, Fault> {
        match self {
            Raw::Json(text) => json::read(text),
            Raw::Source(text) if text.starts_with('{') => json::read(text),
            Raw::Source(text) => yaml::read(text, 0..text.len()),
            Raw::Data(data) => Ok(object(data.as_ref().into())),
            Raw::Manifest(json) => Ok(object(STANDARD.encode(json).into())),
        }
    }
}

/// Reads a manifest that a catalog carries: JSON, or the YAML of who wrote it by hand. None if it is neither.
pub fn document(manifest: &[u8]) -> Option<Tree<'_>> {
    let text = std::str::from_utf8(manifest).ok()?;
    json::read(text).or_else(|_| yaml::read(text, 0..text.len())).ok()
}

fn object(data: Cow<'_, str>) -> Tree<'_> {
    let mut builder = crate::text::Builder::with_capacity(3);
    builder.open_map();
    builder.field("data", data);
    builder.close();
    builder.finish()
}

/// A property: a type and a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property<'s> {
    /// Its type, such as `olm.gvk`.
    pub kind: Cow<'s, str>,
    /// Its value; none when the key is missing.
    pub value: Option<Raw<'s>>,
}

/// The type of the property that says package and version.
pub const PACKAGE: &str = "olm.package";
/// The type of the property that carries a manifest.
pub const BUNDLE_OBJECT: &str = "olm.bundle.object";
/// The type of the property that carries what consoles show of the CSV.
pub const CSV_METADATA: &str = "olm.csv.metadata";

/// The value of an `olm.package` property.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackageProperty {
    /// The package's name.
    pub package: String,
    /// The version, which should be strict semver.
    pub version: String,
    /// The release of the version; empty when unset.
    pub release: String,
}

impl PackageProperty {
    /// Reads the property as Go would: missing fields are empty, fields of another type an error.
    ///
    /// # Errors
    /// A phrase that names the field and what it should be.
    pub fn parse(raw: &Raw<'_>) -> Result<Self, String> {
        let tree = raw.tree().map_err(|fault| fault.message)?;
        let Some(root) = tree.root().filter(|root| !root.is_null()) else { return Ok(Self::default()) };
        if root.kind() != Kind::Map {
            return Err("the value must be a mapping".to_owned());
        }
        let field = |name: &str| match root.get_folded(name) {
            None => Ok(String::new()),
            Some(value) if value.is_null() => Ok(String::new()),
            Some(value) => value.str().map(str::to_owned).ok_or_else(|| format!("`{name}` must be a string")),
        };
        Ok(PackageProperty {
            package: field("packageName")?,
            version: field("version")?,
            release: field("release")?,
        })
    }
}

impl<'s> Raw<'s> {
    /// Returns the manifest that an `olm.bundle.object` carries; none if its data is not base64.
    pub fn manifest(&self) -> Option<Cow<'_, [u8]>> {
        let decode = |data: &str| STANDARD.decode(data.as_bytes()).ok().map(Cow::Owned);
        match self {
            Raw::Manifest(json) => Some(Cow::Borrowed(json.as_bytes())),
            Raw::Data(data) => decode(data),
            Raw::Json(_) | Raw::Source(_) => decode(self.tree().ok()?.root()?.get_folded("data")?.str()?),
        }
    }
}

impl BundleBlob<'_> {
    /// Returns the value of the bundle's one `olm.package` property.
    ///
    /// # Errors
    /// A phrase that follows the name of the bundle.
    pub fn package_property(&self) -> Result<PackageProperty, String> {
        let mut packages = self.properties.iter().filter(|property| property.kind == PACKAGE);
        let (Some(property), None) = (packages.next(), packages.next()) else {
            return Err("does not have exactly one `olm.package` property".to_owned());
        };
        let value = property.value.as_ref().ok_or("has an `olm.package` property without value")?;
        PackageProperty::parse(value).map_err(|why| format!("has an `olm.package` property in which {why}"))
    }

    /// Returns the bundle's version and release. A bundle without a release that substitutes for
    /// another (its CSV says so) has the build metadata of its version as release, as opm has it
    /// (`alpha/declcfg/declcfg.go`, `Bundle.VersionRelease`).
    ///
    /// # Errors
    /// A phrase that follows the name of the bundle.
    pub fn version_release(&self) -> Result<VersionRelease, String> {
        let PackageProperty { mut version, mut release, .. } = self.package_property()?;
        if release.is_empty()
            && let Some((plain, build)) = version.split_once('+')
            && self.annotation("olm.substitutesFor").is_some_and(|value| !value.is_empty())
        {
            (release, version) = (build.to_owned(), plain.to_owned());
        }
        VersionRelease::parse(&version, &release)
            .map_err(|fault| format!("has version `{version}`, release `{release}`: {}", fault.message))
    }

    /// Returns an annotation of the bundle's CSV.
    fn annotation(&self, name: &str) -> Option<String> {
        let text = |annotations: Value<'_, '_>| Some(annotations.get(name)?.str()?.to_owned());
        let metadata = self.properties.iter().find(|property| property.kind == CSV_METADATA);
        if let Some(metadata) = metadata {
            return metadata.value.as_ref()?.tree().ok()?.root()?.get("annotations").and_then(text);
        }
        self.with_csv(|csv| csv.at(&["metadata", "annotations"]).and_then(text)).flatten()
    }

    /// Returns the bundle's version.
    ///
    /// # Errors
    /// A phrase that follows the name of the bundle.
    pub fn version(&self) -> Result<Version, String> {
        let version = self.package_property()?.version;
        Version::parse(&version).map_err(|fault| format!("has version `{version}`: {}", fault.message))
    }

    /// Returns the manifests that the bundle carries as `olm.bundle.object`, with the number of their property. Only
    /// those that may be of some kinds, if any are given: most others can be told by their bytes.
    pub fn manifests(&self, kinds: &[&str]) -> impl Iterator<Item = (usize, Cow<'_, [u8]>)> {
        let objects =
            self.properties.iter().enumerate().filter(|(_, property)| property.kind == BUNDLE_OBJECT);
        let manifests = objects.filter_map(|(at, object)| Some((at, object.value.as_ref()?.manifest()?)));
        manifests.filter(|(_, text)| {
            kinds.is_empty()
                || std::str::from_utf8(text).is_ok_and(|text| kinds.iter().any(|kind| text.contains(kind)))
        })
    }

    /// Shows the CSV that the bundle carries as `olm.bundle.object`; none if it carries none that
    /// can be read. Of several the first counts.
    pub fn with_csv<T>(&self, look: impl FnOnce(Value<'_, '_>) -> T) -> Option<T> {
        const KIND: &str = "ClusterServiceVersion";
        for (_, manifest) in self.manifests(&[KIND]) {
            let tree = document(&manifest);
            if let Some(root) = tree.as_ref().and_then(Tree::root)
                && root.get("kind").and_then(Value::str) == Some(KIND)
            {
                return Some(look(root));
            }
        }
        None
    }
}
