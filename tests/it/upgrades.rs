//! Upgrades: which edges are walked, from where their manifests come, and what the real ones come to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use olmcat::catalog::{self, Catalog};
use olmcat::crd::{Check, Crd, preflight};
use olmcat::diag::Report;
use olmcat::load;
use olmcat::rules::check_upgrades;
use olmcat::text::{Sources, json};
use serde_json::{Value as Json, json};

use crate::support::{Folder, Olmcat, root, shared};

/// A CRD whose versions are `name served storage`.
fn crd(versions: &[&str]) -> Json {
    let versions: Vec<Json> = versions
        .iter()
        .map(|version| {
            let mut words = version.split(' ');
            let name = words.next().unwrap();
            let words: Vec<&str> = words.collect();
            json!({
                "name": name, "served": words.contains(&"served"), "storage": words.contains(&"stored"),
                "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
            })
        })
        .collect();
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "demos.demo.example"},
        "spec": {
            "group": "demo.example", "scope": "Namespaced", "names": {"kind": "Demo", "plural": "demos"},
            "versions": versions,
        },
    })
}

/// A bundle that carries manifests.
fn bundle(version: &str, manifests: &[Json]) -> Json {
    let package = json!({"type": "olm.package", "value": {"packageName": "demo", "version": version}});
    let objects = manifests.iter().map(|manifest| {
        json!({"type": "olm.bundle.object", "value": {"data": STANDARD.encode(manifest.to_string())}})
    });
    let properties: Vec<Json> = [package].into_iter().chain(objects).collect();
    json!({
        "schema": "olm.bundle", "name": format!("demo.v{version}"), "package": "demo",
        "image": format!("quay.io/demo/demo:v{version}"),
        "properties": properties,
    })
}

/// A catalog of one package, with these channels.
fn fbc(channels: &[Json], bundles: &[Json]) -> String {
    let mut text = json!({"schema": "olm.package", "name": "demo", "defaultChannel": "c0"}).to_string();
    for (index, entries) in channels.iter().enumerate() {
        let name = format!("c{index}");
        text += &json!({"schema": "olm.channel", "package": "demo", "name": name, "entries": entries})
            .to_string();
    }
    bundles.iter().fold(text, |all, bundle| all + &bundle.to_string())
}

/// What is found, as `id version message`.
fn found(text: &str) -> Vec<String> {
    let (sources, mut report) = (Sources::default(), Report::default());
    let file = sources.add("catalog.json", text.as_bytes().to_vec());
    let catalog = catalog::read(&sources, file, &mut report);
    assert!(!report.has_errors());
    let report = check_upgrades(&[&catalog], &[], None);
    let line = |finding: &olmcat::diag::Diagnostic| {
        format!("{} {} {}", finding.code.id, finding.subject.version, finding.message)
    };
    report.diagnostics().iter().map(line).collect()
}

#[test]
fn what_was_stored_on_the_way_counts() {
    let bundles = [
        bundle("1.0.0", &[crd(&["v1 served stored"])]),
        bundle("2.0.0", &[crd(&["v1 served", "v2 served stored"])]),
        bundle("3.0.0", &[crd(&["v2 served stored"])]),
    ];
    let drops = "`demos.demo.example` drops version `v1`, in which objects may be stored";
    // Whoever comes by 2.0.0 may have objects of 1.0.0.
    let chain = json!([
        {"name": "demo.v3.0.0", "replaces": "demo.v2.0.0"},
        {"name": "demo.v2.0.0", "replaces": "demo.v1.0.0"},
        {"name": "demo.v1.0.0"},
    ]);
    let expected = vec![format!("removed-stored-version 3.0.0 upgrading from `demo.v2.0.0`: {drops}")];
    assert_eq!(found(&fbc(std::slice::from_ref(&chain), &bundles)), expected);
    // An edge of several channels is one.
    assert_eq!(found(&fbc(&[chain.clone(), chain], &bundles)), expected);
    // Nobody comes from 1.0.0, and nothing was stored as v1 by 2.0.0.
    let short = json!([{"name": "demo.v3.0.0", "replaces": "demo.v2.0.0"}, {"name": "demo.v2.0.0"}]);
    let gone = "unserved-version 3.0.0 upgrading from `demo.v2.0.0`: `demos.demo.example` does not serve `v1` any more";
    assert_eq!(found(&fbc(&[short], &bundles)), [gone]);
    // By `skips` and `skipRange` two lead to 3.0.0, and both are told at once.
    let range = json!([
        {"name": "demo.v3.0.0", "skipRange": ">=1.0.0 <3.0.0", "skips": ["demo.v2.0.0", "demo.v1.0.0"]},
        {"name": "demo.v2.0.0", "replaces": "demo.v1.0.0"},
        {"name": "demo.v1.0.0"},
    ]);
    let expected =
        vec![format!("removed-stored-version 3.0.0 upgrading from `demo.v1.0.0`, `demo.v2.0.0`: {drops}")];
    assert_eq!(found(&fbc(&[range], &bundles)), expected);
}

