//! Bills of materials, held against the rules of their formats.

use std::collections::BTreeSet;

use olmcat::catalog;
use olmcat::diag::Report;
use olmcat::oci::{Digest, Reference};
use olmcat::sbom::{Bill, Root, cyclonedx, spdx};
use olmcat::text::Sources;
use serde_json::Value;

use crate::support::{Olmcat, root};

const CATALOG: &str = "schema: olm.package\nname: demo\ndefaultChannel: stable\n---\n\
schema: olm.channel\nname: stable\npackage: demo\nentries: [{name: demo.v1}, {name: demo.v2}]\n---\n\
schema: olm.bundle\nname: demo.v2\npackage: demo\nimage: quay.io/demo/bundle:v2\nproperties:\n\
- {type: olm.package, value: {packageName: demo, version: 2.0.0}}\n\
relatedImages:\n- {name: a, image: 'quay.io/demo/op@sha256:HEX'}\n- {name: b, image: 'quay.io/demo/bundle:v2'}\n---\n\
schema: olm.bundle\nname: demo.v1\npackage: demo\nimage: localhost:5000/demo/bundle@sha256:HEX\nproperties:\n\
- {type: olm.package, value: {packageName: demo, version: 1.0.0}}\n\
relatedImages:\n- {name: a, image: 'quay.io/demo/op@sha256:HEX'}\n- {name: b, image: 'short'}\n- {name: c, image: ''}\n\
- {name: d, image: 'docker.io/library/x:1'}\n- {name: e, image: 'docker.io/library-x:1'}\n";

fn bill(text: &str, reference: Option<&str>, epoch: Option<u64>) -> Bill {
    let (sources, mut report) = (Sources::default(), Report::default());
    let text = text.replace("HEX", &Digest::of(b"op").hex());
    let file = sources.add("catalog.yaml", text.into_bytes());
    let catalog = catalog::read(&sources, file, &mut report);
    assert!(!report.has_errors());
    let reference = reference.map(|text| Reference::parse(text).unwrap());
    let root = Root {
        name: "quay.io/demo/catalog".to_owned(),
        reference,
        digest: Digest::of(b"catalog"),
        epoch,
        tool: "1.2.3".to_owned(),
    };
    Bill::of(&catalog, root)
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<usize> = text.split('-').map(str::len).collect();
    let is_hex = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-'));
    // Version 8, variant of RFC 9562.
    parts == [8, 4, 4, 4, 12] && is_hex && &text[14..15] == "8" && "89ab".contains(&text[19..20])
}

/// The grammar of package URLs, as far as images use it: the purl specification and its type `oci`.
fn check_purl(purl: &str) {
    let rest = purl.strip_prefix("pkg:oci/").unwrap_or_else(|| panic!("{purl}"));
    let (path, query) = rest.split_once('?').unwrap();
    let (name, version) = path.split_once('@').map_or((path, None), |(name, version)| (name, Some(version)));
    assert!(!name.is_empty() && !name.contains('/') && name == name.to_lowercase(), "{purl}");
    if let Some(version) = version {
        let hex = version.strip_prefix("sha256%3A").unwrap();
        assert!(hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()), "{purl}");
    }
    let keys: Vec<&str> = query.split('&').map(|pair| pair.split_once('=').unwrap().0).collect();
    assert!(keys.is_sorted() && keys.contains(&"repository_url"), "{purl}");
    assert!(keys.iter().all(|key| ["repository_url", "tag"].contains(key)), "{purl}");
}

