//! A catalog image and its layout: the bytes are always the same, and other tools read them.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use olmcat::image::{self, CONFIGS_LABEL, Options};
use olmcat::oci::layout::{self, Layout};
use olmcat::oci::{Artifact, Digest, Error, Image, Kind, Platform, Source, Temporary};

use crate::support::{Folder, tool};

/// Two files, not in order.
pub fn tiny() -> Vec<(String, Vec<u8>)> {
    let catalog = "---\nschema: olm.package\nname: demo\ndefaultChannel: stable\n";
    vec![
        ("demo/catalog.yaml".to_owned(), catalog.into()),
        ("another/catalog.yaml".to_owned(), catalog.replace("demo", "another").into()),
    ]
}

pub fn build(options: &Options) -> Artifact {
    catalog(&tiny(), options).unwrap_or_else(|error| panic!("{error}"))
}

/// The image of files that are held.
pub fn catalog(files: &[(String, Vec<u8>)], options: &Options) -> Result<Artifact, Error> {
    let files: Vec<_> = files.iter().map(|(path, bytes)| (path.clone(), Source::Bytes(bytes))).collect();
    image::catalog(&files, options)
}

pub fn single(artifact: &Artifact) -> &Image {
    match artifact {
        Artifact::Image(image) => image,
        Artifact::Index(_) => panic!("an index"),
    }
}

fn json(bytes: &[u8]) -> serde_json::Value {
    serde_json::from_slice(bytes).unwrap()
}

/// What the command prints, which must succeed.
#[track_caller]
pub fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// These change with the compressor (`layer`, `manifest`) or never. When the first one changes, every
/// catalog that anybody built changes its contents: think twice.
#[test]
fn golden_digests() {
    let artifact = build(&Options::default());
    let image = single(&artifact);
    let config = json(image.config().bytes());
    assert_eq!(
        config["rootfs"]["diff_ids"][0],
        "sha256:f5ffa1d7d6d87206a2fdd356a9bba42a8905d5405f975b6e20396cee5ecf75cc"
    );
    assert_eq!(
        image.layers()[0].digest().to_string(),
        "sha256:6c331803e5ff1c8b88de5155767c145d19463bda54a66b145bb8eef6c87e06c7"
    );
    assert_eq!(
        image.config().digest().to_string(),
        "sha256:ca08dc69ab02ba2b2a2e033944aeaf52fe866ab199ec9aa29e7b537bcdaf3470"
    );
    assert_eq!(
        artifact.digest().to_string(),
        "sha256:c98385a1c29baf4f126cf627336205792843ebea7411b0b1966ab2768fff4ada"
    );

    let platforms = vec![Platform::linux("amd64"), Platform::linux("arm64")];
    let index = build(&Options { epoch: Some(1_700_000_000), platforms, ..Options::default() });
    assert_eq!(
        index.digest().to_string(),
        "sha256:8e962fd8103c507ee91940f1d45b09836b20401201100438fc6a4af5600a7bea"
    );
}

#[test]
fn built_twice_equal_in_any_order() {
    let mut files = tiny();
    files.reverse();
    assert_eq!(catalog(&files, &Options::default()).unwrap(), build(&Options::default()));
    let later = build(&Options { epoch: Some(1), ..Options::default() });
    assert_ne!(later.digest(), build(&Options::default()).digest());
}

#[test]
fn the_config_says_what_consumers_ask() {
    let labels = BTreeMap::from([
        ("org.example".to_owned(), "kept".to_owned()),
        (CONFIGS_LABEL.to_owned(), "/elsewhere".to_owned()),
    ]);
    let artifact = build(&Options { epoch: Some(1_700_000_000), labels, ..Options::default() });
    let config = json(single(&artifact).config().bytes());
    assert_eq!(config["config"]["Labels"][CONFIGS_LABEL], "/configs");
    assert_eq!(config["config"]["Labels"]["org.example"], "kept");
    assert_eq!(config["config"]["User"], "1001");
    assert_eq!(config["config"]["WorkingDir"], "/");
    assert_eq!((&config["os"], &config["architecture"]), (&"linux".into(), &"amd64".into()));
    assert_eq!(config["created"], "2023-11-14T22:13:20Z");
    assert_eq!(config["history"][0]["created"], "2023-11-14T22:13:20Z");
    let manifest = json(artifact.manifest().bytes());
    assert_eq!(manifest["mediaType"], "application/vnd.oci.image.manifest.v1+json");
    assert_eq!(manifest["layers"][0]["mediaType"], "application/vnd.oci.image.layer.v1.tar+gzip");
}

