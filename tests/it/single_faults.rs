//! One fault gives one finding: a good catalog is spoilt in every way that one edit can, and what
//! it makes look wrong elsewhere is not reported there.

use olmcat::catalog;
use olmcat::diag::Report;
use olmcat::rules;
use olmcat::text::Sources;
use serde_json::{Value, json};

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
        Value::Object(map) => map.iter().map(|(key, value)| (format!("{at}/{key}"), value)).collect(),
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
        Value::Object(map) => drop(map.remove(key)),
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
