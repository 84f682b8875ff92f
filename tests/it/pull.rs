//! Bundle images and catalog images from registries, through the cache, and all that can be wrong with them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use olmcat::diag::Report;
use olmcat::image;
use olmcat::load;
use olmcat::oci::remote::{Login, Options, Patience, Remote};
use olmcat::oci::{Artifact, Cache, Digest, Kind, Limits, Platform, PullOptions, Puller, Reference};
use olmcat::text::Sources;
use serde_json::{Value, json};

use crate::image::{build, output, single, tiny};
use crate::registry::{Registry, connect, platforms};
use crate::server::{Asked, Reply, Server};
use crate::support::{Folder, Olmcat, data, tool};
use crate::unpack::Tar;

pub fn now() -> SystemTime {
    SystemTime::now()
}

pub fn options() -> PullOptions {
    let (connect, idle) = (Duration::from_secs(2), Duration::from_secs(5));
    let patience = Patience { connect, idle, tries: 3, pause: Duration::from_millis(10) };
    PullOptions { remote: Options { patience, ..Options::default() }, ..PullOptions::default() }
}

pub fn puller_with(folder: &Path, options: PullOptions) -> Puller {
    Puller::new(Cache::new(folder, 1 << 30, now()), options)
}

pub fn puller(folder: &Folder) -> Puller {
    puller_with(&folder.path().join("cache"), options())
}

/// The demo bundle's files, as an image has them.
fn demo_files() -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for folder in ["manifests", "metadata"] {
        for entry in fs::read_dir(data("bundle").join(folder)).unwrap().map(Result::unwrap) {
            let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
            files.push((name, fs::read(entry.path()).unwrap()));
        }
    }
    files
}

pub fn demo_bundle() -> Artifact {
    let (sources, mut report) = (Sources::default(), Report::default());
    let annotations = load::bundle(&data("bundle"), &sources, &mut report).unwrap().annotations();
    assert!(annotations.len() >= 4, "{annotations:?}");
    image::bundle(&demo_files(), &annotations, &image::Options::default()).unwrap()
}

pub fn push(artifact: &Artifact, reference: &Reference) {
    connect(reference, Login::Anonymous).push(artifact, reference, &|_| {}).unwrap();
}

/// Puts an image of any layers and labels into a server, as `v1`; `change` spoils its manifest.
fn store(server: &Server, layers: &[Vec<u8>], labels: &Value, change: impl Fn(&mut Value)) {
    let layer = |bytes: &Vec<u8>| {
        let kind = "application/vnd.oci.image.layer.v1.tar";
        json!({ "mediaType": kind, "digest": server.store("layer", kind, bytes), "size": bytes.len() })
    };
    let layers: Vec<Value> = layers.iter().map(layer).collect();
    let config =
        json!({ "os": "linux", "architecture": "amd64", "config": { "Labels": labels } }).to_string();
    let kind = "application/vnd.oci.image.config.v1+json";
    let digest = server.store("config", kind, config.as_bytes());
    let mut manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": { "mediaType": kind, "digest": digest, "size": config.len() },
        "layers": layers,
    });
    change(&mut manifest);
    let kind =
        manifest["mediaType"].as_str().unwrap_or("application/vnd.oci.image.manifest.v1+json").to_owned();
    server.store("v1", &kind, manifest.to_string().as_bytes());
}

const CONFIGS: &str = "operators.operatorframework.io.index.configs.v1";
const PACKAGE: &str = "operators.operatorframework.io.bundle.package.v1";

#[track_caller]
fn load_error(server: &Server) -> olmcat::diag::Error {
    let (folder, sources, mut report) = (Folder::new(), Sources::default(), Report::default());
    let loaded = load::image(&server.reference().into(), &puller(&folder), &sources, &mut report);
    let error = loaded.map(|_| ()).unwrap_err();
    assert!(error.message.contains(&server.host()), "{error}");
    assert!(error.hint.is_some(), "{error}");
    assert_eq!(leftovers(&folder.path().join("cache")), 0);
    error
}