/// The rules of CycloneDX 1.5 (`bom-1.5.schema.json`) that concern what we write.
fn check_cyclonedx(bom: &Value) {
    assert_eq!((&bom["bomFormat"], &bom["specVersion"]), (&"CycloneDX".into(), &"1.5".into()));
    assert!(bom["version"].as_u64().unwrap() >= 1);
    assert!(is_uuid(bom["serialNumber"].as_str().unwrap().strip_prefix("urn:uuid:").unwrap()));
    let keys =
        ["bomFormat", "specVersion", "serialNumber", "version", "metadata", "components", "dependencies"];
    assert!(bom.as_object().unwrap().keys().all(|key| keys.contains(&key.as_str())));
    let own = &bom["metadata"]["component"];
    let components = bom["components"].as_array().unwrap();
    let mut references = BTreeSet::new();
    let known = ["type", "bom-ref", "name", "version", "purl", "hashes", "properties"];
    for component in components.iter().chain([own]) {
        assert!(
            component.as_object().unwrap().keys().all(|key| known.contains(&key.as_str())),
            "{component}"
        );
        assert_eq!(component["type"], "container");
        assert!(!component["name"].as_str().unwrap().is_empty());
        assert!(references.insert(component["bom-ref"].as_str().unwrap()), "{component}: twice");
        component.get("purl").into_iter().for_each(|purl| check_purl(purl.as_str().unwrap()));
        for hash in component.get("hashes").and_then(Value::as_array).into_iter().flatten() {
            assert_eq!(
                (hash["alg"].as_str().unwrap(), hash["content"].as_str().unwrap().len()),
                ("SHA-256", 64)
            );
        }
    }
    let mut seen = BTreeSet::new();
    for dependency in bom["dependencies"].as_array().unwrap() {
        let reference = dependency["ref"].as_str().unwrap();
        assert!(references.contains(reference) && seen.insert(reference), "{reference}");
        let needed: Vec<&str> =
            dependency["dependsOn"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
        assert!(needed.iter().all(|it| references.contains(it) && *it != reference), "{dependency}");
        assert_eq!(needed.iter().collect::<BTreeSet<_>>().len(), needed.len(), "{dependency}");
    }
}

/// The rules of SPDX 2.3 (`spdx-schema.json`, and the chapters on documents, packages and relationships).
fn check_spdx(document: &Value) {
    for (key, value) in
        [("spdxVersion", "SPDX-2.3"), ("dataLicense", "CC0-1.0"), ("SPDXID", "SPDXRef-DOCUMENT")]
    {
        assert_eq!(document[key], value);
    }
    let space = document["documentNamespace"].as_str().unwrap();
    assert!(space.starts_with("https://") && !space.contains('#') && is_uuid(&space[space.len() - 36..]));
    let created = document["creationInfo"]["created"].as_str().unwrap();
    assert!(created.len() == 20 && created.ends_with('Z'), "{created}");
    assert!(document["creationInfo"]["creators"][0].as_str().unwrap().starts_with("Tool: olmcat-"));
    let mut ids = BTreeSet::from(["SPDXRef-DOCUMENT"]);
    for package in document["packages"].as_array().unwrap() {
        let id = package["SPDXID"].as_str().unwrap();
        let rest = id.strip_prefix("SPDXRef-").unwrap();
        assert!(rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte)), "{id}");
        assert!(ids.insert(id), "{id}: twice");
        assert!(
            !package["name"].as_str().unwrap().is_empty() && package["downloadLocation"] == "NOASSERTION"
        );
        assert_eq!(
            (&package["filesAnalyzed"], &package["primaryPackagePurpose"]),
            (&false.into(), &"CONTAINER".into())
        );
        for reference in package.get("externalRefs").and_then(Value::as_array).into_iter().flatten() {
            assert_eq!(reference["referenceCategory"], "PACKAGE-MANAGER");
            assert_eq!(reference["referenceType"], "purl");
            check_purl(reference["referenceLocator"].as_str().unwrap());
        }
    }
    let mut described = 0;
    for relation in document["relationships"].as_array().unwrap() {
        let (from, to) =
            (relation["spdxElementId"].as_str().unwrap(), relation["relatedSpdxElement"].as_str().unwrap());
        assert!(ids.contains(from) && ids.contains(to) && from != to, "{relation}");
        let kind = relation["relationshipType"].as_str().unwrap();
        assert!(["DESCRIBES", "DEPENDS_ON"].contains(&kind));
        described += usize::from(kind == "DESCRIBES");
    }
    assert_eq!(described, 1);
}

