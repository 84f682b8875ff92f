//! `olmcat serve`, over the wire: what opm answered, message for message, and every sentence about what was not
//! recorded.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use olmcat::index::wire;
use olmcat::serve::{Client, Fault, Status, to_json};
use serde_json::{Value, json};

use crate::support::{Folder, root, shared};

/// How long anything may take: far more than it does.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A server that runs, and its log.
pub struct Served {
    pub child: Child,
    log: Arc<Mutex<String>>,
    /// Where the registry API is.
    pub address: String,
}

impl Served {
    /// Serves a catalog on any port of this machine, with further arguments.
    pub fn start(catalog: &Path, more: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_olmcat"));
        command.args(["serve", "--port", "0", "--address", "127.0.0.1"]).arg(catalog).args(more);
        command.env_clear().current_dir(root());
        Self::run(command)
    }

    /// Runs a command that serves, and waits until it does.
    pub fn run(mut command: Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let (log, errors) = (Arc::<Mutex<String>>::default(), child.stderr.take().unwrap());
        let to = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                *to.lock().unwrap() += &(line + "\n");
            }
        });
        let mut served = Served { child, log, address: String::new() };
        served.wait_for("msg=\"serving\"");
        served.address = served.told("address");
        served
    }

    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Waits until the log says something.
    #[track_caller]
    pub fn wait_for(&mut self, what: &str) {
        let start = Instant::now();
        while !self.log().contains(what) {
            assert!(start.elapsed() < PATIENCE, "the log never says {what}:\n{}", self.log());
            if self.child.try_wait().unwrap().is_some() {
                // What it said last may be under way.
                std::thread::sleep(Duration::from_millis(200));
                assert!(self.log().contains(what), "it ended:\n{}", self.log());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// What the first line of the log says of something.
    pub fn told(&self, key: &str) -> String {
        let log = self.log();
        let (_, rest) = log.split_once(&format!(" {key}=")).expect("the log tells it");
        rest.split([' ', '\n']).next().unwrap().to_owned()
    }

    pub fn client(&self) -> Client {
        Client::connect(&self.address, PATIENCE).unwrap_or_else(|fault| panic!("{fault}"))
    }

    /// Calls a method of the registry, and returns its messages as JSON.
    pub fn ask(&self, method: &str, texts: &[&str]) -> Result<Vec<Value>, Status> {
        ask(&mut self.client(), &format!("/api.Registry/{method}"), &[], texts)
    }

    /// Sends a signal, by its name.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn ask(
    client: &mut Client,
    path: &str,
    headers: &[(&'static str, &'static str)],
    texts: &[&str],
) -> Result<Vec<Value>, Status> {
    let mut request = Vec::new();
    (1..).zip(texts).for_each(|(field, text)| wire::string(&mut request, field, text));
    let mut messages = Vec::new();
    let called = client.call(path, headers, &request, PATIENCE, &mut |message| {
        messages.push(serde_json::from_str(&to_json(path, message).unwrap()).unwrap());
    });
    match called {
        Ok(()) => Ok(messages),
        Err(Fault::Status(status)) => Err(status),
        Err(fault) => panic!("{fault}"),
    }
}

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn sorted(mut messages: Vec<Value>) -> Vec<Value> {
    messages.sort_by_key(Value::to_string);
    messages
}

#[test]
fn the_answers_are_those_of_opm() {
    let mut compared = 0;
    for (golden, catalog) in
        [("percona", "percona/catalog"), ("list-index", "opm-inputs/alpha/action/testdata/list-index")]
    {
        let (Some(golden), Some(catalog)) = (shared(&format!("grpc-golden/{golden}")), shared(catalog))
        else {
            return;
        };
        let served = Served::start(&catalog, &[]);
        for file in fs::read_dir(golden).unwrap().map(|entry| entry.unwrap().path()) {
            let name = file.file_name().unwrap().to_str().unwrap();
            let parts: Vec<&str> = name.split('.').collect();
            let expected = lines(&file);
            let found = match parts.as_slice() {
                ["GetBundle", package, channel, _] => {
                    served.ask("GetBundle", &[package, channel, expected[0]["csvName"].as_str().unwrap()])
                }
                [method, texts @ .., "json"] => served.ask(method, texts),
                [method, ..] => served.ask(method, &[]),
                [] => panic!("a file without a name"),
            };
            let found = found.unwrap_or_else(|status| panic!("{name}: {status:?}"));
            assert!(sorted(found) == sorted(expected), "{name} differs");
            compared += 1;
        }
    }
    assert!(compared >= 32, "{compared} recorded answers were compared");
}

/// Two packages with everything that answers depend on.
pub const CATALOG: &str = r#"{"schema":"olm.package","name":"a","defaultChannel":"stable","description":"About a.","icon":{"base64data":"PHN2Zy8+","mediatype":"image/svg+xml"}}
{"schema":"olm.channel","package":"a","name":"stable","entries":[{"name":"a.v1"},{"name":"a.v2","replaces":"a.v1","skips":["a.v1.5","a.v1"],"skipRange":"<2.0.0"},{"name":"a.v1.5"}]}
{"schema":"olm.channel","package":"a","name":"old","entries":[{"name":"a.v1","replaces":"a.v0"}]}
{"schema":"olm.bundle","package":"a","name":"a.v1","image":"example.com/a:v1","properties":[{"type":"olm.package","value":{"packageName":"a","version":"1.0.0"}},{"type":"olm.gvk","value":{"group":"example.com","kind":"A","version":"v1"}}]}
{"schema":"olm.bundle","package":"a","name":"a.v1.5","image":"example.com/a:v1.5","properties":[{"type":"olm.package","value":{"packageName":"a","version":"1.5.0"}},{"type":"olm.gvk","value":{"group":"example.com","kind":"A","version":"v1"}}]}
{"schema":"olm.bundle","package":"a","name":"a.v2","image":"example.com/a:v2","relatedImages":[{"name":"one","image":"example.com/one:1"}],"properties":[{"type":"olm.package","value":{"packageName":"a","version":"2.0.0"}},{"type":"olm.gvk","value":{"group":"example.com","kind":"A","version":"v1"}},{"type":"olm.gvk.required","value":{"group":"example.com","kind":"B","version":"v1"}},{"type":"olm.package.required","value":{"packageName":"b","versionRange":">=1.0.0"}},{"type":"olm.constraint","value":{"failureMessage":"no"}},{"type":"olm.csv.metadata","value":{"annotations":{"z":"<1>","a":"2"},"apiServiceDefinitions":{},"crdDescriptions":{"owned":[{"name":"as.example.com","version":"v1","kind":"A"}]},"displayName":"A & co","installModes":[{"type":"AllNamespaces","supported":true}],"keywords":["x"],"maturity":"beta","provider":{"name":"P"}}}]}
{"schema":"olm.deprecations","package":"a","entries":[{"reference":{"schema":"olm.package"},"message":"all of it"},{"reference":{"schema":"olm.channel","name":"old"},"message":"the channel"},{"reference":{"schema":"olm.bundle","name":"a.v1"},"message":"the bundle"}]}
{"schema":"olm.package","name":"b","defaultChannel":"beta"}
{"schema":"olm.channel","package":"b","name":"beta","entries":[{"name":"b.v1"}]}
{"schema":"olm.channel","package":"b","name":"alpha","entries":[{"name":"b.v1"}]}
{"schema":"olm.bundle","package":"b","name":"b.v1","properties":[{"type":"olm.package","value":{"packageName":"b","version":"1.0.0"}},{"type":"olm.gvk","value":{"group":"example.com","kind":"A","version":"v1"}},{"type":"olm.gvk","value":{"group":"example.com","kind":"B","version":"v1"}},{"type":"olm.bundle.object","value":{"data":"eyJraW5kIjoiQ29uZmlnTWFwIiwiYXBpVmVyc2lvbiI6InYxIiwibWV0YWRhdGEiOnsibmFtZSI6ImMifX0="}},{"type":"olm.bundle.object","value":{"data":"eyJraW5kIjoiQ2x1c3RlclNlcnZpY2VWZXJzaW9uIiwibWV0YWRhdGEiOnsibmFtZSI6ImIudjEiLCJhbm5vdGF0aW9ucyI6eyJyIjoiPDEifX19"}}]}
{"schema":"example.com.custom","package":"a","name":"first","n":1.5,"list":[true,null,"t",{"deep":{}}]}
{"schema":"example.com.custom","name":"root"}
"#;

fn small() -> (Folder, Served) {
    let folder = Folder::new();
    folder.write("demo/catalog.json", CATALOG);
    let served = Served::start(&folder.path().join("demo"), &[]);
    (folder, served)
}

#[track_caller]
fn refused(answer: Result<Vec<Value>, Status>, code: u32, message: &str) {
    let status = answer.expect_err("it is refused");
    assert_eq!((status.code.0, status.message.as_str()), (code, message));
}

#[test]
fn packages_channels_and_bundles() {
    let (_folder, served) = small();
    assert_eq!(
        sorted(served.ask("ListPackages", &[]).unwrap()),
        [json!({"name": "a"}), json!({"name": "b"})]
    );
    let package = json!({
        "name": "a",
        "channels": [
            {"name": "old", "csvName": "a.v1", "deprecation": {"message": "the channel"}},
            {"name": "stable", "csvName": "a.v2"},
        ],
        "defaultChannelName": "stable",
        "deprecation": {"message": "all of it"},
    });
    assert_eq!(served.ask("GetPackage", &["a"]).unwrap(), [package]);
    refused(served.ask("GetPackage", &["zz"]), 2, "package \"zz\" not found");
    refused(served.ask("GetBundle", &["p", "c", "b"]), 2, "package \"p\" not found");
    refused(served.ask("GetBundle", &["a", "c", "b"]), 2, "package \"a\", channel \"c\" not found");
    let missing = "package \"a\", channel \"old\", bundle \"a.v2\" not found";
    refused(served.ask("GetBundle", &["a", "old", "a.v2"]), 2, missing);
    refused(served.ask("GetBundleForChannel", &["a", "c"]), 2, "package \"a\", channel \"c\" not found");
    // A bundle of a channel is the head, without its edges; the range is kept.
    let head = served.ask("GetBundleForChannel", &["a", "stable"]).unwrap().remove(0);
    assert_eq!((&head["csvName"], &head["skipRange"]), (&json!("a.v2"), &json!("<2.0.0")));
    assert_eq!((&head["replaces"], &head["skips"]), (&Value::Null, &Value::Null));
    assert_eq!(served.ask("GetBundle", &["a", "stable", "a.v2"]).unwrap().remove(0), head);
    assert_eq!(head["requiredApis"], json!([{"group": "example.com", "version": "v1", "kind": "B"}]));
    let dependencies = json!([
        {"type": "olm.gvk", "value": r#"{"group":"example.com","kind":"B","version":"v1"}"#},
        {"type": "olm.package", "value": "{\"packageName\":\"b\",\"version\":\"\\u003e=1.0.0\"}"},
    ]);
    assert_eq!(head["dependencies"], dependencies);
    let kinds =
        head["properties"].as_array().unwrap().iter().map(|property| property["type"].as_str().unwrap());
    let expected = ["olm.package", "olm.gvk", "olm.gvk.required", "olm.package.required", "olm.constraint"];
    assert_eq!(kinds.collect::<Vec<_>>(), expected, "neither manifests nor what stands for them");
    let old = served.ask("GetBundleForChannel", &["a", "old"]).unwrap().remove(0);
    assert_eq!((&old["deprecation"]["message"], &old["object"]), (&json!("the bundle"), &Value::Null));
}

#[test]
fn a_csv_is_made_of_its_metadata() {
    let (_folder, served) = small();
    let head = served.ask("GetBundleForChannel", &["a", "stable"]).unwrap().remove(0);
    let expected = concat!(
        r#"{"kind":"ClusterServiceVersion","apiVersion":"operators.coreos.com/v1alpha1","#,
        r#""metadata":{"name":"a.v2","annotations":{"a":"2","z":"\u003c1\u003e"}},"#,
        r#""spec":{"install":{"strategy":"deployment","spec":{"deployments":null}},"version":"2.0.0","#,
        r#""maturity":"beta","customresourcedefinitions":{"owned":[{"name":"as.example.com","version":"v1","kind":"A"}]},"#,
        r#""apiservicedefinitions":{},"displayName":"A \u0026 co","description":"About a.","keywords":["x"],"#,
        r#""provider":{"name":"P"},"icon":[{"base64data":"PHN2Zy8+","mediatype":"image/svg+xml"}],"#,
        r#""installModes":[{"type":"AllNamespaces","supported":true}],"cleanup":{"enabled":false},"#,
        r#""relatedImages":[{"name":"one","image":"example.com/one:1"}]},"status":{"cleanup":{}}}"#,
    );
    assert_eq!(head["csvJson"], expected);
    assert_eq!(head["object"], json!([expected]));
}

#[test]
fn manifests_are_sent_where_there_is_no_image() {
    let (_folder, served) = small();
    let all = served.ask("ListBundles", &[]).unwrap();
    let keys: Vec<[&str; 3]> = (all.iter())
        .map(|one| ["channelName", "packageName", "csvName"].map(|field| one[field].as_str().unwrap()))
        .collect();
    assert!(keys.is_sorted(), "{keys:?}");
    assert_eq!(keys.len(), 6);
    for one in &all {
        let has_image = one["bundlePath"].is_string();
        assert_eq!(one["csvJson"].is_null() && one["object"].is_null(), has_image, "{}", one["csvName"]);
    }
    let second = all.iter().find(|one| one["csvName"] == "a.v2").unwrap();
    assert_eq!((&second["replaces"], &second["skips"]), (&json!("a.v1"), &json!(["a.v1.5", "a.v1"])));
    let inline = served.ask("GetBundleForChannel", &["b", "beta"]).unwrap().remove(0);
    let csv = r#"{"kind":"ClusterServiceVersion","metadata":{"annotations":{"r":"\u003c1"},"name":"b.v1"}}"#;
    assert_eq!(inline["csvJson"], csv);
    let map = r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}}"#;
    assert_eq!(inline["object"], json!([map, csv]));
}

fn entry(package: &str, channel: &str, name: &str, replaces: &str) -> Value {
    let mut entry = json!({"packageName": package, "channelName": channel, "bundleName": name});
    if !replaces.is_empty() {
        entry["replaces"] = replaces.into();
    }
    entry
}

#[test]
fn what_replaces_a_bundle() {
    let (_folder, served) = small();
    // Once for what it replaces, and not again for the skip of the same name.
    let ask = |name: &str| served.ask("GetChannelEntriesThatReplace", &[name]);
    assert_eq!(ask("a.v1").unwrap(), [entry("a", "stable", "a.v2", "a.v1")]);
    // A skip has what the entry really replaces.
    assert_eq!(ask("a.v1.5").unwrap(), [entry("a", "stable", "a.v2", "a.v1")]);
    assert_eq!(ask("a.v0").unwrap(), [entry("a", "old", "a.v1", "a.v0")]);
    refused(ask("a.v2"), 2, "no channel entries found that replace a.v2");
    let ask = |texts: [&str; 3]| served.ask("GetBundleThatReplaces", &texts);
    for name in ["a.v1", "a.v1.5"] {
        let bundle = ask([name, "a", "stable"]).unwrap().remove(0);
        assert_eq!((&bundle["csvName"], &bundle["replaces"]), (&json!("a.v2"), &Value::Null));
    }
    refused(ask(["a.v1", "p", "c"]), 2, "package p not found");
    refused(ask(["a.v1", "a", "c"]), 2, "package \"a\", channel \"c\" not found");
    refused(ask(["a.v2", "a", "stable"]), 2, "no entry found for package \"a\", channel \"stable\"");
}

#[test]
fn what_provides_an_api() {
    let (_folder, served) = small();
    // The plural is not looked at.
    let ask = |method: &str, kind: &str| served.ask(method, &["example.com", "v1", kind, "whatever"]);
    let expected = [
        entry("a", "old", "a.v1", "a.v0"),
        entry("a", "stable", "a.v1", ""),
        entry("a", "stable", "a.v1.5", ""),
        entry("a", "stable", "a.v2", "a.v1"),
        entry("a", "stable", "a.v2", "a.v1.5"),
        entry("b", "alpha", "b.v1", ""),
        entry("b", "beta", "b.v1", ""),
    ];
    let found = ask("GetChannelEntriesThatProvide", "A").unwrap();
    assert_eq!(sorted(found), sorted(expected.to_vec()));
    // Heads only, and skips only of entries that the channel has.
    let latest = [
        entry("a", "old", "a.v1", "a.v0"),
        entry("a", "stable", "a.v2", "a.v1"),
        entry("a", "stable", "a.v2", "a.v1.5"),
        entry("b", "alpha", "b.v1", ""),
        entry("b", "beta", "b.v1", ""),
    ];
    let found = ask("GetLatestChannelEntriesThatProvide", "A").unwrap();
    assert_eq!(sorted(found), sorted(latest.to_vec()));
    // Of several packages the first by name, and of it the head of the default channel.
    let bundle = ask("GetDefaultBundleThatProvides", "A").unwrap().remove(0);
    assert_eq!((&bundle["csvName"], &bundle["channelName"]), (&json!("a.v2"), &json!("stable")));
    assert_eq!((&bundle["replaces"], bundle["csvJson"].is_string()), (&Value::Null, true));
    let bundle = ask("GetDefaultBundleThatProvides", "B").unwrap().remove(0);
    assert_eq!(bundle["channelName"], "beta");
    let api = "group:\"example.com\" version:\"v1\" kind:\"C\"";
    for method in ["GetChannelEntriesThatProvide", "GetLatestChannelEntriesThatProvide"] {
        refused(ask(method, "C"), 2, &format!("no channel entries found that provide {api}"));
    }
    refused(ask("GetDefaultBundleThatProvides", "C"), 2, &format!("no entry found that provides {api}"));
}

#[test]
fn blobs_of_other_schemas_are_given_to_who_knows_that_this_may_change() {
    let (_folder, served) = small();
    let path = "/api.ExperimentalRegistry/ExperimentalListPackageCustomSchemas";
    let known = [("x-acknowledge-experimental", "true")];
    let mut client = served.client();
    assert_eq!(ask(&mut client, path, &[], &["example.com.custom", "a"]), Ok(vec![]));
    assert_eq!(ask(&mut client, path, &[("x-acknowledge-experimental", "1")], &["", ""]), Ok(vec![]));
    let mut ask = |texts: &[&str]| ask(&mut client, path, &known, texts);
    let first = json!({
        "schema": "example.com.custom",
        "package": "a",
        "name": "first",
        "n": 1.5,
        "list": [true, null, "t", {"deep": {}}],
    });
    assert_eq!(ask(&["example.com.custom", "a"]), Ok(vec![first]));
    assert_eq!(
        ask(&["example.com.custom"]),
        Ok(vec![json!({"schema": "example.com.custom", "name": "root"})])
    );
    assert_eq!(ask(&["olm.bundle", "a"]), Ok(vec![]), "the schemas of OLM are asked for by other methods");
    assert_eq!(ask(&["example.com", "a"]), Ok(vec![]));
    refused(ask(&["", "a"]), 3, "schema is required");
    let pattern = "must match ^[a-zA-Z0-9][a-zA-Z0-9._-]*$";
    refused(
        ask(&["../x", "a"]),
        3,
        &format!("invalid custom schema query: invalid schema \"../x\": {pattern}"),
    );
    let name = format!("invalid custom schema query: invalid packageName \"a b\": {pattern}");
    refused(ask(&["x", "a b"]), 3, &name);
}

#[test]
fn it_is_healthy_whatever_it_is_asked_for_by_name() {
    let (_folder, served) = small();
    let mut client = served.client();
    for service in ["", "Registry", "api.Registry", "anything"] {
        let answer = ask(&mut client, "/grpc.health.v1.Health/Check", &[], &[service]).unwrap();
        assert_eq!(answer, [json!({"status": "SERVING"})]);
    }
    for path in ["/grpc.health.v1.Health/Watch", "/grpc.health.v1.Health/List", "/api.Registry/Nothing", "/x"]
    {
        refused(ask(&mut client, path, &[], &[]), 12, &format!("there is no method {path}"));
    }
}

/// The fields of the messages as the reference has them, apart from the files that are served.
const FIELDS: &str = "
Channel{name=1, csvName=2, deprecation=3}; PackageName{name=1}
Package{name=1, channels=2*, defaultChannelName=3, deprecation=4}; Deprecation{message=1}
GroupVersionKind{group=1, version=2, kind=3, plural=4}; Dependency{type=1, value=2}; Property{type=1, value=2}
Bundle{csvName=1, packageName=2, channelName=3, csvJson=4, object=5*, bundlePath=6, providedApis=7*, requiredApis=8*, version=9, skipRange=10, dependencies=11*, properties=12*, replaces=13, skips=14*, deprecation=15}
ChannelEntry{packageName=1, channelName=2, bundleName=3, replaces=4}
GetPackageRequest{name=1}; GetBundleRequest{pkgName=1, channelName=2, csvName=3}
GetBundleInChannelRequest{pkgName=1, channelName=2}; GetAllReplacementsRequest{csvName=1}
GetReplacementRequest{csvName=1, pkgName=2, channelName=3}
GetAllProvidersRequest{group=1, version=2, kind=3, plural=4}
GetLatestProvidersRequest{group=1, version=2, kind=3, plural=4}
GetDefaultProviderRequest{group=1, version=2, kind=3, plural=4}
ExperimentalListPackageCustomSchemasRequest{schema=1, packageName=2}";

/// The fields of a message, by number; those that hold bytes.
fn fields(bytes: &[u8]) -> BTreeMap<u32, Vec<&[u8]>> {
    let mut found: BTreeMap<u32, Vec<&[u8]>> = BTreeMap::new();
    for field in wire::fields(bytes) {
        if let (number, wire::Value::Bytes(bytes)) = field.unwrap() {
            found.entry(number).or_default().push(bytes);
        }
    }
    found
}

fn text<'b>(message: &BTreeMap<u32, Vec<&'b [u8]>>, number: u32) -> &'b str {
    message.get(&number).map_or("", |values| std::str::from_utf8(values[0]).unwrap())
}