/// Files that are not finished.
pub fn leftovers(cache: &Path) -> usize {
    fs::read_dir(cache.join("parts")).map_or(0, Iterator::count)
}

#[test]
fn a_bundle_image_is_its_folder() {
    let Some(registry) = Registry::plain() else { return };
    // Where skopeo knows of the same layer in another compression, it takes that one.
    let Some(other) = Registry::plain() else { return };
    let Some(skopeo) = tool("skopeo") else { return };
    let reference = registry.reference("demo/demo-bundle:v1");
    push(&demo_bundle(), &reference);
    let folder = Folder::new();
    let cache = folder.path().join("cache");
    let mut names = vec![reference.to_string()];
    let skopeo = |arguments: &[&str]| {
        let insecure =
            ["--insecure-policy", "copy", "-q", "--src-tls-verify=false", "--dest-tls-verify=false"];
        output(Command::new(&skopeo).args(insecure).args(arguments));
    };
    let source = format!("docker://{reference}");
    let through = format!("dir:{}", folder.path().join("dir").display());
    skopeo(&["--dest-decompress", &source, &through]);
    for (tag, to, from, how, kind) in [
        ("docker", &registry, &source, &["--format", "v2s2"][..], "vnd.docker.image.rootfs.diff.tar.gzip"),
        (
            "zstd",
            &other,
            &through,
            &["--format", "oci", "--dest-compress-format", "zstd"],
            "layer.v1.tar+zstd",
        ),
    ] {
        let copy = to.reference(&format!("demo/demo-bundle:{tag}"));
        skopeo(&[how, &[from, &format!("docker://{copy}")]].concat());
        let manifest = connect(&copy, Login::Anonymous).get_manifest(&copy).unwrap();
        assert!(String::from_utf8_lossy(manifest.bytes()).contains(kind), "{manifest:?}");
        names.push(copy.to_string());
    }
    names.push(reference.pinned(demo_bundle().digest()).to_string());
    let cache = cache.to_str().unwrap();
    for name in names {
        let rendered = Olmcat::new(["render", &data("bundle").display().to_string(), "--image", &name]).run();
        let pulled = Olmcat::new(["render", &name, "--cache", cache]).run().exits(0);
        assert_eq!(pulled.stdout(), rendered.exits(0).stdout());
        Olmcat::new(["validate", &name, "--cache", cache]).run().exits(0);
        let error = Olmcat::new(["list", "packages", &name, "--cache", cache]).run().exits(2).stderr();
        assert!(error.contains("it is a bundle image"), "{error}");
    }
}

#[test]
fn a_catalog_image_is_its_folder() {
    let Some(registry) = Registry::plain() else { return };
    let folder = Folder::new();
    let cache = folder.path().join("cache").display().to_string();
    let mut files = tiny();
    files.push(("demo/.indexignore".to_owned(), b"*.md\n".to_vec()));
    files.push(("demo/README.md".to_owned(), b"no FBC: [".to_vec()));
    files.iter().for_each(|(path, bytes)| drop(folder.write(&format!("catalog/{path}"), bytes)));
    let rendered =
        Olmcat::new(["render", &folder.path().join("catalog").display().to_string()]).run().exits(0);
    for (name, options) in [("one", image::Options::default()), ("many", platforms())] {
        let reference = registry.reference(&format!("demo/catalog:{name}"));
        push(&crate::image::catalog(&files, &options).unwrap(), &reference);
        let name = reference.to_string();
        let pulled = Olmcat::new(["render", &name, "--cache", &cache]).run().exits(0);
        assert_eq!(pulled.stdout(), rendered.stdout());
        let listed = Olmcat::new(["list", "packages", &name, "--cache", &cache]).run().exits(0).stdout();
        assert!(listed.contains("another") && listed.contains("demo"), "{listed}");
        // A finding is placed in the image.
        let checked =
            Olmcat::new(["validate", "--format", "concise", &name, "--cache", &cache]).run().exits(1);
        assert!(
            checked.stdout().starts_with(&format!("{name}:configs/another/catalog.yaml:")),
            "{}",
            checked.stdout()
        );
    }
    let shown = Olmcat::new(["cache", "--format", "json", "--cache", &cache]).run().exits(0).stdout();
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["references"].as_array().unwrap().len(), 2);
    let cleared = Olmcat::new(["cache", "--clear", "--cache", &cache]).run().exits(0).stdout();
    assert!(cleared.starts_with("removed "), "{cleared}");
    let shown = Olmcat::new(["cache", "--cache", &cache]).run().exits(0).stdout();
    assert!(shown.contains("size    0 bytes of 4 GiB\nblobs   0\nimages  0\n"), "{shown}");
}

