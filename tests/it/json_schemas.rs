//! The JSON Schemas of what people write, held to the readers: what a reader takes, its schema takes, and what it
//! refuses, the schema refuses, unless the reason is in no single file. An independent validator reads the schemas, as
//! editors do; the examples are good files in which each value is left out, replaced, and joined by a stray one.

use std::collections::{BTreeMap, HashMap};
use std::fs;

use boon::{Compiler, SchemaIndex, Schemas};
use olmcat::catalog::{self, Catalog};
use olmcat::cli;
use olmcat::diag::{Level, Report};
use olmcat::rules;
use olmcat::settings::{Contract, Settings};
use olmcat::template::Template;
use olmcat::text::{FileId, Sources, json, yaml};
use serde_json::{Value, json};

use crate::support::{data, root};

/// The schemas, as a validator understands them.
struct Validator {
    schemas: Schemas,
    by_name: HashMap<String, SchemaIndex>,
}

impl Validator {
    fn new() -> Self {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        let url = |file: &str| format!("file:///catalog/{file}");
        let all = cli::schemas();
        for (file, text) in &all {
            compiler.add_resource(&url(file), serde_json::from_str(text).unwrap()).unwrap();
        }
        let compile = |(file, _): &(String, String)| {
            let index = compiler.compile(&url(file), &mut schemas).unwrap();
            (file.trim_end_matches(".schema.json").to_owned(), index)
        };
        let by_name = all.iter().map(compile).collect();
        Validator { schemas, by_name }
    }

    fn takes(&self, name: &str, value: &Value) -> bool {
        self.schemas.validate(value, self.by_name[name]).is_ok()
    }
}

/// Every document that differs from a good one in one value.
fn variants(value: &Value) -> Vec<(String, Value)> {
    fn walk(value: &Value, path: &str, put: &dyn Fn(Option<Value>) -> Value, out: &mut Vec<(String, Value)>) {
        let others = [
            json!(null),
            json!(true),
            json!(7),
            json!(""),
            json!("other"),
            json!([]),
            json!({}),
            json!(["other"]),
            json!([null]),
            json!({"other": "value"}),
        ];
        for other in others.into_iter().filter(|other| other != value) {
            out.push((format!("{path} = {other}"), put(Some(other))));
        }
        if !path.is_empty() {
            out.push((format!("{path} left out"), put(None)));
        }
        match value {
            Value::Object(map) => {
                let mut with = map.clone();
                with.insert("stray".to_owned(), json!("value"));
                out.push((format!("{path} with a stray key"), put(Some(Value::Object(with)))));
                for (key, child) in map {
                    let replace = |new: Option<Value>| {
                        let mut map = map.clone();
                        match new {
                            Some(new) => map.insert(key.clone(), new),
                            None => map.remove(key),
                        };
                        put(Some(Value::Object(map)))
                    };
                    walk(child, &format!("{path}.{key}"), &replace, out);
                }
            }
            Value::Array(items) => {
                for (index, child) in items.iter().enumerate() {
                    let replace = |new: Option<Value>| {
                        let mut items = items.clone();
                        match new {
                            Some(new) => items[index] = new,
                            None => drop(items.remove(index)),
                        }
                        put(Some(Value::Array(items)))
                    };
                    walk(child, &format!("{path}[{index}]"), &replace, out);
                }
            }
            _ => {}
        }
    }
    let mut out = vec![("as it is".to_owned(), value.clone())];
    walk(value, "", &|new| new.unwrap_or(Value::Null), &mut out);
    out
}

/// The errors that a reader finds: rule and message.
fn errors(text: &str, read: impl FnOnce(&Sources, FileId, &mut Report)) -> Vec<(&'static str, String)> {
    let (sources, mut report) = (Sources::default(), Report::default());
    let file = sources.add("example.yaml", text.as_bytes().to_vec());
    read(&sources, file, &mut report);
    let found = report.diagnostics().iter().filter(|finding| finding.level == Level::Error);
    found.map(|finding| (finding.code.id, finding.message.clone())).collect()
}

