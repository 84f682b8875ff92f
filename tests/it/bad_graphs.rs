//! Channels and schemas that nobody should write: each has an answer through the program, and the work grows with the
//! size of the input and not with its square.

use olmcat::catalog::version::{Version, VersionRelease};
use olmcat::catalog::{self, Catalog};
use olmcat::compare;
use olmcat::diag::Report;
use olmcat::resolve::{
    Cluster, Index, Installed, Ladder, Namespace, Source, Subscription, Traits, choosable, v1, walk,
};
use olmcat::rules::check_upgrades;
use olmcat::text::Sources;
use serde_json::{Value as Json, json};

use crate::support::{Folder, Olmcat, assert_linear};

/// A catalog of package `c` with one channel.
fn fbc(entries: &[Json], bundles: &[Json]) -> String {
    let package = json!({"schema": "olm.package", "name": "c", "defaultChannel": "stable"});
    let channel = json!({"schema": "olm.channel", "package": "c", "name": "stable", "entries": entries});
    [package, channel].iter().chain(bundles).map(|blob| blob.to_string() + "\n").collect()
}

fn bundle(version: &str, objects: &[Json]) -> Json {
    use base64::Engine as _;
    let data = |object: &Json| base64::engine::general_purpose::STANDARD.encode(object.to_string());
    let objects =
        objects.iter().map(|object| json!({"type": "olm.bundle.object", "value": {"data": data(object)}}));
    let mut properties =
        vec![json!({"type": "olm.package", "value": {"packageName": "c", "version": version}})];
    properties.extend(objects);
    json!({
        "schema": "olm.bundle", "package": "c", "name": format!("c.v{version}"),
        "image": format!("quay.io/demo/c:v{version}"), "properties": properties,
    })
}

/// Runs a command on a catalog, and returns its exit code and what it said.
fn run(text: &str, args: &[&str]) -> (i32, String) {
    let folder = Folder::new();
    folder.write("catalog.json", text);
    let run = Olmcat::new(args).current_dir(folder.path()).run();
    let said = format!("{}{}", run.stdout(), run.stderr());
    let code = run.code().unwrap_or_else(|| panic!("{args:?} was killed: {said}"));
    assert!((0..3).contains(&code), "{args:?} exits with {code}: {said}");
    (code, said)
}

const COMMANDS: [&[&str]; 5] = [
    &["validate", "catalog.json", "--format", "concise"],
    &["upgrade", "catalog.json", "--from", "1.0.0"],
    &["upgrade", "catalog.json", "--from", "1.0.0", "--olm", "v1"],
    &["upgrade", "catalog.json", "--matrix"],
    &["diff", "catalog.json", "catalog.json"],
];

/// What each command comes to: its exit code, and a part of what it says.
#[test]
fn graphs_without_order_are_told() {
    let three = ["1.0.0", "2.0.0", "3.0.0"].map(|version| bundle(version, &[]));
    let circle = json!([
        {"name": "c.v1.0.0", "replaces": "c.v2.0.0"}, {"name": "c.v2.0.0", "replaces": "c.v1.0.0"},
        {"name": "c.v3.0.0", "replaces": "c.v2.0.0"}
    ]);
    let heads =
        json!([{"name": "c.v1.0.0"}, {"name": "c.v2.0.0", "replaces": "c.v1.0.0"}, {"name": "c.v3.0.0"}]);
    let none = json!([
        {"name": "c.v1.0.0", "replaces": "c.v3.0.0"}, {"name": "c.v2.0.0", "replaces": "c.v1.0.0"},
        {"name": "c.v3.0.0", "replaces": "c.v2.0.0"}
    ]);
    let cases = [
        (circle, "replaces-cycle", "a cycle exists in the chain of replacement beginning with \"c.v3.0.0\""),
        (heads, "multiple-channel-heads", "but 2 replacement chains were found"),
        (none, "no-channel-head", "no channel heads (entries not replaced by another entry) found"),
    ];
    for (entries, id, said) in cases {
        let text = fbc(entries.as_array().unwrap(), &three);
        for (number, args) in COMMANDS.into_iter().enumerate() {
            let (code, found) = run(&text, args);
            match number {
                0 => {
                    assert!(code == 1 && found.contains(&format!("error[{id}]")), "{args:?}: {code} {found}")
                }
                // OLM v1 has no heads; where it ends is for another test.
                2 => assert!(code < 2, "{args:?}: {code} {found}"),
                4 => assert_eq!((code, found.as_str()), (0, ""), "{args:?}"),
                _ => assert!(code == 1 && found.contains(said), "{args:?}: {code} {found}"),
            }
        }
    }
}