#[test]
fn what_breaks_on_the_way_is_asked_for_again() {
    let artifact = demo_bundle();
    let layer = single(&artifact).layers()[0].clone();
    let whole = layer.read().unwrap();
    let (half, rest) = (whole[..200].to_vec(), whole[200..].to_vec());
    let name = layer.digest().to_string();
    let cut = move |asked: &Asked, times: &AtomicUsize, resumes: bool| -> Option<Reply> {
        if !asked.is("GET", &name) {
            return None;
        }
        match (times.fetch_add(1, Ordering::SeqCst), asked.headers.get("range").map(String::as_str)) {
            // More is promised than comes.
            (0, None) => {
                let length = ("Content-Length".to_owned(), (half.len() + rest.len()).to_string());
                Some(Reply::Answer(
                    200,
                    vec![length, ("Connection".to_owned(), "close".to_owned())],
                    half.clone(),
                ))
            }
            (1, Some("bytes=200-")) if resumes => Some(Reply::Answer(206, Vec::new(), rest.clone())),
            (1, Some("bytes=200-")) => None,
            other => panic!("{other:?}"),
        }
    };
    for resumes in [true, false] {
        let (cut, times) = (cut.clone(), AtomicUsize::new(0));
        let server = Server::start(move |asked| cut(asked, &times, resumes));
        push(&artifact, &server.reference());
        let folder = Folder::new();
        let puller = puller(&folder);
        let pulled = puller.pull(&server.reference().into()).unwrap();
        puller.unpack(&pulled, &["manifests"]).unwrap();
        assert_eq!(server.count("GET", &layer.digest().to_string()), 2);
    }
}

#[test]
fn what_is_wrong_is_not_kept() {
    let artifact = demo_bundle();
    let layer = single(&artifact).layers()[0].clone();
    let whole = layer.read().unwrap();
    let wrong = vec![b'x'; whole.len()];
    for (fault, kind, words) in [
        (Reply::Answer(200, Vec::new(), wrong), Kind::Corrupt, "came instead (tried 3 times)"),
        (Reply::Answer(200, Vec::new(), whole[1..].to_vec()), Kind::Corrupt, "came instead"),
        (Reply::Answer(200, Vec::new(), [&whole[..], b"x"].concat()), Kind::Registry, "more than"),
        (Reply::Answer(404, Vec::new(), Vec::new()), Kind::NotFound, "answered 404"),
        (Reply::Answer(403, Vec::new(), Vec::new()), Kind::Forbidden, "answered 403"),
        (Reply::Broken(10), Kind::Corrupt, "cannot read blob"),
    ] {
        let name = layer.digest().to_string();
        let server = Server::start(move |asked| asked.is("GET", &name).then(|| fault.clone()));
        push(&artifact, &server.reference());
        let folder = Folder::new();
        let puller = puller(&folder);
        let pulled = puller.pull(&server.reference().into()).unwrap();
        let error = puller.unpack(&pulled, &["manifests"]).unwrap_err();
        assert!(error.message.contains(words), "{error:?}");
        assert!(error.kind == kind || words == "cannot read blob", "{error:?}");
        assert!(!error.hint.clone().unwrap_or_default().contains("push to"), "{error:?}");
        let blob = folder.path().join("cache/blobs/sha256").join(layer.digest().hex());
        assert!(!blob.exists());
        assert_eq!(leftovers(&folder.path().join("cache")), 0);
    }
}