#[test]
fn platforms_share_the_layer() {
    let platforms = vec!["linux/amd64".parse().unwrap(), "linux/arm64/v8".parse().unwrap()];
    let annotations = BTreeMap::from([("org.example".to_owned(), "note".to_owned())]);
    let artifact = build(&Options { platforms, annotations, ..Options::default() });
    let index = json(artifact.manifest().bytes());
    assert_eq!(index["mediaType"], "application/vnd.oci.image.index.v1+json");
    assert_eq!(index["annotations"]["org.example"], "note");
    assert_eq!(
        index["manifests"][1]["platform"],
        serde_json::json!({"os": "linux", "architecture": "arm64", "variant": "v8"})
    );
    assert_eq!(artifact.blobs().len(), 3, "one layer, two configurations");
    assert_eq!(artifact.manifests().last().unwrap().digest(), artifact.digest());
    for (entry, manifest) in index["manifests"].as_array().unwrap().iter().zip(artifact.manifests()) {
        assert_eq!(entry["digest"], manifest.digest().to_string());
        assert_eq!(json(manifest.bytes())["annotations"]["org.example"], "note");
    }
}

#[test]
fn odd_wishes_are_refused() {
    let of = |paths: &[&str]| {
        let files: Vec<_> = paths.iter().map(|path| ((*path).to_owned(), Vec::new())).collect();
        catalog(&files, &Options::default())
    };
    for path in ["", "/a", "a/", "a//b", "../a", "a/../../b", "./a", "a\0b"] {
        assert_eq!(of(&[path]).unwrap_err().kind, Kind::Input, "{path:?}");
    }
    for paths in [&["a", "a"][..], &["a", "a/b"], &["a/b", "a"], &[]] {
        assert_eq!(of(paths).unwrap_err().kind, Kind::Input, "{paths:?}");
    }
    let twice = Options { platforms: vec![Platform::linux("amd64"); 2], ..Options::default() };
    assert!(catalog(&tiny(), &twice).unwrap_err().message.contains("linux/amd64 is named twice"));
    let options = Options { epoch: Some(1_700_000_000_000), ..Options::default() };
    assert!(catalog(&tiny(), &options).unwrap_err().hint.unwrap().contains("milliseconds"));
}

/// GNU tar, asked for the same archive, writes the same bytes.
#[test]
fn the_archive_is_what_tar_would_write() {
    let Some(tar) = tool("tar") else { return };
    let folder = Folder::new();
    // Bytewise, `a-b` stands before `a/`; people and collations disagree.
    let paths = [
        "a/z.yaml",
        "a-b/c.yaml",
        "a.yaml",
        "Z.yaml",
        "é/ü.yaml",
        &format!("{}/{}", "d".repeat(40), "f".repeat(51)),
    ];
    let files = paths.map(|path| (path.to_owned(), path.repeat(100).into_bytes())).to_vec();
    let artifact = catalog(&files, &Options { epoch: Some(1_700_000_000), ..Options::default() }).unwrap();
    for (path, bytes) in files {
        folder.write(&format!("configs/{path}"), bytes);
    }
    let list = output(Command::new("find").args(["configs"]).current_dir(folder.path()));
    let mut list: Vec<&str> = list.lines().collect();
    list.sort_unstable();
    folder.write("list", list.join("\n"));
    let archive = folder.path().join("theirs.tar");
    let mut theirs = Command::new(tar);
    theirs.arg("-cf").arg(&archive).args([
        "--format=ustar",
        "-b1",
        "--no-recursion",
        "--mtime=@1700000000",
        "--owner=0",
        "--group=0",
        "--numeric-owner",
        "--mode=u=rwX,go=rX",
        "-T",
        "list",
    ]);
    output(theirs.current_dir(folder.path()));
    let theirs = fs::read(&archive).unwrap();
    assert_eq!(
        json(single(&artifact).config().bytes())["rootfs"]["diff_ids"][0],
        Digest::of(&theirs).to_string()
    );
}