#[test]
fn every_bundle_and_image_is_listed() {
    let bill = bill(CATALOG, Some("quay.io/demo/catalog:v1"), Some(1_700_000_000));
    let bom = cyclonedx(&bill);
    check_cyclonedx(&bom);
    check_spdx(&spdx(&bill));
    let hex = Digest::of(b"op").hex();
    let components = bom["components"].as_array().unwrap();
    let listed: Vec<(&str, &str, Option<&str>)> = components
        .iter()
        .map(|it| {
            (it["name"].as_str().unwrap(), it["version"].as_str().unwrap_or_default(), it["purl"].as_str())
        })
        .collect();
    let purls = [
        format!("pkg:oci/bundle@sha256%3A{hex}?repository_url=localhost:5000/demo/bundle"),
        format!("pkg:oci/op@sha256%3A{hex}?repository_url=quay.io/demo/op"),
    ];
    assert_eq!(
        listed,
        [
            ("demo.v1", "1.0.0", Some(purls[0].as_str())),
            ("demo.v2", "2.0.0", Some("pkg:oci/bundle?repository_url=quay.io/demo/bundle&tag=v2")),
            ("docker.io/library-x", "1", Some("pkg:oci/library-x?repository_url=docker.io/library-x&tag=1")),
            ("docker.io/library/x", "1", Some("pkg:oci/x?repository_url=docker.io/library/x&tag=1")),
            ("quay.io/demo/op", &format!("sha256:{hex}"), Some(purls[1].as_str())),
            // What names no registry is listed all the same.
            ("short", "", None),
        ]
    );
    // Which bundle needs what; its own image is not what it needs.
    let depends = |name: &str| {
        let all = bom["dependencies"].as_array().unwrap();
        all.iter().find(|it| it["ref"] == name).unwrap()["dependsOn"].as_array().unwrap().len()
    };
    assert_eq!(
        (depends("catalog"), depends("bundle:demo/demo.v1"), depends("bundle:demo/demo.v2")),
        (2, 4, 1)
    );
    assert_eq!(bom["metadata"]["timestamp"], "2023-11-14T22:13:20Z");
    assert_eq!(spdx(&bill)["creationInfo"]["created"], "2023-11-14T22:13:20Z");
}

#[test]
fn equal_catalogs_have_equal_bills() {
    // The order of the blobs does not matter, and the place of the image only where it is named.
    let mut blobs: Vec<&str> = CATALOG.split("---\n").collect();
    blobs.reverse();
    let turned = blobs.join("\n---\n");
    let (one, two) = (bill(CATALOG, None, None), bill(&turned, None, None));
    assert_eq!((cyclonedx(&one), spdx(&one)), (cyclonedx(&two), spdx(&two)));
    assert!(cyclonedx(&one)["metadata"].get("timestamp").is_none());
    assert_ne!(cyclonedx(&one)["serialNumber"], spdx(&one)["documentNamespace"]);
    // Neither does the tag; and no two bills have one name.
    let tagged = |tag: &str, epoch| bill(CATALOG, Some(&format!("quay.io/demo/catalog:{tag}")), epoch);
    let (one, two, later) = (tagged("v1", None), tagged("v2", None), tagged("v1", Some(1)));
    assert_eq!((cyclonedx(&one), spdx(&one)), (cyclonedx(&two), spdx(&two)));
    assert_ne!(cyclonedx(&one)["serialNumber"], cyclonedx(&later)["serialNumber"]);
    assert_ne!(spdx(&one)["documentNamespace"], spdx(&later)["documentNamespace"]);
    let empty = bill("schema: olm.package\nname: demo\n", None, None);
    check_cyclonedx(&cyclonedx(&empty));
    check_spdx(&spdx(&empty));
}

#[test]
fn the_bill_of_our_own_catalog() {
    let folder = crate::support::Folder::new();
    let image = folder.path().join("image").display().to_string();
    Olmcat::new(["build", "--output", &format!("./{image}").replace(".//", "/")])
        .current_dir(root())
        .run()
        .exits(0);
    for (format, check) in [("cyclonedx", check_cyclonedx as fn(&Value)), ("spdx", check_spdx)] {
        let run = || {
            let args = ["sbom", &image, "--sbom-format", format];
            Olmcat::new(args).env("OLMCAT_CACHE", folder.path()).run().exits(0).stdout()
        };
        let text = run();
        assert_eq!(text, run());
        let document: Value = serde_json::from_str(&text).unwrap();
        check(&document);
        for needle in ["percona-xtradb-cluster-operator.v1.13.0", "victoriametrics-operator.v0.29.1"] {
            assert!(text.contains(needle), "{needle}");
        }
    }
}
