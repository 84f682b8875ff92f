//! One bundle as two parts of an `api.Bundle`: what everybody gets, and the manifests (opm-spec 7.5).

use std::borrow::Cow;
use std::ops::Range;

use super::wire;
use crate::catalog::{BUNDLE_OBJECT, BundleBlob, CSV_METADATA, PACKAGE, Package, Property};
use crate::diag::Error;
use crate::render;
use crate::text::{Kind, Tree, Value, json, yaml};

/// How Go writes a manifest that it read into maps.
const GO: json::Style = json::Style { indent: 0, sort: true, escape_html: true, doubles: false };
/// How Go writes a struct.
const STRUCT: json::Style = json::Style { sort: false, ..GO };

/// A bundle, encoded.
#[derive(Debug)]
pub struct Piece {
    pub(super) package: String,
    pub(super) name: String,
    pub(super) is_inline: bool,
    pub(super) common: Vec<u8>,
    pub(super) manifests: Vec<u8>,
    /// Where the CSV is in `manifests`.
    pub(super) csv: Range<usize>,
    /// Group, version and kind of what it provides.
    pub(super) apis: Vec<[String; 3]>,
}

impl Piece {
    /// Encodes a bundle of a package.
    ///
    /// # Errors
    /// When a property is not what its type says, or there is not exactly one `olm.package`.
    pub fn new(blob: &BundleBlob<'_>, package: &Package<'_>) -> Result<Self, Error> {
        let fault = |why: String| {
            Error::new(format!(
                "bundle `{}` of package `{}` cannot be served: it {why}",
                blob.name, blob.package
            ))
        };
        let version = blob.package_property().map_err(fault)?.version;
        let mut common = Vec::new();
        wire::string(&mut common, 6, &blob.image);
        let mut apis = Vec::new();
        for (kind, field) in [("olm.gvk", 7), ("olm.gvk.required", 8)] {
            for property in properties(blob, kind) {
                let api = strings(property, ["group", "version", "kind"]).map_err(fault)?;
                wire::strings(&mut common, field, &api.each_ref().map(String::as_str));
                if field == 7 {
                    apis.push(api);
                }
            }
        }
        wire::string(&mut common, 9, &version);
        for property in &blob.properties {
            match property.kind.as_ref() {
                "olm.gvk.required" => wire::strings(&mut common, 11, &["olm.gvk", &value(property)]),
                "olm.package.required" => {
                    let range = strings(property, ["packageName", "versionRange"]).map_err(fault)?;
                    wire::strings(&mut common, 11, &[PACKAGE, &requirement(range)]);
                }
                _ => {}
            }
        }
        for property in &blob.properties {
            if property.kind != BUNDLE_OBJECT && property.kind != CSV_METADATA {
                wire::strings(&mut common, 12, &[&property.kind, &value(property)]);
            }
        }
        let (manifests, csv) = manifests(blob, package, &version).map_err(fault)?;
        Ok(Piece {
            package: blob.package.to_string(),
            name: blob.name.to_string(),
            is_inline: blob.image.is_empty(),
            common,
            manifests,
            csv,
            apis,
        })
    }
}

fn properties<'b>(blob: &'b BundleBlob<'_>, kind: &str) -> impl Iterator<Item = &'b Property<'b>> {
    blob.properties.iter().filter(move |property| property.kind == kind)
}

fn value<'p>(property: &'p Property<'_>) -> Cow<'p, str> {
    property.value.as_ref().map(|value| value.to_json()).unwrap_or_default()
}

/// Reads string fields of a property as Go would: missing ones are empty.
fn strings<const N: usize>(property: &Property<'_>, names: [&str; N]) -> Result<[String; N], String> {
    let fault = |why: String| format!("has a property `{}` in which {why}", property.kind);
    let value = property.value.as_ref().ok_or_else(|| fault("there is no value".to_owned()))?;
    let tree = value.tree().map_err(|cause| fault(cause.message))?;
    let root = tree.root().filter(|root| root.kind() == Kind::Map);
    let root = root.ok_or_else(|| fault("the value is no mapping".to_owned()))?;
    let mut texts = [const { String::new() }; N];
    for (text, name) in texts.iter_mut().zip(names) {
        match root.get_folded(name).filter(|value| !value.is_null()) {
            None => {}
            Some(value) => {
                let found = value.str().ok_or_else(|| fault(format!("`{name}` is no string")))?;
                found.clone_into(text);
            }
        }
    }
    Ok(texts)
}

/// The value of a dependency on a package: the range is called version there.
fn requirement([name, range]: [String; 2]) -> String {
    let mut to = crate::text::Builder::default();
    to.open_map();
    to.field("packageName", name);
    to.field("version", range);
    to.close();
    let mut out = String::new();
    to.finish().root().into_iter().for_each(|root| json::write(root, STRUCT, &mut out));
    out
}

/// The fields `object`, and where the first CSV stands in them.
fn manifests(
    blob: &BundleBlob<'_>,
    package: &Package<'_>,
    version: &str,
) -> Result<(Vec<u8>, Range<usize>), String> {
    let metadata: Vec<_> = properties(blob, CSV_METADATA).collect();
    if metadata.len() > 1 {
        return Err(format!("has {} properties `{CSV_METADATA}`, and one is the most", metadata.len()));
    }
    let (mut out, mut csv) = (Vec::new(), 0..0);
    for object in properties(blob, BUNDLE_OBJECT) {
        let manifest = object.value.as_ref().and_then(|value| value.manifest());
        let text = manifest.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok());
        let text = text.ok_or_else(|| format!("has a property `{BUNDLE_OBJECT}` without a manifest"))?;
        let tree = json::read(text).or_else(|_| yaml::read(text, 0..text.len()));
        let tree = tree.map_err(|fault| format!("has a manifest that cannot be read: {}", fault.message))?;
        let mut json = String::with_capacity(text.len());
        tree.root().into_iter().for_each(|root| json::write(root, GO, &mut json));
        wire::bytes(&mut out, 5, json.as_bytes());
        let kind = tree.root().and_then(|root| root.get("kind")).and_then(Value::str);
        if csv.is_empty() && kind == Some("ClusterServiceVersion") {
            csv = out.len() - json.len()..out.len();
        }
    }
    if let ([property], true) = (metadata.as_slice(), csv.is_empty()) {
        let value =
            property.value.as_ref().map(|value| value.tree()).transpose().map_err(|fault| fault.message)?;
        let root = value.as_ref().and_then(Tree::root).filter(|root| root.kind() == Kind::Map);
        let root = root.ok_or_else(|| format!("has a property `{CSV_METADATA}` that is no mapping"))?;
        let json = render::csv_of_metadata(blob, package, version, root);
        out.clear();
        wire::bytes(&mut out, 5, json.as_bytes());
        csv = out.len() - json.len()..out.len();
    }
    Ok((out, csv))
}