#[test]
fn long_names_are_read_by_tar() {
    let Some(tar) = tool("tar") else { return };
    let folder = Folder::new();
    let long: Vec<String> =
        [91, 92, 93, 150, 250].iter().map(|length| format!("{0}/{0}.yaml", "n".repeat(*length))).collect();
    let files: Vec<_> = long.iter().map(|path| (path.clone(), path.clone().into_bytes())).collect();
    let artifact = catalog(&files, &Options::default()).unwrap();
    let archive = folder.write("layer.tar.gz", single(&artifact).layers()[0].read().unwrap());
    let list = output(Command::new(&tar).arg("tzvf").arg(&archive).args(["--numeric-owner", "--utc"]));
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(lines[0], "drwxr-xr-x 0/0               0 1970-01-01 00:00 configs/");
    assert_eq!(lines.len(), 1 + 2 * long.len());
    assert!(lines[2].starts_with("-rw-r--r-- 0/0"), "{}", lines[2]);
    output(Command::new(tar).arg("xzf").arg(&archive).arg("-C").arg(folder.path()));
    for path in long {
        assert_eq!(fs::read_to_string(folder.path().join("configs").join(&path)).unwrap(), path);
    }
}

#[test]
fn a_layout_reads_back() {
    let folder = Folder::new();
    let out = folder.path().join("deep/down/out");
    let platforms = vec![Platform::linux("amd64"), Platform::linux("s390x")];
    let artifact = build(&Options { platforms, ..Options::default() });
    layout::write(&out, &artifact, "v1").unwrap();
    let layout = Layout::open(&out).unwrap();
    assert_eq!(layout.entries().map(|(name, _)| name).collect::<Vec<_>>(), [Some("v1")]);
    assert_eq!(layout.artifact(None).unwrap(), artifact);
    assert_eq!(layout.artifact(Some("v1")).unwrap(), artifact);
    assert_eq!(layout.artifact(Some("v2")).unwrap_err().kind, Kind::NotFound);
    let files: Vec<_> =
        fs::read_dir(out.join("blobs/sha256")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 6);
    for file in files {
        assert_eq!(Digest::of(&fs::read(&file).unwrap()).hex(), file.file_name().unwrap().to_str().unwrap());
    }
    assert_eq!(names(out.parent().unwrap()), ["out"], "nothing temporary stays");
    assert_eq!(names(&out), ["blobs", "index.json", "oci-layout"]);

    let layer = out.join("blobs/sha256").join(artifact.blobs()[0].digest().hex());
    let mut bytes = fs::read(&layer).unwrap();
    bytes[20] ^= 1;
    fs::write(&layer, &bytes).unwrap();
    assert_eq!(layout.artifact(None).unwrap_err().kind, Kind::Corrupt);
    bytes.pop();
    fs::write(&layer, &bytes).unwrap();
    assert_eq!(layout.artifact(None).unwrap_err().kind, Kind::Corrupt);
    // Writing again heals it.
    layout::write(&out, &artifact, "v1").unwrap();
    assert_eq!(layout.artifact(None).unwrap(), artifact);
}

fn names(folder: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(name).collect();
    names.sort();
    names
}