/// Sends one request of reflection and returns the answer.
fn reflect(client: &mut Client, version: &str, field: u32, what: &str) -> Vec<u8> {
    let (mut request, mut answer) = (Vec::new(), Vec::new());
    wire::bytes(&mut request, field, what.as_bytes());
    let path = format!("/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo");
    client.call(&path, &[], &request, PATIENCE, &mut |message| answer = message.to_vec()).unwrap();
    answer
}

#[test]
fn reflection_tells_every_method_and_field() {
    let (_folder, served) = small();
    let mut client = served.client();
    for version in ["v1", "v1alpha"] {
        let answer = reflect(&mut client, version, 7, "");
        let list = fields(fields(&answer)[&6][0]);
        let services: Vec<&str> = list[&1].iter().map(|service| text(&fields(service), 1)).collect();
        assert_eq!(
            services,
            [
                "api.ExperimentalRegistry",
                "api.Registry",
                "grpc.health.v1.Health",
                "grpc.reflection.v1.ServerReflection",
                "grpc.reflection.v1alpha.ServerReflection",
            ]
        );
    }
    for symbol in ["api.Registry", "api.Registry.ListBundles", "api.Bundle", "api.ExperimentalRegistry"] {
        let answer = reflect(&mut client, "v1", 4, symbol);
        let files = fields(fields(&answer)[&4][0]);
        let names: Vec<&str> = files[&1].iter().map(|file| text(&fields(file), 1)).collect();
        assert_eq!(names, ["registry.proto", "google/protobuf/struct.proto"], "{symbol}");
    }
    let answer = reflect(&mut client, "v1", 3, "registry.proto");
    let file = fields(fields(fields(&answer)[&4][0])[&1][0]);
    assert_eq!((text(&file, 2), text(&file, 12)), ("api", "proto3"));
    let messages = |message: &&[u8]| {
        let (message, mut found) = (fields(message), Vec::new());
        for field in message.get(&2).into_iter().flatten() {
            let numbers: BTreeMap<u32, u64> = (wire::fields(field).map(Result::unwrap))
                .filter_map(|(number, value)| match value {
                    wire::Value::Number(value) => Some((number, value)),
                    wire::Value::Bytes(_) => None,
                })
                .collect();
            let star = if numbers[&4] == 3 { "*" } else { "" };
            found.push(format!("{}={}{star}", text(&fields(field), 1), numbers[&3]));
        }
        format!("{}{{{}}}", text(&message, 1), found.join(", "))
    };
    let mut found: Vec<String> =
        file[&4].iter().map(messages).filter(|message| !message.ends_with("{}")).collect();
    let mut expected: Vec<&str> =
        FIELDS.split([';', '\n']).map(str::trim).filter(|one| !one.is_empty()).collect();
    found.sort();
    expected.sort_unstable();
    assert_eq!(found, expected);
    let methods: usize = file[&6].iter().map(|service| fields(service)[&2].len()).sum();
    assert_eq!(methods, 11);
    for wrong in [(3, "nothing.proto"), (4, "api.Nothing"), (6, "api.Bundle"), (5, "")] {
        let answer = reflect(&mut client, "v1", wrong.0, wrong.1);
        let error = fields(&answer)[&7][0];
        assert!(wire::fields(error).any(|field| field == Ok((1, wire::Value::Number(5)))), "{wrong:?}");
    }
}