/// Holds a schema to a reader on every variant of a good document. `elsewhere` says whether an error is about more than
/// the one document, which no schema can know.
fn hold(
    name: &str,
    good: &Value,
    read: impl Fn(&str) -> Vec<(&'static str, String)>,
    elsewhere: impl Fn(&str, &str) -> bool,
) -> usize {
    let validator = Validator::new();
    let variants = variants(good);
    let mut differ: BTreeMap<String, String> = BTreeMap::new();
    // A file without content is that of somebody who has not begun.
    for (what, value) in variants.iter().filter(|(_, value)| !value.is_null()) {
        let found = read(&value.to_string());
        let takes = validator.takes(name, value);
        if what == "as it is" {
            assert!(takes && found.is_empty(), "{name}: the example is not good: {takes} {found:?}");
        }
        match (takes, found.is_empty()) {
            (true, false) if !found.iter().all(|(id, message)| elsewhere(id, message)) => {
                differ.insert(what.clone(), format!("the schema takes what has {found:?}"));
            }
            (false, true) => drop(differ.insert(what.clone(), "the schema refuses what is read".to_owned())),
            _ => {}
        }
    }
    let lines: Vec<String> = differ.iter().map(|(what, why)| format!("{name}{what}: {why}")).collect();
    assert!(lines.is_empty(), "{} of {}:\n{}", lines.len(), variants.len(), lines.join("\n"));
    variants.len()
}

/// Holds a schema and a reader to what a document is.
#[track_caller]
fn agree(name: &str, value: &Value, is_good: bool, read: impl Fn(&str) -> Vec<(&'static str, String)>) {
    assert_eq!(Validator::new().takes(name, value), is_good, "the schema: {value}");
    assert_eq!(read(&value.to_string()).is_empty(), is_good, "the reader: {value}");
}

#[test]
fn the_schema_of_settings_says_what_is_read() {
    let good = json!({
        "image": "quay.io/team/catalog",
        "packages": {"demo": {"image": "quay.io/team/demo:{version}", "overrides": {"0.1.0": "quay.io/team/demo:first"}}},
        "rules": {"missing-icon": "allow"},
        "suites": ["percona", "good-practices"],
        "platforms": ["olm-v1", "ocp-4.15"],
        "kubeVersion": "1.25-1.30",
        "exceptions": [{"rule": "missing-icon", "package": "demo", "version": "0.1.0", "reason": "it has none"}],
        "targets": [{"name": "latest", "properties": "olm.csv.metadata", "file": "catalog.yaml"}, {"name": "old", "file": "old.yaml"}],
    });
    let read = |text: &str| errors(text, |sources, file, report| drop(Settings::read(sources, file, report)));
    let count = hold("olmcat", &good, read, |_, message| message.contains("no name and file of its own"));
    assert!(count > 300, "{count}");
    for (kube, is_good) in
        [("1.25", true), ("v1.25.3-", true), ("1.25-", true), ("1", false), ("-1.3", false)]
    {
        agree("olmcat", &json!({"kubeVersion": kube}), is_good, read);
    }
    for (image, is_good) in [
        ("quay.io/team/my_catalog", true),
        ("localhost/catalog", true),
        ("localhost:5000/a/b--c", true),
        ("[::1]:5000/catalog", true),
        ("team/catalog", false),
        ("docker.io percona", false),
        ("docker.io/percona/dbaas-catalog:v1", false),
        ("docker.io/Percona/catalog", false),
    ] {
        agree("olmcat", &json!({"image": image}), is_good, read);
    }
    for (image, is_good) in
        [("q.io/a:v{version}", true), ("q.io/a", true), ("q.io/a:{verison}", false), ("a{", false)]
    {
        agree("olmcat", &json!({"packages": {"demo": {"image": image}}}), is_good, read);
    }
    for (image, is_good) in [("quay.io/a:v1", true), ("quay.io/a:{version}", false)] {
        let overrides = json!({"0.1.0": image});
        agree("olmcat", &json!({"packages": {"demo": {"image": "", "overrides": overrides}}}), is_good, read);
    }
}

#[test]
fn the_schema_of_a_contract_says_what_is_read() {
    let good = json!({
        "installer": "the installer",
        "catalogSource": {"name": "catalog", "namespace": "olm", "displayName": "Demo", "publisher": "Team", "pollInterval": "45m"},
        "approval": "Automatic",
        "bundleName": "{package}.v{version}",
        "imageTag": "{version}",
        "oldestKubernetes": "1.25",
        "largestPlan": 1000000,
        "namespaces": [{"name": "default", "operatorGroup": "group", "targets": ["default"], "packages": ["demo"]}],
        "packages": {"demo": {
            "channel": "stable-v0", "deployment": "demo", "container": "demo", "published": ["demo.v0.1.0"],
            "everyMinor": true, "knownVersions": ["0.1.0"], "apis": ["Demo.v1.example.com"],
        }},
    });
    let read = |text: &str| errors(text, |sources, file, report| drop(Contract::read(sources, file, report)));
    let is_of_the_whole = |_: &str, message: &str| {
        message.contains("that the contract does not know") || message.contains("is in no namespace")
    };
    let count = hold("contract", &good, read, is_of_the_whole);
    assert!(count > 300, "{count}");
    let (long, longer) = ("a".repeat(63), "a".repeat(64));
    for (name, is_good) in
        [("a-1", true), (&long, true), (&longer, false), ("Default_NS", false), ("a.b", false)]
    {
        agree("contract", &json!({"catalogSource": {"namespace": name}}), is_good, read);
        agree("contract", &json!({"namespaces": [{"name": name, "packages": []}]}), is_good, read);
        let targets = json!({"namespaces": [{"name": "a", "targets": [name], "packages": []}]});
        agree("contract", &targets, is_good, read);
    }
    for (name, is_good) in
        [("a.b-1", true), (&longer, true), ("My Group", false), ("a..b", false), ("-a", false)]
    {
        agree("contract", &json!({"catalogSource": {"name": name}}), is_good, read);
        let group = json!({"namespaces": [{"name": "a", "operatorGroup": name, "packages": []}]});
        agree("contract", &group, is_good, read);
    }
    for (text, is_good) in
        [("", true), ("1h30m", true), ("1.5h", true), ("0", true), ("45 min", false), ("45", false)]
    {
        agree("contract", &json!({"catalogSource": {"pollInterval": text}}), is_good, read);
    }
    for (text, is_good) in [("{package}-{version}", true), ("demo", true), ("{pakage}", false), ("{", false)]
    {
        agree("contract", &json!({"bundleName": text}), is_good, read);
        agree("contract", &json!({"imageTag": text.replace("{package}", "v")}), is_good, read);
    }
}

/// A small catalog without a fault: a package, a channel, two bundles, deprecations.
fn blobs() -> Vec<Value> {
    let bundle = |version: &str| {
        json!({
            "schema": "olm.bundle", "name": format!("demo.v{version}"), "package": "demo",
            "image": format!("quay.io/team/demo:v{version}"),
            "properties": [{"type": "olm.package", "value": {"packageName": "demo", "version": version}}],
            "relatedImages": [{"name": "demo", "image": format!("quay.io/team/demo:v{version}")}],
        })
    };
    vec![
        json!({
            "schema": "olm.package", "name": "demo", "defaultChannel": "stable", "description": "A demo.",
            "icon": {"base64data": "iVBORw0KGgo=", "mediatype": "image/png"},
            "properties": [{"type": "demo.origin", "value": "team"}],
        }),
        json!({
            "schema": "olm.channel", "name": "stable", "package": "demo",
            "entries": [
                {"name": "demo.v0.1.0"},
                {"name": "demo.v0.2.0", "replaces": "demo.v0.1.0", "skips": ["demo.v0.1.5"], "skipRange": "<0.2.0"},
            ],
            "properties": [{"type": "demo.origin", "value": "team"}],
        }),
        bundle("0.1.0"),
        bundle("0.2.0"),
        json!({
            "schema": "olm.deprecations", "package": "demo",
            "entries": [
                {"message": "no longer mended", "reference": {"schema": "olm.package"}},
                {"message": "take 0.2.0", "reference": {"schema": "olm.bundle", "name": "demo.v0.1.0"}},
                {"message": "take another", "reference": {"schema": "olm.channel", "name": "stable"}},
            ],
        }),
    ]
}

/// The errors in a catalog, one of whose blobs is told by `text`.
fn errors_in(text: &str, others: &[Value]) -> Vec<(&'static str, String)> {
    errors(text, |sources, file, report| {
        let mut catalog = catalog::read(sources, file, report);
        for other in others {
            let file = sources.add("other.yaml", other.to_string().into_bytes());
            catalog.append(catalog::read(sources, file, report));
        }
        if !report.has_errors() {
            report.append(rules::check_catalog(&catalog));
        }
    })
}

/// Errors about several blobs or fields, or about a text that has a grammar of its own.
fn is_of_the_whole(id: &str, message: &str) -> bool {
    const OF_SEVERAL: [&str; 15] = [
        "bundle-of-unknown-package",
        "bundle-outside-channels",
        "channel-of-unknown-package",
        "deprecated-bundle-not-found",
        "deprecated-channel-not-found",
        "deprecations-of-unknown-package",
        "duplicate-bundle",
        "duplicate-bundle-version",
        "entry-without-bundle",
        "invalid-image",
        "invalid-skip-range",
        "missing-package-property",
        "multiple-channel-heads",
        "package-without-channels",
        "unknown-default-channel",
    ];
    OF_SEVERAL.contains(&id)
        || message.contains("is not standard base64")
        || message.contains("and none are generated")
        || message.contains("is no semver")
        || message.contains("property says `other`")
}

#[test]
fn the_schema_of_a_catalog_says_what_is_read() {
    let blobs = blobs();
    let mut count = 0;
    for (index, blob) in blobs.iter().enumerate() {
        let mut others = blobs.clone();
        others.remove(index);
        count += hold("catalog", blob, |text| errors_in(text, &others), is_of_the_whole);
    }
    assert!(count > 600, "{count}");
}

#[test]
fn the_schema_of_deprecations_says_what_is_read() {
    let mut blobs = blobs();
    let deprecations = blobs.pop().unwrap();
    // Beside a template nothing else may stand, which is said where templates are expanded.
    let read = |text: &str| match text.contains(r#""schema":"olm.deprecations""#) {
        true => errors_in(text, &blobs),
        false => vec![("invalid-template", "only deprecations stand beside a template".to_owned())],
    };
    let count = hold("deprecations", &deprecations, read, is_of_the_whole);
    assert!(count > 150, "{count}");
}

/// The errors in a template, expanded with the bundles that it should name.
fn errors_in_template(text: &str) -> Vec<(&'static str, String)> {
    errors(text, |sources, file, report| {
        // Bundles live as long as the texts that they are read from.
        let Some(template) = Template::read(sources, file, report) else { return };
        if let Some(given) = template.given() {
            report.append(rules::check_catalog(given));
        }
        let mut bundles = Catalog::default();
        for blob in blobs().iter().filter(|blob| blob["schema"] == "olm.bundle") {
            let file = sources.add("bundle.yaml", blob.to_string().into_bytes());
            bundles.append(catalog::read(sources, file, report));
        }
        let by_image = bundles.bundles.into_iter().map(|bundle| (bundle.image.to_string(), bundle)).collect();
        let expanded = template.expand(by_image, report);
        if !report.has_errors() {
            report.append(rules::check_catalog(&expanded));
        }
    })
}

#[test]
fn the_schema_of_templates_says_what_is_read() {
    let image = |version: &str| json!({"image": format!("quay.io/team/demo:v{version}")});
    let semver = json!({
        "schema": "olm.semver",
        "generateMajorChannels": true,
        "generateMinorChannels": true,
        "defaultChannelTypePreference": "major",
        "candidate": {"bundles": [image("0.1.0"), image("0.2.0")]},
        "fast": {"bundles": [image("0.1.0")]},
        "stable": {"bundles": [image("0.1.0")]},
    });
    let given = blobs();
    let reference =
        |version: &str| json!({"schema": "olm.bundle", "image": format!("quay.io/team/demo:v{version}")});
    let basic = json!({
        "schema": "olm.template.basic",
        "entries": [given[0], given[1], reference("0.1.0"), reference("0.2.0"), given[4]],
    });
    let substitutes = json!({
        "schema": "olm.template.substitutes",
        "entries": given,
        "substitutions": [],
    });
    let mut count = 0;
    for good in [semver, basic, substitutes] {
        count += hold("template", &good, errors_in_template, is_of_the_whole);
    }
    assert!(count > 1000, "{count}");
}

/// The files of this repository, and of the project in the tests, are what their schemas say.
#[test]
fn the_files_of_this_repository_are_as_their_schemas_say() {
    let validator = Validator::new();
    let mut count = 0;
    for folder in [root().join("catalog"), data("project/catalog")] {
        let mut files = vec![folder.join("olmcat.yaml"), folder.join("contract.yaml")];
        for package in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            files.extend(["template.yaml", "catalog.yaml"].map(|name| package.join(name)));
        }
        for file in files.into_iter().filter(|file| file.is_file()) {
            let name = file.file_stem().unwrap().to_str().unwrap();
            let text = fs::read_to_string(&file).unwrap();
            for document in
                yaml::documents(&text).unwrap().into_iter().filter(|document| document.has_content)
            {
                let tree = yaml::read(&text, document.bytes).unwrap();
                let mut out = String::new();
                let style = json::Style { indent: 0, sort: false, escape_html: false, doubles: false };
                json::write(tree.root().unwrap(), style, &mut out);
                let value: Value = serde_json::from_str(&out).unwrap();
                assert!(validator.takes(name, &value), "{}: {}", file.display(), value["schema"]);
                count += 1;
            }
        }
    }
    assert!(count > 40, "{count}");
}