#[test]
fn what_a_reference_must_not_name_is_named() {
    let catalog = || vec![Tar::default().file("configs/a.yaml", "schema: olm.package\nname: a\n").end()];
    let labels =
        |pairs: &[(&str, &str)]| -> Value { json!(pairs.iter().copied().collect::<BTreeMap<_, _>>()) };
    let configs = |folder: &str| labels(&[(CONFIGS, folder), (PACKAGE, "a")]);
    let server = Server::start(|_| None);
    let same = |_: &mut Value| {};
    for (labels, words) in [
        (configs("/nowhere"), "names the folder `/nowhere`, which is not there"),
        (configs(""), "is empty"),
        (configs("../x"), "leads out of the image"),
        (configs("configs/a.yaml"), "names `configs/a.yaml`, which is no folder"),
        (labels(&[(PACKAGE, "a")]), "it has no folder `/manifests`"),
        (labels(&[("operators.operatorframework.io.index.database.v1", "/database")]), "an sqlite database"),
        (labels(&[("a", "b"), ("c", "d")]), "could not be determined: found labels `a=b`, `c=d`"),
        (labels(&[]), "could not be determined: it has no labels"),
        (Value::Null, "could not be determined: it has no labels"),
    ] {
        store(&server, &catalog(), &labels, same);
        let error = load_error(&server);
        assert!(error.message.contains(words), "{error}");
    }
    let set = |key: &'static str, value: Value| move |manifest: &mut Value| manifest[key] = value.clone();
    let config =
        |kind: &'static str| move |manifest: &mut Value| manifest["config"]["mediaType"] = kind.into();
    type Change = Box<dyn Fn(&mut Value)>;
    let changes: Vec<(Change, &str)> = vec![
        (
            Box::new(config("application/vnd.cncf.helm.config.v1+json")),
            "no image but `application/vnd.cncf.helm",
        ),
        (
            Box::new(set("mediaType", "application/vnd.docker.distribution.manifest.v1+prettyjws".into())),
            "schema 1",
        ),
        (Box::new(set("mediaType", "application/spdx+json".into())), "no image but `application/spdx+json`"),
        (Box::new(set("manifests", json!([]))), "an image and an index at once"),
        (Box::new(|manifest| drop(manifest.as_object_mut().unwrap().remove("layers"))), "lacks what"),
        (
            Box::new(set("layers", json!([{ "mediaType": "x", "digest": "sha512:0", "size": 1 }]))),
            "is not a digest",
        ),
    ];
    for (change, words) in changes {
        store(&server, &catalog(), &configs("/configs"), change);
        let error = load_error(&server);
        assert!(format!("{error} {}", error.hint.clone().unwrap()).contains(words), "{error:?}");
    }
    server.store("v1", "text/html", b"<html>please log in</html>");
    assert!(load_error(&server).message.contains("it is no image but `text/html`"));
    let error = load_error(&Server::start(|_| None));
    assert!(error.message.contains("there is no 127.0.0.1:"), "{error}");
}

