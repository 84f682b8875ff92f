//! One image in many places: registries, layouts and archives, with skopeo and umoci as second opinions.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use olmcat::image::Options;
use olmcat::oci::layout::{self, Layout};
use olmcat::oci::{Artifact, Blob, Compression, Digest, Format, Place, Platform, archive};

use crate::image::{build, output, single, tiny};
use crate::registry::{Registry, platforms};
use crate::server::Server;
use crate::support::{Folder, Olmcat, tool};

/// One of each kind that we build.
fn kinds() -> Vec<(&'static str, Artifact)> {
    let of = |compression, format| build(&Options { compression, format, ..Options::default() });
    vec![
        ("gzip", of(Compression::Gzip, Format::Oci)),
        ("zstd", of(Compression::Zstd, Format::Oci)),
        ("plain", of(Compression::None, Format::Oci)),
        ("docker", of(Compression::Gzip, Format::Docker)),
        ("index", build(&platforms())),
        ("docker-index", build(&Options { format: Format::Docker, ..platforms() })),
    ]
}

/// Runs olmcat in a folder, with a cache there; returns what it prints.
#[track_caller]
pub fn olmcat(folder: &Folder, args: &[&str]) -> String {
    let cache = folder.path().join("cache");
    let run = Olmcat::new(args).current_dir(folder.path()).env("OLMCAT_CACHE", cache).run().exits(0);
    run.stdout().trim().to_owned()
}

fn skopeo(args: &[&str]) -> Option<String> {
    Some(output(Command::new(tool("skopeo")?).arg("--insecure-policy").args(args)))
}

/// Has skopeo copy an image, which verifies every blob, and compares the digest.
pub fn skopeo_agrees(source: &str, digest: Digest) {
    let folder = Folder::new();
    let copy = folder.path().join("copy");
    let target = format!("dir:{}", copy.display());
    let arguments = ["copy", "-q", "--all", "--preserve-digests", "--src-tls-verify=false", source, &target];
    if skopeo(&arguments).is_some() {
        let manifest = fs::read(copy.join("manifest.json")).unwrap();
        assert_eq!(Digest::of(&manifest), digest, "{source}");
    }
}

#[test]
fn an_image_goes_everywhere_and_stays_the_same() {
    let (Some(one), Some(two)) = (Registry::plain(), Registry::plain()) else { return };
    for (name, artifact) in kinds() {
        let folder = Folder::new();
        let digest = artifact.digest().to_string();
        layout::write(&folder.path().join("first"), &artifact, "v1").unwrap();
        let (first, second) =
            (one.reference(&format!("demo/{name}:v1")), two.reference(&format!("x/{name}:v2")));
        let ways = [
            ("first", first.to_string()),
            ("first", "./second.tar".to_owned()),
            ("second.tar", second.to_string()),
            (&*format!("docker://{first}"), "oci:third:named/x:v1".to_owned()),
            ("third:named/x:v1", "oci-archive:fourth".to_owned()),
            ("oci-archive:fourth", second.to_string()),
            // The repository beside it has all of it.
            (&*second.to_string(), two.reference(&format!("y/{name}:v1")).to_string()),
            (&*second.to_string(), one.reference(&format!("z/{name}")).to_string()),
        ]
        .map(|(from, to)| (from.to_owned(), to));
        for (from, to) in &ways {
            assert_eq!(olmcat(&folder, &["copy", from, to]), digest, "{name}: {from} to {to}");
        }
        let third = Layout::open(&folder.path().join("third")).unwrap();
        assert_eq!(third.artifact(Some("named/x:v1")).unwrap(), artifact);
        let fourth = Layout::open(&folder.path().join("fourth")).unwrap();
        assert_eq!(fourth.artifact(Some("named/x:v1")).unwrap(), artifact);
        for source in ["y", "x"].map(|below| two.reference(&format!("{below}/{name}"))) {
            let tag = if source.repository().starts_with('y') { "v1" } else { "v2" };
            skopeo_agrees(&format!("docker://{source}:{tag}"), artifact.digest());
        }
        let pinned = one.reference(&format!("z/{name}")).pinned(artifact.digest());
        skopeo_agrees(&format!("docker://{pinned}"), artifact.digest());
        // skopeo's layouts hold nothing of docker's.
        if !name.contains("docker") {
            skopeo_agrees(&format!("oci:{}:v1", folder.path().join("first").display()), artifact.digest());
            skopeo_agrees(
                &format!("oci-archive:{}", folder.path().join("second.tar").display()),
                artifact.digest(),
            );
        }
    }
}