/// Entries without bundles, versions that do not parse, ranges that hold everything or nothing.
#[test]
fn odd_entries_are_told_and_the_rest_goes_on() {
    let chain = |more: Json| {
        let mut entries = vec![
            json!({"name": "c.v1.0.0"}),
            json!({"name": "c.v2.0.0", "replaces": "c.v1.0.0"}),
            json!({"name": "c.v3.0.0", "replaces": "c.v2.0.0"}),
        ];
        entries[2].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        entries
    };
    let bundles = ["1.0.0", "2.0.0", "3.0.0"].map(|version| bundle(version, &[]));
    let text = fbc(&chain(json!({})), &bundles[..2]);
    let (code, said) = run(&text, COMMANDS[0]);
    assert!(code == 1 && said.contains("error[entry-without-bundle]"), "{said}");
    // For OLM the entry is not there.
    let (_, said) = run(&text, COMMANDS[1]);
    assert!(said.contains("ends at the head, c.v2.0.0"), "{said}");

    let mut odd = bundles.clone();
    odd[1] = json!({
        "schema": "olm.bundle", "package": "c", "name": "c.v2.0.0", "image": "quay.io/demo/c:v2.0.0",
        "properties": [{"type": "olm.package", "value": {"packageName": "c", "version": "two"}}],
    });
    let (code, said) = run(&fbc(&chain(json!({})), &odd), COMMANDS[0]);
    assert!(code == 1 && said.contains("error[invalid-bundle-version]: version `two`"), "{said}");
    let (_, said) = run(&fbc(&chain(json!({})), &odd), COMMANDS[1]);
    assert!(said.contains("c.v2.0.0 -> c.v3.0.0 (replaces)"), "{said}");

    for (range, hops) in [(">=0.0.0-0", 1), (">2.0.0 <1.0.0", 2)] {
        let text = fbc(&chain(json!({"skipRange": range})), &bundles);
        for args in &COMMANDS[..4] {
            let (code, said) = run(&text, args);
            assert!(code < 2, "{args:?}: {said}");
        }
        let (code, said) = run(&text, COMMANDS[1]);
        assert!(code == 0 && said.contains(&format!("  {hops}. ")), "{range}: {said}");
        assert!(!said.contains(&format!("  {}. ", hops + 1)), "{range}: {said}");
    }
    let (code, said) = run(&fbc(&chain(json!({"skipRange": "everything"})), &bundles), COMMANDS[0]);
    assert!(code == 1 && said.contains("error[invalid-skip-range]"), "{said}");
}

fn version(n: usize) -> String {
    format!("{}.{}.{}", n / 100, n / 10 % 10, n % 10)
}

/// Ranges of the entries of a large channel, from the number of the entry.
type Ranges = fn(usize) -> String;

/// Nothing; what is older, as operators write it; what is newer, which leads back; everything; little.
const RANGES: [Ranges; 5] = [
    |_| String::new(),
    |n| format!("<{}", version(n)),
    |n| format!(">={}", version(n)),
    |_| ">=0.0.0".to_owned(),
    |n| format!(">={}.0.0 <{}.0.0 !=5.0.0", n / 100, n / 200),
];

/// A channel in which each entry replaces the one before. If there are CRDs, every second takes less than the one before.
fn channel(count: usize, range: Ranges, has_crds: bool) -> String {
    let entries: Vec<Json> = (0..count)
        .map(|n| {
            let before = n.checked_sub(1).map(|n| format!("c.v{}", version(n))).unwrap_or_default();
            json!({"name": format!("c.v{}", version(n)), "replaces": before, "skipRange": range(n)})
        })
        .collect();
    let bundles: Vec<Json> = (0..count)
        .map(|n| {
            let required = if n % 2 == 0 { json!([]) } else { json!(["a"]) };
            let schema =
                json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": required});
            let crd = crd(&schema, if n < count / 2 { "v1" } else { "v2" });
            bundle(&version(n), if has_crds { std::slice::from_ref(&crd) } else { &[] })
        })
        .collect();
    fbc(&entries, &bundles)
}

/// A CRD with two versions, of which one is stored.
fn crd(schema: &Json, stored: &str) -> Json {
    let version = |name: &str| json!({"name": name, "served": true, "storage": name == stored, "schema": {"openAPIV3Schema": schema}});
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "cs.c.example"},
        "spec": {
            "group": "c.example", "scope": "Namespaced",
            "names": {"kind": "C", "plural": "cs", "singular": "c", "listKind": "CList"},
            "versions": [version("v2"), version("v1")],
        },
    })
}

