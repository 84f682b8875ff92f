//! A bundle from elsewhere becomes one of this project: canonical file names, canonical key order,
//! and, if asked, without the prose that makes it large.

mod strip;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::bundle::Bundle;
use crate::text::{Builder, Kind, Value, yaml};

/// What to change on the way in.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Drop the descriptions in CRD schemas; every field, type and constraint stays.
    pub strip_descriptions: bool,
    /// The description of the CSV, instead of its own.
    pub description: Option<String>,
    /// The icon of the CSV, instead of its own: media type and bytes.
    pub icon: Option<(String, Vec<u8>)>,
}

/// Returns the files of a bundle as they are kept in a project: path below the bundle's folder, and
/// text. Of a file only the first document counts; files that are no objects are left out, since
/// OLM does not read them either.
pub fn files(bundle: &Bundle<'_>, options: &Options) -> Vec<(String, String)> {
    let package = bundle.package();
    let mut files: Vec<(String, String)> = Vec::new();
    for manifest in &bundle.manifests {
        let (Some(root), Some(kind)) = (manifest.root(), manifest.kind()) else { continue };
        let mut to = Builder::default();
        match kind {
            "ClusterServiceVersion" => csv(root, options, &mut to),
            "CustomResourceDefinition" if options.strip_descriptions => strip::crd(root, &mut to),
            _ => to.value(root),
        }
        let tree = to.finish();
        let name = format!("manifests/{}", name_of(root, kind, &package));
        let taken = files.iter().filter(|(other, _)| *other == name).count();
        // Two objects of one name are a fault of the bundle, and not ours to drop.
        let name = if taken > 0 { format!("manifests/{}", manifest.name) } else { name };
        files.extend(tree.root().map(|root| (name, text(root))));
    }
    for file in &bundle.metadata {
        let is_annotations =
            bundle.annotations_file().is_some_and(|annotations| annotations.file == file.file);
        let name = if is_annotations { "annotations.yaml" } else { file.name.as_str() };
        files.extend(file.root().map(|root| (format!("metadata/{name}"), text(root))));
    }
    files
}

fn text(root: Value<'_, '_>) -> String {
    let mut out = String::new();
    yaml::write(root, &mut out);
    out
}

/// Names a file as the field's tools do: `<group>_<plural>.yaml` for a CRD,
/// `<package>.clusterserviceversion.yaml`, and `<name>_<group>_<version>_<kind>.yaml` for the rest.
fn name_of(root: Value<'_, '_>, kind: &str, package: &str) -> String {
    let at = |keys: &[&str]| root.at(keys).map(Value::text).unwrap_or_default();
    let name = match kind {
        "ClusterServiceVersion" => format!("{package}.clusterserviceversion.yaml"),
        "CustomResourceDefinition" => {
            format!("{}_{}.yaml", at(&["spec", "group"]), at(&["spec", "names", "plural"]))
        }
        _ => {
            let api = at(&["apiVersion"]).replace('/', "_");
            format!("{}_{api}_{}.yaml", at(&["metadata", "name"]), kind.to_lowercase())
        }
    };
    // A name comes from the file's content, and must stay in the folder.
    name.replace(['/', '\\', '\0'], "-").trim_start_matches('.').to_owned()
}

/// Copies a CSV with another description and icon.
fn csv<'s>(root: Value<'_, 's>, options: &'s Options, to: &mut Builder<'s>) {
    to.open_map();
    for (key, value) in root.entries() {
        to.value(key);
        if key.text() != "spec" || value.kind() != Kind::Map {
            to.value(value);
            continue;
        }
        to.open_map();
        for (key, value) in value.entries() {
            let is_replaced = match key.text() {
                "description" => options.description.is_some(),
                "icon" => options.icon.is_some(),
                _ => false,
            };
            if !is_replaced {
                to.value(key);
                to.value(value);
            }
        }
        if let Some(description) = &options.description {
            to.field("description", description.as_str());
        }
        if let Some((media_type, bytes)) = &options.icon {
            to.str("icon");
            to.open_list();
            to.open_map();
            to.field("base64data", STANDARD.encode(bytes));
            to.field("mediatype", media_type.as_str());
            to.close();
            to.close();
        }
        to.close();
    }
    to.close();
}