#[test]
fn what_skopeo_writes_is_read() {
    let (Some(registry), true) = (Registry::plain(), tool("skopeo").is_some()) else { return };
    let artifact = build(&platforms());
    let folder = Folder::new();
    let reference = registry.reference("demo/catalog:v1");
    layout::write(&folder.path().join("ours"), &artifact, "v1").unwrap();
    olmcat(&folder, &["copy", "ours", &reference.to_string()]);
    let (archive, source) = (folder.path().join("theirs.tar"), format!("docker://{reference}"));
    let target = format!("oci-archive:{}:quay.io/demo/x:v1", archive.display());
    skopeo(&["copy", "-q", "--all", "--preserve-digests", "--src-tls-verify=false", &source, &target]);
    assert_eq!(olmcat(&folder, &["copy", "theirs.tar", "oci:back"]), artifact.digest().to_string());
    let back = Layout::open(&folder.path().join("back")).unwrap();
    assert_eq!(back.artifact(Some("quay.io/demo/x:v1")).unwrap(), artifact);
    let raw =
        Olmcat::new(["inspect", "--raw", archive.to_str().unwrap()]).env("OLMCAT_CACHE", "/nowhere").run();
    assert_eq!(raw.exits(0).stdout().as_bytes(), artifact.manifest().bytes());
    // A docker archive is another thing, and that is said.
    let docker = format!("docker-archive:{}:demo:v1", folder.path().join("docker.tar").display());
    skopeo(&["copy", "-q", "--src-tls-verify=false", &source, &docker]);
    let run = Olmcat::new(["inspect", "docker.tar"]).current_dir(folder.path()).run().exits(2);
    assert!(run.stderr().contains("docker-archive:FILE"), "{}", run.stderr());
}

#[test]
fn umoci_unpacks_what_we_write() {
    let Some(umoci) = tool("umoci") else { return };
    for (name, artifact) in kinds().into_iter().filter(|(name, _)| matches!(*name, "gzip" | "plain")) {
        let folder = Folder::new();
        layout::write(&folder.path().join("layout"), &artifact, "v1").unwrap();
        let bundle = folder.path().join("bundle");
        let image = format!("{}:v1", folder.path().join("layout").display());
        output(Command::new(&umoci).args(["unpack", "--rootless", "--image", &image]).arg(&bundle));
        for (path, bytes) in tiny() {
            assert_eq!(fs::read(bundle.join("rootfs/configs").join(path)).unwrap(), bytes, "{name}");
        }
    }
}

#[test]
fn one_platform_is_chosen() {
    let folder = Folder::new();
    let artifact = build(&platforms());
    layout::write(&folder.path().join("all"), &artifact, "v1").unwrap();
    let digest = olmcat(&folder, &["copy", "--platform", "linux/s390x", "all", "oci:one"]);
    let one = Layout::open(&folder.path().join("one")).unwrap().artifact(None).unwrap();
    assert_eq!(one.digest().to_string(), digest);
    assert_eq!(Artifact::Image(artifact.image(Some(&Platform::linux("s390x"))).unwrap().clone()), one);
    let run =
        Olmcat::new(["copy", "--platform", "linux/riscv64", "all", "oci:none"]).current_dir(folder.path());
    let run = run.run().exits(2);
    assert!(run.stderr().contains("no image for linux/riscv64"), "{}", run.stderr());
    assert!(!folder.path().join("none").exists());
}

#[test]
fn an_archive_gains_images_and_its_bytes_are_always_the_same() {
    let folder = Folder::new();
    let (first, second) =
        (build(&Options::default()), build(&Options { epoch: Some(1), ..Options::default() }));
    let (one, two) = (folder.path().join("one.tar"), folder.path().join("two.tar"));
    archive::write(&one, &[(Some("v1".to_owned()), first.clone())]).unwrap();
    archive::write(&one, &[(Some("v2".to_owned()), second.clone())]).unwrap();
    archive::write(&two, &[(Some("v1".to_owned()), first.clone()), (Some("v2".to_owned()), second.clone())])
        .unwrap();
    assert!(fs::read(&one).unwrap() == fs::read(&two).unwrap());
    let layout = Layout::open(&one).unwrap();
    assert_eq!(
        (layout.artifact(Some("v1")).unwrap(), layout.artifact(Some("v2")).unwrap()),
        (first.clone(), second)
    );
    // What is not an archive stays.
    let precious = folder.write("precious.tar", "precious");
    assert!(archive::write(&precious, &[(Some("v1".to_owned()), first)]).is_err());
    assert_eq!(fs::read(precious).unwrap(), b"precious");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "nothing temporary stays");
}

