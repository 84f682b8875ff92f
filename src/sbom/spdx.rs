//! A bill of materials in SPDX 2.3.

use serde_json::{Value, json};

use super::bill::{Bill, Component};
use crate::oci::{Digest, rfc3339};

const ROOT: &str = "SPDXRef-catalog";
/// What is not known is said so.
const UNKNOWN: &str = "NOASSERTION";

/// The bill as SPDX has it. Without a time, it is made at the beginning of 1970: the format must have one.
pub fn spdx(bill: &Bill) -> Value {
    let root = &bill.root;
    let mut packages =
        vec![package(ROOT, &root.name, &root.digest.to_string(), bill.purl(), Some(root.digest))];
    packages.extend(bill.components.iter().map(|component| {
        let mut value = package(
            &identifier(component),
            &component.name,
            &component.version,
            component.purl.clone(),
            component.digest,
        );
        let kind = if component.is_bundle { "bundle" } else { "image" };
        let packages: Vec<&str> = component.packages.iter().map(String::as_str).collect();
        value["comment"] = format!("{kind} of package {}", packages.join(", ")).into();
        value
    }));
    let relation = |from: &str, kind: &str, to: &str| json!({ "spdxElementId": from, "relationshipType": kind, "relatedSpdxElement": to });
    let mut relations = vec![relation("SPDXRef-DOCUMENT", "DESCRIBES", ROOT)];
    for link in &bill.links {
        let bundle = identifier(&bill.components[link.bundle]);
        relations.push(relation(ROOT, "DEPENDS_ON", &bundle));
        for image in &link.images {
            relations.push(relation(&bundle, "DEPENDS_ON", &identifier(&bill.components[*image])));
        }
    }
    json!({
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": root.name,
        "documentNamespace": format!("https://spdx.org/spdxdocs/olmcat-{}", bill.uuid("spdx")),
        "creationInfo": {
            "created": rfc3339(root.epoch.unwrap_or(0)),
            "creators": [format!("Tool: olmcat-{}", root.tool)],
        },
        "packages": packages,
        "relationships": relations,
    })
}

fn package(id: &str, name: &str, version: &str, purl: Option<String>, digest: Option<Digest>) -> Value {
    let mut value = json!({
        "SPDXID": id,
        "name": name,
        "downloadLocation": UNKNOWN,
        "filesAnalyzed": false,
        "licenseConcluded": UNKNOWN,
        "licenseDeclared": UNKNOWN,
        "copyrightText": UNKNOWN,
        "primaryPackagePurpose": "CONTAINER",
    });
    if !version.is_empty() {
        value["versionInfo"] = version.into();
    }
    if let Some(purl) = purl {
        value["externalRefs"] = json!([{
            "referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl,
        }]);
    }
    if let Some(digest) = digest {
        value["checksums"] = json!([{ "algorithm": "SHA256", "checksumValue": digest.hex() }]);
    }
    value
}

/// Letters, digits, `.` and `-` are all that an identifier may have; the digits of a digest keep those apart that
/// differ in others.
fn identifier(component: &Component) -> String {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    let name: String = component.name.chars().map(|c| if is_allowed(c) { c } else { '-' }).collect();
    let kind = if component.is_bundle { "bundle" } else { "image" };
    format!("SPDXRef-{kind}-{name}-{}", &Digest::of(component.key.as_bytes()).hex()[..12])
}
