//! One fault gives one finding: a good catalog is spoilt in every way that one edit can, and what
//! it makes look wrong elsewhere is not reported there.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use olmcat::catalog;
use olmcat::diag::Report;
use olmcat::load;
use olmcat::rules;
use olmcat::text::{Kind, Sources, Value as Node, yaml};
use serde_json::{Value, json};

use crate::console::copy;
use crate::support::{Folder, data};

fn good() -> Value {
    let bundle = |name: &str, version: &str| {
        json!({
            "schema": "olm.bundle", "name": name, "package": "demo", "image": "quay.io/demo/bundle:v1",
            "properties": [
                {"type": "olm.gvk", "value": {"group": "demo.io", "kind": "Demo", "version": "v1"}},
                {"type": "olm.package", "value": {"packageName": "demo", "version": version}},
            ],
            "relatedImages": [{"name": "operator", "image": "quay.io/demo/operator:v1"}],
        })
    };
    json!([
        {"schema": "olm.package", "name": "demo", "defaultChannel": "stable"},
        {
            "schema": "olm.channel", "name": "stable", "package": "demo",
            "entries": [
                {"name": "demo.v2", "replaces": "demo.v1", "skips": ["demo.v0"], "skipRange": "<2.0.0"},
                {"name": "demo.v1"},
            ],
        },
        {"schema": "olm.channel", "name": "fast", "package": "demo", "entries": [{"name": "demo.v2"}]},
        bundle("demo.v1", "1.0.0"),
        bundle("demo.v2", "2.0.0"),
        {
            "schema": "olm.deprecations", "package": "demo",
            "entries": [
                {"reference": {"schema": "olm.bundle", "name": "demo.v1"}, "message": "old"},
                {"reference": {"schema": "olm.channel", "name": "fast"}, "message": "too fast"},
                {"reference": {"schema": "olm.package"}, "message": "gone"},
            ],
        },
    ])
}

fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), value))
            .collect(),
        Value::Array(list) => {
            list.iter().enumerate().map(|(index, value)| (format!("{at}/{index}"), value)).collect()
        }
        _ => Vec::new(),
    };
    for (pointer, value) in children {
        pointers(value, &pointer, found);
        found.push(pointer);
    }
}

/// The ways to spoil what stands at a pointer; none where it would change nothing.
fn spoil(catalog: &Value, pointer: &str) -> Vec<(String, Value)> {
    let mut spoilt = Vec::new();
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer has a slash");
    let mut without = catalog.clone();
    match without.pointer_mut(parent).expect("it has a parent") {
        Value::Object(map) => drop(map.remove(&key.replace("~1", "/").replace("~0", "~"))),
        Value::Array(list) => drop(list.remove(key.parse().expect("an index is a number"))),
        _ => unreachable!("only mappings and lists have children"),
    }
    spoilt.push((format!("without {pointer}"), without));
    let value = catalog.pointer(pointer).expect("it is there");
    let others = match value.as_str() {
        Some(text) => vec![json!(""), json!(format!("{text}z")), json!(format!(" {text}")), json!(7)],
        None => vec![json!(null), json!("text"), json!(true)],
    };
    for other in others {
        let mut changed = catalog.clone();
        *changed.pointer_mut(pointer).expect("it is there") = other.clone();
        spoilt.push((format!("{other} at {pointer}"), changed));
    }
    if parent.rsplit('/').next().is_some_and(|key| key.is_empty() || key == "entries" || key == "properties")
    {
        let mut doubled = catalog.clone();
        let Some(Value::Array(list)) = doubled.pointer_mut(parent) else { return spoilt };
        list.push(value.clone());
        spoilt.push((format!("{pointer} twice"), doubled));
    }
    spoilt
}

fn findings(objects: &Value) -> Vec<&'static str> {
    let objects = objects.as_array().expect("a catalog is a list");
    let text = objects.iter().fold(String::new(), |all, object| all + &object.to_string() + "\n");
    let sources = Sources::default();
    let mut report = Report::default();
    let file = sources.add("catalog.json", text.into_bytes());
    let catalog = catalog::read(&sources, file, &mut report);
    report.append(rules::check_catalog(&catalog));
    let mut ids: Vec<_> = report.diagnostics().iter().map(|finding| finding.code.id).collect();
    ids.sort_unstable();
    ids
}