/// Entries that nobody here can read stay in an index and hide nothing.
#[test]
fn what_others_wrote_into_an_index_stays() {
    let folder = Folder::new();
    let artifact = build(&Options::default());
    layout::write(folder.path(), &artifact, "v1").unwrap();
    let strange = serde_json::json!({
        "mediaType": "application/vnd.example+json", "digest": format!("sha512:{}", "0".repeat(128)), "size": 3,
        "annotations": { "org.opencontainers.image.ref.name": "strange" },
    });
    let file = folder.path().join("index.json");
    let mut index: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    index["manifests"].as_array_mut().unwrap().insert(0, strange.clone());
    fs::write(&file, index.to_string()).unwrap();
    layout::write(folder.path(), &artifact, "v2").unwrap();
    let index: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    assert_eq!(index["manifests"][0], strange);
    let layout = Layout::open(folder.path()).unwrap();
    assert_eq!(layout.artifact(Some("v2")).unwrap(), artifact);
    assert!(layout.artifact(Some("strange")).unwrap_err().message.contains("0 images named `strange`"));
}

/// A header of tar, with its checksum.
fn header(path: &str, kind: u8, size: &str, link: &str) -> Vec<u8> {
    let mut block = vec![0; 512];
    block[..path.len()].copy_from_slice(path.as_bytes());
    block[100..107].copy_from_slice(b"0000644");
    block[124..124 + size.len()].copy_from_slice(size.as_bytes());
    block[148..156].copy_from_slice(b"        ");
    block[156] = kind;
    block[157..157 + link.len()].copy_from_slice(link.as_bytes());
    block[257..263].copy_from_slice(b"ustar\0");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

#[test]
fn bad_archives_are_refused_and_the_blob_is_named() {
    let folder = Folder::new();
    let artifact = build(&Options::default());
    let file = folder.path().join("good.tar");
    archive::write(&file, &[(Some("v1".to_owned()), artifact.clone())]).unwrap();
    let good = fs::read(&file).unwrap();
    let refused = |name: &str, bytes: &[u8], words: &str| {
        let path = folder.write(&format!("{name}.tar"), bytes);
        let path = format!("oci-archive:{}", path.display());
        for command in ["inspect", "validate", "render"] {
            let run = Olmcat::new([command, &path])
                .env("OLMCAT_CACHE", "/nowhere")
                .behind("ulimit -v 4000000")
                .run();
            let run = run.exits(2);
            assert!(run.stderr().contains(words), "{name}, {command}: {}", run.stderr());
        }
    };
    // Cut anywhere, it is never taken for whole.
    for end in (0..good.len() - 1536).step_by(512).flat_map(|end| [end, end + 100]) {
        let path = folder.write("cut.tar", &good[..end]);
        let read = Layout::open(&path).and_then(|layout| layout.artifact(None));
        assert!(read.is_err(), "cut at {end}");
    }
    refused("empty", b"", "no `oci-layout`");
    refused("noise", &vec![b'x'; 2048], "checksum is wrong");
    refused("gzipped", &[&[0x1f, 0x8b][..], &good].concat(), "it is compressed");
    let before = |entry: Vec<u8>| [entry, good.clone()].concat();
    refused("up", &before(header("../../etc/passwd", b'0', "00000000000", "")), "leads out of it");
    refused("root", &before(header("/etc/passwd", b'0', "00000000000", "")), "leads out of it");
    refused(
        "link",
        &before(header("index.json", b'2', "00000000000", "/etc/passwd")),
        "neither file nor folder",
    );
    refused(
        "hard",
        &before(header("index.json", b'1', "00000000000", "/etc/passwd")),
        "neither file nor folder",
    );
    refused("device", &before(header("oci-layout", b'3', "00000000000", "")), "neither file nor folder");
    refused("huge", &before(header("blob", b'0', "77777777777", "")), "ends");
    refused("negative", &before(header("blob", b'0', "-1", "")), "a size that is not a number");
    let layer = single(&artifact).layers()[0].digest().to_string();
    let hex = &layer[7..];
    // The name of the layer's file is in its header; another name leaves it missing.
    let mut missing = good.clone();
    let own = format!("blobs/sha256/{hex}");
    let name = missing.windows(own.len()).rposition(|window| window == own.as_bytes()).unwrap();
    let size = String::from_utf8(missing[name + 124..name + 135].to_vec()).unwrap();
    let entry = header(&format!("blobs/sha256/{}", "0".repeat(64)), b'0', &size, "");
    missing[name..name + 512].copy_from_slice(&entry);
    refused("missing", &missing, hex);
    let mut damaged = good.clone();
    damaged[name + 512 + 20] ^= 1;
    refused("damaged", &damaged, hex);
}

#[test]
fn bad_layouts_are_refused_and_the_blob_is_named() {
    let artifact = build(&Options::default());
    let (config, layer) = (single(&artifact).config().digest(), single(&artifact).layers()[0].digest());
    let blob = |folder: &Folder, digest: Digest| folder.path().join("blobs/sha256").join(digest.hex());
    type Damage<'a> = &'a dyn Fn(&Folder);
    let cases: [(&str, Digest, Damage<'_>); 6] = [
        ("gone", layer, &|folder| fs::remove_file(blob(folder, layer)).unwrap()),
        ("gone config", config, &|folder| fs::remove_file(blob(folder, config)).unwrap()),
        ("shorter", layer, &|folder| {
            fs::OpenOptions::new().write(true).open(blob(folder, layer)).unwrap().set_len(10).unwrap();
        }),
        ("longer", layer, &|folder| {
            fs::OpenOptions::new().append(true).open(blob(folder, layer)).unwrap().write_all(b"x").unwrap();
        }),
        ("another", artifact.digest(), &|folder| {
            let file = blob(folder, artifact.digest());
            let text = fs::read_to_string(&file).unwrap();
            fs::write(&file, text.replace("manifest.v1", "manifest.v2")).unwrap();
        }),
        ("a pipe", layer, &|folder| {
            fs::remove_file(blob(folder, layer)).unwrap();
            output(Command::new("mkfifo").arg(blob(folder, layer)));
        }),
    ];
    for (name, digest, damage) in cases {
        let folder = Folder::new();
        layout::write(folder.path(), &artifact, "v1").unwrap();
        damage(&folder);
        let run =
            Olmcat::new(["copy", folder.path().to_str().unwrap(), "oci:/nonexistent/x"]).behind("true").run();
        let run = run.exits(2);
        assert!(run.stderr().contains(&digest.hex()), "{name}: {}", run.stderr());
    }
    // An index of itself would need its own digest; one that lists too much ends as well.
    let folder = Folder::new();
    layout::write(folder.path(), &artifact, "v1").unwrap();
    let entry = serde_json::json!(artifact.manifest().descriptor());
    let many = serde_json::json!({ "schemaVersion": 2, "manifests": vec![entry; 1001] });
    let many = Blob::new("application/vnd.oci.image.index.v1+json", many.to_string().into_bytes());
    fs::write(blob(&folder, many.digest()), many.bytes()).unwrap();
    let index = serde_json::json!({ "schemaVersion": 2, "manifests": [many.descriptor()] });
    fs::write(folder.path().join("index.json"), index.to_string()).unwrap();
    let error = Layout::open(folder.path()).unwrap().artifact(None).unwrap_err();
    assert!(error.message.contains("more than 1000 manifests"), "{error}");
}

/// Pushed again, every blob and manifest costs one question, and nothing is sent.
#[test]
fn an_unchanged_push_asks_once_for_each_blob() {
    let server = Server::start(|_| None);
    let folder = Folder::new();
    for (name, artifact) in kinds() {
        layout::write(&folder.path().join("layout"), &artifact, name).unwrap();
        let reference = format!("{}/demo/{name}:v1", server.host());
        olmcat(&folder, &["copy", &format!("layout:{name}"), &reference]);
        let before = server.log().len();
        olmcat(&folder, &["copy", &format!("layout:{name}"), &reference]);
        let asked: Vec<String> =
            server.log()[before..].iter().map(|asked| format!("{} {}", asked.method, asked.path)).collect();
        let (blobs, manifests) = (artifact.blobs().len(), artifact.manifests().len());
        let count =
            |part: &str| asked.iter().filter(|line| line.starts_with("HEAD") && line.contains(part)).count();
        assert_eq!(count("/blobs/"), blobs, "{asked:?}");
        assert!(asked.iter().all(|line| line.starts_with("HEAD") || line == "GET /v2/"), "{asked:?}");
        // The tag is looked at before and, since it must name the image in the end, after.
        assert!(count("/manifests/") <= manifests + 1, "{asked:?}");
    }
}

#[test]
fn places_on_disk_are_known_by_what_is_there() {
    let folder = Folder::new();
    layout::write(&folder.path().join("a:b"), &build(&Options::default()), "v1").unwrap();
    let path = folder.path().join("a:b");
    let place = |text: &str| Place::on_disk(Path::new(text));
    let shown = path.display().to_string();
    assert_eq!(place(&shown), Some(Place::Layout(path.clone(), None)));
    assert_eq!(place(&format!("{shown}:v1")), Some(Place::Layout(path, Some("v1".to_owned()))));
    assert_eq!(place(&folder.path().display().to_string()), None);
}