#[test]
fn a_layout_keeps_other_names() {
    let folder = Folder::new();
    let (first, second) =
        (build(&Options::default()), build(&Options { epoch: Some(1), ..Options::default() }));
    // An empty folder may be a mount point: it is filled, not replaced.
    layout::write(folder.path(), &first, "v1").unwrap();
    let index = fs::read_to_string(folder.path().join("index.json")).unwrap();
    let foreign = index.replacen('{', r#"{"annotations":{"theirs":"kept"},"#, 1);
    fs::write(folder.path().join("index.json"), foreign).unwrap();

    layout::write(folder.path(), &second, "v2").unwrap();
    layout::write(folder.path(), &second, "latest").unwrap();
    layout::write(folder.path(), &first, "latest").unwrap();
    let layout = Layout::open(folder.path()).unwrap();
    assert_eq!(layout.artifact(Some("v1")).unwrap(), first);
    assert_eq!(layout.artifact(Some("v2")).unwrap(), second);
    assert_eq!(layout.artifact(Some("latest")).unwrap(), first);
    assert_eq!(layout.entries().count(), 3);
    assert!(layout.artifact(None).unwrap_err().hint.unwrap().contains("v1, v2, latest"));
    assert!(fs::read_to_string(folder.path().join("index.json")).unwrap().contains("theirs"));
}

#[test]
fn a_folder_of_something_else_is_left_alone() {
    let folder = Folder::new();
    let file = folder.write("precious.txt", "precious");
    let artifact = build(&Options::default());
    let error = layout::write(folder.path(), &artifact, "v1").unwrap_err();
    assert!(error.message.ends_with("is not empty and not an OCI layout"), "{error}");
    let error = layout::write(&file, &artifact, "v1").unwrap_err();
    assert!(error.message.contains("is a file"), "{error}");
    assert_eq!(names(folder.path()), ["precious.txt"]);
    for name in ["", "v 1", "-v1", "v1\n", "v1/"] {
        assert_eq!(layout::write(&folder.path().join("new"), &artifact, name).unwrap_err().kind, Kind::Input);
    }
    assert_eq!(Layout::open(folder.path()).unwrap_err().kind, Kind::Input);
}

/// A folder in the way of the manifest stands for a full disk: layer and configuration were written already.
#[test]
fn a_failure_takes_back_what_was_written() {
    let folder = Folder::new();
    let (first, second) =
        (build(&Options::default()), build(&Options { epoch: Some(1), ..Options::default() }));
    let out = folder.path().join("out");
    layout::write(&out, &first, "v1").unwrap();
    let before = names(&out.join("blobs/sha256"));
    let obstacle = out.join("blobs/sha256").join(second.digest().hex());
    fs::create_dir(&obstacle).unwrap();
    assert_eq!(layout::write(&out, &second, "v1").unwrap_err().kind, Kind::File);
    fs::remove_dir(&obstacle).unwrap();
    assert_eq!(names(&out.join("blobs/sha256")), before);
    assert_eq!(Layout::open(&out).unwrap().artifact(Some("v1")).unwrap(), first);
}

#[test]
fn a_read_only_folder_is_an_error() {
    let folder = Folder::new();
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o555)).unwrap();
    // Root writes where nobody may; /proc refuses even root.
    let root = fs::write(closed.join("probe"), "").is_ok();
    let out = if root { Path::new("/proc/olmcat").to_owned() } else { closed.join("out") };
    let error = layout::write(&out, &build(&Options::default()), "v1").unwrap_err();
    assert_eq!(error.kind, Kind::File);
    assert!(error.message.starts_with("cannot create"), "{error}");
    assert!(error.hint.is_some());
}

#[test]
fn two_writers_do_not_meet() {
    let folder = Folder::new();
    let artifact = build(&Options::default());
    layout::write(folder.path(), &artifact, "v1").unwrap();
    let held = fs::File::open(folder.path().join("oci-layout")).unwrap();
    held.lock().unwrap();
    let error = layout::write(folder.path(), &artifact, "v2").unwrap_err();
    assert!(error.message.contains("another process is writing"), "{error}");
    // Who has not long to wait, waits.
    let soon = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(200));
        held.unlock().unwrap();
    });
    layout::write(folder.path(), &artifact, "v2").unwrap();
    soon.join().unwrap();
}

/// A program that another thread begins inherits what is open, and with it the lock of a file that is being written.
#[test]
fn what_is_kept_is_locked_by_nobody() {
    let folder = Folder::new();
    let temporary = Temporary::create(folder.path(), "oci-layout").unwrap();
    let inherited = temporary.file.try_clone().unwrap();
    temporary.keep(&folder.path().join("oci-layout")).unwrap();
    fs::File::open(folder.path().join("oci-layout")).unwrap().try_lock().unwrap();
    drop(inherited);
}

#[test]
fn skopeo_reads_the_layout() {
    let Some(skopeo) = tool("skopeo") else { return };
    let folder = Folder::new();
    let platforms = vec![Platform::linux("amd64"), Platform::linux("arm64")];
    for (name, platforms) in [("single", Vec::new()), ("index", platforms)] {
        let artifact = build(&Options { platforms, ..Options::default() });
        let out = folder.path().join("layout");
        layout::write(&out, &artifact, name).unwrap();
        let source = format!("oci:{}:{name}", out.display());
        let found =
            json(output(Command::new(&skopeo).args(["--insecure-policy", "inspect", &source])).as_bytes());
        assert_eq!(found["Labels"][CONFIGS_LABEL], "/configs");
        let raw =
            Command::new(&skopeo).args(["--insecure-policy", "inspect", "--raw", &source]).output().unwrap();
        assert_eq!(Digest::of(&raw.stdout), artifact.digest());
        // Copying, unlike inspecting, verifies every blob.
        let copy = folder.path().join(name);
        let target = format!("dir:{}", copy.display());
        output(Command::new(&skopeo).args(["--insecure-policy", "copy", "-q", "--all", &source, &target]));
        assert_eq!(Digest::of(&fs::read(copy.join("manifest.json")).unwrap()), artifact.digest());
    }
}