#[test]
fn what_the_way_meets_earlier_is_not_told_again() {
    let kept = bundle("1.0.0", &[crd(&["v1 served stored", "v0 served"])]);
    let bundles = [
        kept,
        bundle("2.0.0", &[crd(&["v1 served stored"])]),
        bundle("3.0.0", &[crd(&["v1 served stored"])]),
    ];
    let entries = json!([
        {"name": "demo.v3.0.0", "replaces": "demo.v2.0.0", "skipRange": "<3.0.0"},
        {"name": "demo.v2.0.0", "replaces": "demo.v1.0.0"},
        {"name": "demo.v1.0.0"},
    ]);
    let found = found(&fbc(&[entries], &bundles));
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with("unserved-version 2.0.0 upgrading from `demo.v1.0.0`: "), "{found:#?}");
}

#[test]
fn without_manifests_what_can_be_known_is_known() {
    let slim = |version: &str, all: bool| {
        let mut blob = bundle(version, &[]);
        let modes =
            json!([{"type": "OwnNamespace", "supported": true}, {"type": "AllNamespaces", "supported": all}]);
        let metadata =
            json!({"type": "olm.csv.metadata", "value": {"displayName": "Demo", "installModes": modes}});
        blob["properties"].as_array_mut().unwrap().push(metadata);
        blob
    };
    let entries = json!([{"name": "demo.v2.0.0", "replaces": "demo.v1.0.0"}, {"name": "demo.v1.0.0"}]);
    let text = fbc(&[entries], &[slim("1.0.0", true), slim("2.0.0", false)]);
    let expected = "shrunk-install-modes 2.0.0 upgrading from `demo.v1.0.0`: install mode `AllNamespaces` is not supported any more";
    assert_eq!(found(&text), [expected]);
    // opm passes it, and so does its door.
    let folder = Folder::new();
    folder.write("catalog.json", &text);
    let run = Olmcat::new(["opm", "validate", "."]).current_dir(folder.path()).run().exits(0);
    assert_eq!(run.stderr(), "");
    Olmcat::new(["validate", "."]).current_dir(folder.path()).run().exits(1);
}

/// Which checks of OLM v1 each upgrade of a catalog fails.
fn verdicts(folder: &Path) -> BTreeMap<String, String> {
    let sources = Sources::default();
    let catalog = load::catalog(folder, &sources, &mut Report::default()).unwrap();
    let texts: BTreeMap<&str, Vec<String>> = (catalog.bundles.iter())
        .map(|blob| {
            let manifests = blob.manifests(&["CustomResourceDefinition"]);
            let manifests = manifests.map(|(_, text)| String::from_utf8(text.into_owned()).unwrap());
            (blob.name.as_ref(), manifests.collect())
        })
        .collect();
    let verdict = |(from, to): (String, String)| {
        let trees = |name: &str| texts[name].iter().map(|text| json::read(text).unwrap()).collect::<Vec<_>>();
        let (old, new) = (trees(&from), trees(&to));
        let mut checks: BTreeSet<Check> = BTreeSet::new();
        for old in old.iter().filter_map(|tree| Crd::read(tree.root()?)) {
            let new =
                new.iter().filter_map(|tree| Crd::read(tree.root()?)).find(|new| new.name() == old.name());
            let stored = old.storage_version().map(|version| version.name);
            let refusals = new.map(|new| preflight(old, new, stored.as_slice())).unwrap_or_default();
            checks.extend(refusals.into_iter().map(|refusal| refusal.check));
        }
        let checks: Vec<&str> = checks.into_iter().map(Check::name).collect();
        (format!("{from} -> {to}"), checks.join(" "))
    };
    let verdicts: BTreeMap<String, String> = edges(&catalog).into_iter().map(verdict).collect();
    if std::env::var_os("SHOW").is_some() {
        println!("{verdicts:#?}");
    }
    verdicts
}

/// The upgrades that OLM v1 lets pass, and why it refuses the others: as the catalog was published, and as it is here,
/// where more edges skip.
#[test]
fn olm_v1_refuses_most_real_upgrades() {
    const ONLY: &str = "percona-server-mongodb-operator.v1 -> percona-server-mongodb-operator.v1.13.1";
    let published = shared("percona/catalog").map(|folder| (folder, 14));
    for (folder, count) in published.into_iter().chain([(root().join("catalog"), 22)]) {
        let verdicts = verdicts(&folder);
        let passed: Vec<&str> =
            verdicts.iter().filter(|(_, checks)| checks.is_empty()).map(|(edge, _)| edge.as_str()).collect();
        assert_eq!((verdicts.len(), passed), (count, vec![ONLY]));
        let reasons = |from: &str, to: &str| verdicts[&format!("{from} -> {to}")].as_str();
        let dbaas = reasons("dbaas-operator.v0.1.15", "dbaas-operator.v0.1.17");
        assert_eq!(dbaas, "existingFieldRemoval type");
        let pxc =
            reasons("percona-xtradb-cluster-operator.v1.12.0", "percona-xtradb-cluster-operator.v1.13.0");
        assert_eq!(pxc, "unhandled");
    }
}

/// The edges of all channels by `replaces` and `skips`, between bundles that are there.
fn edges(catalog: &Catalog<'_>) -> BTreeSet<(String, String)> {
    let known: BTreeSet<&str> = catalog.bundles.iter().map(|blob| blob.name.as_ref()).collect();
    let entries = catalog.channels.iter().flat_map(|channel| channel.entries());
    let edges = entries.flat_map(|entry| {
        let older = entry.skips.iter().chain([&entry.replaces]).filter(|name| known.contains(name.as_ref()));
        older.map(|older| (older.to_string(), entry.name.to_string()))
    });
    edges.collect()
}