/// What is reported at both ends, since nobody can say which of the two is wrong: a name that is
/// missed in one place and too many in another.
const BOTH_ENDS: &[(&str, &[&str])] = &[
    ("/0/name", &["channel-of-unknown-package", "invalid-package-name"]),
    ("/1/entries/1/name", &["bundle-outside-channels", "entry-without-bundle", "multiple-channel-heads"]),
    ("/3/name", &["bundle-outside-channels", "entry-without-bundle"]),
    ("/4/name", &["bundle-outside-channels", "entry-without-bundle"]),
];

#[test]
fn one_fault_gives_one_finding() {
    let good = good();
    assert_eq!(findings(&good), [""; 0]);
    let mut all = Vec::new();
    pointers(&good, "", &mut all);
    let mut wrong = String::new();
    let mut count = 0;
    for (pointer, (what, spoilt)) in
        all.iter().flat_map(|pointer| spoil(&good, pointer).into_iter().map(move |spoilt| (pointer, spoilt)))
    {
        let ids = findings(&spoilt);
        // What could not be read cannot be known to be there.
        if ids.contains(&"wrong-field-type") || ids.contains(&"missing-schema") {
            continue;
        }
        count += 1;
        let is_known = BOTH_ENDS.iter().any(|(place, expected)| place == pointer && *expected == ids);
        if ids.len() > 1 && !is_known {
            wrong += &format!("{what}: {}\n", ids.join(" "));
        }
    }
    assert!(count > 250, "{count} faults");
    assert!(wrong.is_empty(), "{wrong}");
}

fn to_json(value: Node<'_, '_>) -> Value {
    match value.kind() {
        Kind::List => value.items().map(to_json).collect(),
        Kind::Map => {
            value.entries().map(|(key, value)| (key.text().to_owned(), to_json(value))).collect::<Value>()
        }
        Kind::Str => Value::String(value.text().to_owned()),
        _ => serde_json::from_str(value.text()).expect("scalars are spelled as in JSON"),
    }
}

/// What is reported twice: a container that is nothing at all lacks several things.
const ENDS: &[&[&str]] = &[&["invalid-image", "missing-resource-requests"]];

#[test]
fn one_fault_of_a_bundle_gives_one_finding() {
    let folder = Folder::new();
    copy(&data("bundle"), &folder.path().join("bundle"));
    let (mut wrong, mut count, mut silent) = (String::new(), 0, 0);
    for file in [
        "manifests/demo.clusterserviceversion.yaml",
        "manifests/demo.example_demos.yaml",
        "manifests/demo-settings_v1_configmap.yaml",
        "metadata/annotations.yaml",
    ] {
        let path = format!("bundle/{file}");
        let text = fs::read_to_string(folder.path().join(&path)).expect("it can be read");
        let tree = yaml::read(&text, 0..text.len()).expect("it is YAML");
        let good = to_json(tree.root().expect("it is a mapping"));
        let mut all = Vec::new();
        pointers(&good, "", &mut all);
        for (what, spoilt) in all.iter().flat_map(|pointer| spoil(&good, pointer)) {
            folder.write(&path, spoilt.to_string());
            let (sources, mut report) = (Sources::default(), Report::default());
            let bundle =
                load::bundle(&folder.path().join("bundle"), &sources, &mut report).expect("it is one");
            report.append(rules::check_bundle(&bundle, &rules::Context::default()));
            let ids: BTreeSet<_> = report.diagnostics().iter().map(|finding| finding.code.id).collect();
            let ids: Vec<_> = ids.into_iter().collect();
            count += 1;
            silent += usize::from(ids.is_empty());
            if ids.len() > 1 && !ENDS.contains(&ids.as_slice()) {
                let _ = writeln!(wrong, "{what} in {file}: {}", ids.join(" "));
            }
        }
        folder.write(&path, text);
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(count > 600 && silent < count * 2 / 3, "{silent} of {count} faults are silent");
}
