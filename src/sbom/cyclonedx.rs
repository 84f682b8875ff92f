//! A bill of materials in CycloneDX 1.5, which the tools of today read.

use serde_json::{Value, json};

use super::bill::{Bill, Component, Link};
use crate::oci::rfc3339;

/// The bill as CycloneDX has it.
pub fn cyclonedx(bill: &Bill) -> Value {
    let root = &bill.root;
    let mut own = json!({
        "type": "container",
        "bom-ref": "catalog",
        "name": root.name,
        "version": root.digest,
        "hashes": [{ "alg": "SHA-256", "content": root.digest.hex() }],
    });
    if let Some(purl) = bill.purl() {
        own["purl"] = purl.into();
    }
    let mut metadata = json!({
        "tools": { "components": [{ "type": "application", "name": "olmcat", "version": root.tool }] },
        "component": own,
    });
    if let Some(epoch) = root.epoch {
        metadata["timestamp"] = rfc3339(epoch).into();
    }
    let key = |index: &usize| bill.components[*index].key.as_str();
    let bundles: Vec<&str> = bill.links.iter().map(|link| key(&link.bundle)).collect();
    let mut dependencies = vec![json!({ "ref": "catalog", "dependsOn": bundles })];
    dependencies.extend(bill.links.iter().map(|Link { bundle, images }| {
        json!({ "ref": key(bundle), "dependsOn": images.iter().map(key).collect::<Vec<_>>() })
    }));
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": format!("urn:uuid:{}", bill.uuid("cyclonedx")),
        "version": 1,
        "metadata": metadata,
        "components": bill.components.iter().map(component).collect::<Value>(),
        "dependencies": dependencies,
    })
}

fn component(component: &Component) -> Value {
    let mut properties: Vec<Value> =
        component.packages.iter().map(|name| json!({ "name": "olm:package", "value": name })).collect();
    let kind = if component.is_bundle { "bundle" } else { "related" };
    properties.push(json!({ "name": "olm:kind", "value": kind }));
    if !component.image.is_empty() {
        properties.push(json!({ "name": "olm:image", "value": component.image }));
    }
    let mut value = json!({
        "type": "container",
        "bom-ref": component.key,
        "name": component.name,
        "properties": properties,
    });
    if !component.version.is_empty() {
        value["version"] = component.version.as_str().into();
    }
    if let Some(purl) = &component.purl {
        value["purl"] = purl.as_str().into();
    }
    if let Some(digest) = component.digest {
        value["hashes"] = json!([{ "alg": "SHA-256", "content": digest.hex() }]);
    }
    value
}
