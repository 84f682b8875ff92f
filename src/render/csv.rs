//! The way back from `olm.csv.metadata` to a CSV: what opm's server shows of a bundle that has no manifests.
//! OLM's package server wants a CSV of every head, and crashes on one without an install strategy.
//!
//! Fields in the order of the Go struct, texts escaped for HTML, as `encoding/json` does (opm-spec 7.5).

use super::csv_metadata::{FIELDS, copy};
use crate::catalog::{BundleBlob, Package};
use crate::text::{Builder, Value, json};

const GO: json::Style = json::Style { indent: 0, sort: false, escape_html: true, doubles: false };

/// The fields of `spec` behind its version, by their names in the property.
const SPEC: [&str; 5] =
    ["maturity", "crdDescriptions", "apiServiceDefinitions", "nativeAPIs", "minKubeVersion"];
const PEOPLE: [&str; 4] = ["keywords", "maintainers", "provider", "links"];

/// Makes the CSV of a bundle from its one `olm.csv.metadata`, which `property` is.
pub fn csv_of_metadata<'s>(
    blob: &'s BundleBlob<'_>,
    package: &'s Package<'_>,
    version: &'s str,
    property: Value<'_, 's>,
) -> String {
    let mut to = Builder::default();
    to.open_map();
    to.field("kind", "ClusterServiceVersion");
    to.field("apiVersion", "operators.coreos.com/v1alpha1");
    to.str("metadata");
    to.open_map();
    to.field("name", blob.name.as_ref());
    fields(&mut to, property, &["labels", "annotations"]);
    to.close();
    to.str("spec");
    to.open_map();
    to.str("install");
    to.json(r#"{"strategy":"deployment","spec":{"deployments":null}}"#);
    to.field("version", version);
    fields(&mut to, property, &SPEC);
    let text = |name: &str| property.get_folded(name).and_then(Value::str).filter(|text| !text.is_empty());
    to.field("displayName", text("displayName").unwrap_or_default());
    match text("description") {
        Some(own) => to.field("description", own),
        None if package.description.is_empty() => {}
        None => to.field("description", package.description.as_ref()),
    }
    fields(&mut to, property, &PEOPLE);
    if let Some(icon) = &package.icon {
        to.str("icon");
        to.open_list();
        to.open_map();
        to.field("base64data", icon.data.as_deref().unwrap_or_default());
        to.field("mediatype", icon.media_type.as_ref());
        to.close();
        to.close();
    }
    fields(&mut to, property, &["installModes"]);
    to.str("cleanup");
    to.json(r#"{"enabled":false}"#);
    if !blob.related_images.is_empty() {
        to.str("relatedImages");
        to.open_list();
        for image in &blob.related_images {
            to.open_map();
            to.field("name", image.name.as_ref());
            to.field("image", image.image.as_ref());
            to.close();
        }
        to.close();
    }
    to.close();
    to.str("status");
    to.json(r#"{"cleanup":{}}"#);
    to.close();
    let mut out = String::new();
    to.finish().root().into_iter().for_each(|root| json::write(root, GO, &mut out));
    out
}

fn fields<'s>(to: &mut Builder<'s>, property: Value<'_, 's>, names: &[&str]) {
    for name in names {
        if let Some((path, field)) = FIELDS.iter().find(|(_, field)| field.name == *name) {
            copy(to, path[path.len() - 1], property.get_folded(name), field);
        }
    }
}