#[test]
fn a_manifest_need_not_say_what_it_is() {
    let server = Server::start(|_| None);
    let layer = Tar::default().file("configs/a.yaml", "schema: olm.package\nname: a\n").end();
    let labels = json!({ CONFIGS: "/configs" });
    store(&server, &[layer], &labels, |manifest| drop(manifest.as_object_mut().unwrap().remove("mediaType")));
    let folder = Folder::new();
    let pulled = puller(&folder).pull(&server.reference().into()).unwrap();
    let before = server.log().len();
    // By another name, the cache alone answers, and does not know what the registry said of it.
    let pinned = server.reference().pinned(pulled.digest);
    assert_eq!(puller(&folder).pull(&pinned.into()).unwrap().labels.len(), 1);
    assert_eq!(server.log().len(), before);
}

#[test]
fn an_image_is_chosen_from_several() {
    let server = Server::start(|_| None);
    let index = |names: &[&str]| {
        let platforms = names.iter().map(|name| name.parse().unwrap()).collect();
        let artifact = build(&image::Options { platforms, ..image::Options::default() });
        push(&artifact, &server.reference());
    };
    let pull = |platform: Option<&str>| {
        let folder = Folder::new();
        let platform = platform.map(|name| name.parse::<Platform>().unwrap());
        let puller = puller_with(folder.path(), PullOptions { platform, ..options() });
        puller.pull(&server.reference().into()).map(|pulled| pulled.labels.len())
    };
    index(&["linux/s390x"]);
    assert_eq!(pull(None).unwrap(), 1);
    assert!(pull(Some("linux/arm64")).unwrap_err().message.contains("no image for linux/arm64"));
    index(&["linux/s390x", "linux/arm64/v8"]);
    assert_eq!(pull(Some("linux/arm64")).unwrap(), 1);
    assert_eq!(pull(Some("linux/arm64/v8")).unwrap(), 1);
    let error = pull(Some("linux/arm64/v7")).unwrap_err();
    assert!(error.hint.unwrap().contains("linux/s390x, linux/arm64/v8"));
    index(&["linux/riscv64", "linux/amd64", "linux/arm64", "linux/ppc64le", "linux/s390x"]);
    assert_eq!(pull(None).unwrap(), 1);
}

#[test]
fn limits_hold_for_images() {
    let server = Server::start(|_| None);
    let layer = Tar::default().file("configs/a.yaml", &"# long\n".repeat(300)).end();
    store(&server, &[layer], &json!({ CONFIGS: "/configs" }), |_| {});
    let folder = Folder::new();
    let cache = folder.path().join("cache").display().to_string();
    let name = server.reference().to_string();
    for (option, value, words) in [
        ("--max-file", "1k", "has more than 1024 bytes"),
        ("--max-kept", "1k", "more than 1024 bytes together"),
        ("--max-unpacked", "1k", "more than 1024 bytes"),
        ("--max-entries", "0", "more than 0 files"),
        ("--max-path", "3", "is longer than 3 bytes"),
    ] {
        let run = Olmcat::new(["render", &name, "--cache", &cache, option, value]).run().exits(2);
        assert!(run.stderr().contains(words) && run.stderr().contains(option), "{}", run.stderr());
    }
    Olmcat::new(["render", &name, "--cache", &cache]).run().exits(0);
    assert_eq!(Limits::default().path, 4096);
}

#[test]
fn a_blob_is_read_into_any_sink() {
    let server = Server::start(|_| None);
    let artifact = demo_bundle();
    push(&artifact, &server.reference());
    let remote = Remote::new(&server.reference(), options().remote).unwrap();
    let layer = &single(&artifact).layers()[0];
    let folder = Folder::new();
    let path: PathBuf = folder.write("blob", "");
    let mut file = fs::File::create(&path).unwrap();
    remote.copy_blob(layer.descriptor(), &mut file).unwrap();
    assert_eq!(Digest::of(&fs::read(&path).unwrap()), layer.digest());
    let mut read_only = fs::File::open(&path).unwrap();
    let error = remote.copy_blob(layer.descriptor(), &mut read_only).unwrap_err();
    assert_eq!(error.kind, Kind::File);
    assert_eq!(server.count("GET", &layer.digest().to_string()), 2);
}