fn with_catalog(text: String, look: impl FnOnce(&Catalog<'_>)) {
    let (sources, mut report) = (Sources::default(), Report::default());
    let file = sources.add("catalog.json", text.into_bytes());
    look(&catalog::read(&sources, file, &mut report));
}

/// With n² of anything each of these takes minutes.
#[test]
fn channels_of_10_000_entries_take_no_time() {
    for range in &RANGES[1..4] {
        let text = channel(10_000, *range, false);
        let folder = Folder::new();
        folder.write("catalog.json", &text);
        for args in COMMANDS {
            let args: Vec<&str> =
                args.iter().map(|arg| if *arg == "1.0.0" { "0.0.0" } else { arg }).collect();
            let start = std::time::Instant::now();
            let run = Olmcat::new(&args).current_dir(folder.path()).run();
            let time = start.elapsed();
            assert!(run.code().is_some_and(|code| code < 2), "{args:?}: {}", run.stderr());
            assert!(time < std::time::Duration::from_secs(60), "{args:?} of {}: {time:?}", range(7));
        }
    }
}

#[test]
fn the_work_on_a_channel_grows_with_its_entries() {
    // On one thread, whose work can be counted.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build().unwrap();
    const SIZE: usize = 60;
    for range in RANGES {
        let name = format!("entries with ranges such as {:?}", range(7));
        let texts = [SIZE, 10 * SIZE].map(|count| (count, channel(count, range, true)));
        let text = |count: usize| texts.iter().find(|(size, _)| *size == count).unwrap().1.clone();
        let judge = |count: usize| {
            with_catalog(text(count), |catalog| drop(pool.install(|| check_upgrades(&[catalog], &[], None))));
        };
        assert_linear(&format!("rules for {name}"), judge, SIZE);
        let follow = |count: usize| {
            with_catalog(text(count), |catalog| {
                let index = Index::new([catalog]);
                let sources = [Source { name: "cat".into(), namespace: "olm".into(), priority: 0, index }];
                let index = &sources[0].index;
                let choosable = choosable(&sources, 0);
                Ladder::new(index, 0, &choosable);
                let first = index.bundles.iter().find(|bundle| bundle.blob.name == "c.v0.0.0").unwrap();
                let csv = Installed { name: "c.v0.0.0".into(), traits: first.traits.clone() };
                let subscription =
                    Subscription { installed: csv.name.clone(), ..Subscription::new("cat", "c", "stable") };
                let mut namespace =
                    Namespace { name: "c".into(), subscriptions: vec![subscription], csvs: vec![csv] };
                walk(&sources, &mut namespace, &mut Cluster::default());
                let installed = Some(("c.v0.0.0".to_owned(), VersionRelease::parse("0.0.0", "").unwrap()));
                let extension = v1::Extension { package: "c".into(), installed, ..v1::Extension::default() };
                v1::walk(&sources, extension, v1::Gates::default());
                // Of what the catalog does not have, once.
                let foreign = Traits { version: Version::parse("0.0.0-rc.1").ok(), ..Traits::default() };
                Ladder::new(index, 0, &choosable).from("other", foreign.version.as_ref());
            });
        };
        assert_linear(&format!("ways of {name}"), follow, SIZE);
        let differ = |count: usize| {
            with_catalog(text(count), |old| {
                let new = text(count).replace("quay.io/demo/c", "quay.io/demo/d");
                with_catalog(new, |new| drop(pool.install(|| compare::catalogs(old, new))));
            });
        };
        assert_linear(&format!("differences of {name}"), differ, SIZE);
    }
}

/// 5,000 properties nested 60 deep, and a schema that refers to itself.
#[test]
fn large_and_odd_schemas_are_compared() {
    let nested = |wide: usize, deep: usize, tail: Json| {
        (0..deep).fold(tail, |below, level| {
            let mut properties: serde_json::Map<String, Json> =
                (0..wide).map(|n| (format!("p{level}x{n}"), json!({"type": "string"}))).collect();
            properties.insert("below".to_owned(), below);
            json!({"type": "object", "properties": properties})
        })
    };
    let entries = [json!({"name": "c.v1.0.0"}), json!({"name": "c.v2.0.0", "replaces": "c.v1.0.0"})];
    let catalog = |old: Json, new: Json| {
        fbc(&entries, &[bundle("1.0.0", &[crd(&old, "v1")]), bundle("2.0.0", &[crd(&new, "v1")])])
    };
    let old = nested(83, 60, json!({"type": "object", "properties": {"last": {"type": "string"}}}));
    let new = nested(83, 60, json!({"type": "object", "properties": {"last": {"type": "integer"}}}));
    let text = catalog(old, new);
    let (_, said) = run(&text, COMMANDS[0]);
    assert!(said.contains("narrowed-schema") && said.contains(".last`"), "{said}");
    let (code, said) = run(&text, COMMANDS[1]);
    assert!(code == 0 && said.contains("cs.c.example refuses existing objects: below.below."), "{said}");

    let own = json!({"type": "object", "properties": {"a": {"$ref": "#"}}});
    let other = json!({"type": "object", "properties": {"a": {"$ref": "#/properties/a"}}});
    for args in &COMMANDS[..4] {
        let (code, said) = run(&catalog(own.clone(), other.clone()), args);
        assert!(code < 2, "{args:?}: {said}");
    }
}
