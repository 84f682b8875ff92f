//! `olmcat sign` and `verify` against a real registry, on disk, and against registries that misbehave.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use olmcat::diag::Report;
use olmcat::image::Options;
use olmcat::oci::remote::Login;
use olmcat::oci::{Artifact, Blob, Image, Reference, companion_tag, layout};
use olmcat::report::{Format, render};
use olmcat::text::Sources;
use serde_json::{Value, json};

use crate::image::build;
use crate::places::olmcat;
use crate::registry::{Registry, connect, platforms};
use crate::server::{Reply, Server};
use crate::support::{Folder, Olmcat, Run, tool};
use crate::trust::{keys, message_of, openssl_verifies};

const SIMPLE: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
const NOTE: &str = "dev.cosignproject.cosign/signature";

/// A folder with an image, and keys.
pub struct Scene {
    pub folder: Folder,
    artifact: Artifact,
    pub private: PathBuf,
    pub public: PathBuf,
}

impl Scene {
    pub fn new(artifact: Artifact) -> Option<Self> {
        let folder = Folder::new();
        let (private, public) = keys(&folder, "ours")?;
        layout::write(&folder.path().join("image"), &artifact, "v1").unwrap();
        Some(Scene { folder, artifact, private, public })
    }

    fn digest(&self) -> String {
        self.artifact.digest().to_string()
    }

    pub fn run(&self, args: &[&str]) -> Run {
        let cache = self.folder.path().join("cache");
        Olmcat::new(args).current_dir(self.folder.path()).env("OLMCAT_CACHE", cache).run()
    }

    fn sign(&self, place: &str, more: &[&str]) -> Run {
        let key = self.private.display().to_string();
        self.run(&[&["sign", place, "--key", &key], more].concat())
    }

    pub fn verify(&self, place: &str, more: &[&str]) -> Run {
        let key = self.public.display().to_string();
        self.run(&[&["verify", place, "--key", &key, "--format=concise"], more].concat())
    }

    /// Publishes the image.
    fn publish(&self, reference: &Reference) -> String {
        assert_eq!(olmcat(&self.folder, &["copy", "image", &reference.to_string()]), self.digest());
        reference.to_string()
    }
}

/// Reads a list of documents of cosign from a registry: each with the notes of its layer.
fn documents(reference: &Reference, artifact: &Artifact, suffix: &str) -> Vec<(Value, Vec<u8>)> {
    let remote = connect(reference, Login::Anonymous);
    let tag = companion_tag(artifact.digest(), suffix);
    let Some(manifest) = remote.find(reference, &tag).unwrap() else { return Vec::new() };
    let manifest: Value = serde_json::from_slice(manifest.bytes()).unwrap();
    let layers = manifest["layers"].as_array().unwrap().clone();
    let read = |layer: Value| {
        let blob = remote.get_blob(&serde_json::from_value(layer.clone()).unwrap()).unwrap();
        (layer, blob.bytes().to_vec())
    };
    layers.into_iter().map(read).collect()
}

#[test]
fn an_image_is_signed_once_and_verified() {
    let Some(registry) = Registry::plain() else { return };
    for (name, artifact) in [("single", build(&Options::default())), ("index", build(&platforms()))] {
        let Some(scene) = Scene::new(artifact) else { return };
        let reference = registry.reference(&format!("demo/{name}:v1"));
        let place = scene.publish(&reference);
        let none = scene.verify(&place, &[]).exits(1);
        assert!(
            none.stdout().contains("error[unsigned-image]: no signature of this key"),
            "{}",
            none.stdout()
        );

        assert_eq!(scene.sign(&place, &[]).exits(0).stdout().trim(), scene.digest());
        let signed = documents(&reference, &scene.artifact, ".sig");
        // Again with the same key, and with another.
        scene.sign(&place, &[]).exits(0);
        assert_eq!(documents(&reference, &scene.artifact, ".sig"), signed);
        let other = keys(&scene.folder, "other").unwrap();
        let other_key = other.0.display().to_string();
        scene.run(&["sign", &place, "--key", &other_key]).exits(0);
        assert_eq!(documents(&reference, &scene.artifact, ".sig").len(), 2);
        assert_eq!(documents(&reference, &scene.artifact, ".sig")[0], signed[0], "the first stays as it was");

        // In the eyes of `openssl`.
        let (layer, payload) = &signed[0];
        assert_eq!((signed.len(), layer["mediaType"].as_str().unwrap()), (1, SIMPLE));
        let bytes = BASE64_STANDARD.decode(layer["annotations"][NOTE].as_str().unwrap()).unwrap();
        assert!(openssl_verifies(&scene.public, payload, &bytes));
        let payload: Value = serde_json::from_slice(payload).unwrap();
        let repository = place.strip_suffix(":v1").unwrap();
        assert_eq!(payload["critical"]["identity"]["docker-reference"], repository);
        assert_eq!(payload["critical"]["image"]["docker-manifest-digest"], scene.digest());

        for key in [&scene.public, &other.1] {
            let key = key.display().to_string();
            let run = scene.run(&["verify", &place, "--key", &key]).exits(0);
            assert_eq!(run.stdout().trim(), scene.digest());
            let told = format!("verified: signature, legacy format, as {repository}\n");
            assert_eq!(run.stderr(), told);
        }
        let bundle = ["--signature-format", "bundle"];
        scene.sign(&place, &bundle).exits(0);
        scene.sign(&place, &bundle).exits(0);
        let run = scene.verify(&place, &[]).exits(0);
        assert!(run.stderr().ends_with("verified: signature, bundle format\n"), "{}", run.stderr());
        let listed = scene.run(&["referrers", &place, "--format", "json"]).exits(0).stdout();
        let listed: Value = serde_json::from_str(&listed).unwrap();
        assert_eq!(listed.as_array().unwrap().len(), 3, "{listed:#}");
        // The bundle, in the eyes of `openssl`.
        let digest = listed[2]["digest"].as_str().unwrap();
        let text = scene.run(&["referrers", &place, "--print", digest]).exits(0).stdout();
        let bundle: Value = serde_json::from_str(&text).unwrap();
        let (message, signature) = message_of(&bundle["dsseEnvelope"]);
        assert!(openssl_verifies(&scene.public, &message, &signature));
    }
}

#[test]
fn what_is_not_signed_by_us_for_this_image_is_a_finding() {
    let Some(registry) = Registry::plain() else { return };
    let Some(scene) = Scene::new(build(&Options::default())) else { return };
    let place = scene.publish(&registry.reference("demo/catalog:v1"));
    scene.sign(&place, &[]).exits(0);
    let stranger = keys(&scene.folder, "stranger").unwrap().1.display().to_string();
    let run = scene.run(&["verify", &place, "--key", &stranger, "--format=concise"]).exits(1);
    assert!(run.stdout().contains("it is not made with this key") && run.stderr().is_empty());

    // A signature of ours, moved to another image.
    let other = build(&platforms());
    layout::write(&scene.folder.path().join("other"), &other, "v1").unwrap();
    let second = registry.reference("demo/catalog:v2");
    olmcat(&scene.folder, &["copy", "other", &second.to_string()]);
    let repository = place.strip_suffix(":v1").unwrap();
    let tag = |artifact: &Artifact| format!("{repository}:{}", companion_tag(artifact.digest(), ".sig"));
    olmcat(&scene.folder, &["copy", &tag(&scene.artifact), &tag(&other)]);
    let run = scene.verify(&second.to_string(), &[]).exits(1);
    let expected = format!("it is about another image: {}", scene.digest());
    assert!(run.stdout().contains(&expected), "{}", run.stdout());

    // The image and its signature in another repository; who knows where it comes from says so.
    let mirror = registry.reference("mirror/catalog:v1").to_string();
    olmcat(&scene.folder, &["copy", &place, &mirror, "--referrers"]);
    let run = scene.verify(&mirror, &[]).exits(1);
    assert!(run.stdout().contains(&format!("it is about `{repository}`")), "{}", run.stdout());
    scene.verify(&mirror, &["--identity", repository]).exits(0);
    scene.verify(&mirror, &["--identity", &place]).exits(0);
    // A signature for one tag alone.
    let tagged = |tag: &str| format!("{repository}:{tag}");
    let private = scene.folder.path().join("stranger.key").display().to_string();
    scene.run(&["sign", &mirror, "--key", &private, "--identity", &tagged("v7")]).exits(0);
    for (identity, code) in [(tagged("v7"), 0), (tagged("v8"), 1), (repository.to_owned(), 0)] {
        scene.run(&["verify", &mirror, "--key", &stranger, "--identity", &identity]).exits(code);
    }

    // Under the tag stand a payload without signature, one that is no payload, and something else.
    let garbled = registry.reference("garbled/catalog:v1");
    let place = scene.publish(&garbled);
    let mut listing = None;
    for (kind, text, note) in [(SIMPLE, "{}", None), (SIMPLE, "[", Some("????")), ("text/plain", "x", None)] {
        let notes: BTreeMap<String, String> =
            note.into_iter().map(|text: &str| (NOTE.to_owned(), text.to_owned())).collect();
        let blob = Blob::new(kind, text.into());
        listing = Some(Image::listing(listing.as_ref(), &blob, &notes).unwrap());
    }
    let listing = Artifact::Image(listing.unwrap());
    let tag = companion_tag(scene.artifact.digest(), ".sig");
    let tagged = registry.reference(&format!("garbled/catalog:{tag}"));
    connect(&tagged, Login::Anonymous).push(&listing, &tagged, &|_| {}).unwrap();
    let run = scene.verify(&place, &[]).exits(1);
    assert!(run.stdout().contains("there is a payload, but no signature"), "{}", run.stdout());
    assert!(run.stdout().contains("the signature is not base64"), "{}", run.stdout());
    // Ours is added to them, and counts.
    scene.sign(&place, &[]).exits(0);
    scene.verify(&place, &[]).exits(0);
    assert_eq!(documents(&garbled, &scene.artifact, ".sig").len(), 4);
}

#[test]
fn who_cannot_ask_says_so() {
    let Some(scene) = Scene::new(build(&Options::default())) else { return };
    let Some(mut registry) = Registry::plain() else { return };
    let reference = registry.reference("demo/catalog:v1");
    let run = scene.verify(&reference.to_string(), &[]).exits(2);
    assert!(run.stderr().contains(&format!("there is no {reference}")), "{}", run.stderr());
    scene.sign(&reference.to_string(), &[]).exits(2);
    registry.stop();
    for run in [
        scene.verify(&reference.to_string(), &["--retries=0"]),
        scene.sign(&reference.to_string(), &["--retries=0"]),
    ] {
        let run = run.exits(2);
        assert!(
            run.stderr().contains("refused the connection") && run.stdout().is_empty(),
            "{}",
            run.stderr()
        );
    }
    let run = scene.sign("image", &[]).exits(2);
    assert!(run.stderr().contains("an image on disk has none"), "{}", run.stderr());
    let run = scene.sign("image", &["--signature-format", "bundle,legacy"]).exits(2);
    assert!(run.stderr().contains("an image on disk has none"), "{}", run.stderr());
    let listed = scene.run(&["referrers", "image", "--format", "json"]).exits(0).stdout();
    assert_eq!(listed.trim(), "[]", "nothing was written");
}

/// A registry that has another image under a digest, and says so or keeps silent.
#[test]
fn what_is_pinned_is_what_is_signed() {
    let Some(scene) = Scene::new(build(&Options::default())) else { return };
    let other = build(&platforms()).manifest().clone();
    let (kind, came) = (other.media_type().to_owned(), other.digest().to_string());
    let key = scene.private.display().to_string();
    fs::write(scene.folder.path().join("said.json"), "{}").unwrap();
    for tells in [true, false] {
        let pinned = format!("manifests/{}", scene.digest());
        let (kind, came, body) = (kind.clone(), came.clone(), other.bytes().to_vec());
        let server = Server::start(move |asked| {
            let length = body.len().to_string();
            let mut headers = vec![("Content-Type".to_owned(), kind.clone())];
            headers.push(("Content-Length".to_owned(), length));
            headers.extend(tells.then(|| ("Docker-Content-Digest".to_owned(), came.clone())));
            let is_asked = asked.is("HEAD", &pinned) || asked.is("GET", &pinned);
            is_asked.then(|| Reply::Answer(200, headers, body.clone()))
        });
        let manifest = scene.artifact.manifest();
        server.store("v1", manifest.media_type(), manifest.bytes());
        let place = format!("{}/demo/catalog@{}", server.host(), scene.digest());
        let said = ["--type", "https://example.com/x", "--predicate", "said.json"];
        for run in [
            scene.sign(&place, &[]),
            scene.verify(&place, &[]),
            scene.run(&[&["attest", &place, "--key", &key][..], &said].concat()),
            scene.run(&["attach", &place, "said.json", "--type", "text/x"]),
        ] {
            let run = run.exits(2);
            assert!(run.stderr().contains(&format!("{} came instead", other.digest())), "{}", run.stderr());
        }
        assert_eq!(server.count("PUT", "") + server.count("POST", ""), 0);
        // Who pushes knows what was pushed, and asks nobody.
        let to = server.reference().to_string();
        scene.run(&["push", &to, "--layout", "image", "--sign-key", &key]).exits(0);
        assert!(server.has(&companion_tag(scene.artifact.digest(), ".sig")));
        assert!(!server.has(&companion_tag(other.digest(), ".sig")));
    }
}

/// What asks for findings gets a document of none, and the digest beside it.
#[test]
fn formats_of_findings_have_none() {
    let Some(scene) = Scene::new(build(&Options::default())) else { return };
    scene.sign("image", &["--signature-format", "bundle"]).exits(0);
    let (key, none) = (scene.public.display().to_string(), Report::default());
    for format in Format::ALL {
        let run = scene.run(&["verify", "image", "--key", &key, "--format", format.name()]).exits(0);
        let (out, told) = match format {
            Format::Human | Format::Concise => (format!("{}\n", scene.digest()), String::new()),
            Format::Json => {
                let found: Value = serde_json::from_str(&run.stdout()).unwrap();
                assert_eq!(found["digest"], scene.digest());
                continue;
            }
            _ => (render(&none, &Sources::default(), format, false), format!("{}\n", scene.digest())),
        };
        assert_eq!(run.stdout(), out, "{format}");
        assert_eq!(run.stderr(), format!("verified: signature, bundle format\n{told}"), "{format}");
    }
}

#[test]
fn on_disk_as_in_a_registry() {
    let Some(scene) = Scene::new(build(&platforms())) else { return };
    olmcat(&scene.folder, &["copy", "image", "./image.tar"]);
    for place in ["image", "image.tar"] {
        let name = ["--identity", "quay.io/demo/catalog", "--signature-format", "legacy,bundle"];
        for _ in 0..2 {
            assert_eq!(scene.sign(place, &name).exits(0).stdout().trim(), scene.digest());
        }
        let run = scene.verify(place, &["--identity", "quay.io/demo/catalog"]).exits(0);
        assert_eq!(run.stderr().lines().count(), 2, "{}", run.stderr());
        let listed = scene.run(&["referrers", place]).exits(0).stdout();
        assert_eq!(listed.lines().count(), 3, "{listed}");
        // The image is still the only one that is meant by the place alone.
        assert_eq!(olmcat(&scene.folder, &["copy", place, "./copied"]), scene.digest());
        fs::remove_dir_all(scene.folder.path().join("copied")).unwrap();
    }
}

/// Registries of an attacker: what is beside the image is without end.
#[test]
fn what_is_read_is_bounded() {
    if tool("openssl").is_none() {
        return;
    }
    let scene = Scene::new(build(&Options::default())).unwrap();
    let config = json!({});
    let layer = |bytes: &[u8], size: u64| json!({ "mediaType": SIMPLE, "digest": olmcat::oci::Digest::of(bytes), "size": size });
    let many: Vec<Value> = (0..2000).map(|_| layer(b"{}", 2)).collect();
    for (layers, why) in [
        (json!(many), "more than 1000 documents"),
        (json!([layer(b"{}", 1 << 40)]), "more than 1000 documents, or 67108864 bytes"),
        (json!([layer(b"{}", 5)]), "2 bytes of sha256:"),
        (json!([layer(b"missing", 7)]), "answered 404"),
        (json!({}), "its manifest"),
    ] {
        let server = Server::start(|_| None);
        let manifest = scene.artifact.manifest();
        server.store("v1", manifest.media_type(), manifest.bytes());
        let config = server.store("config", "x", config.to_string().as_bytes());
        server.store("document", SIMPLE, b"{}");
        let list = json!({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": { "mediaType": "application/vnd.oci.image.config.v1+json", "digest": config, "size": 2 },
            "layers": layers,
        });
        let tag = companion_tag(scene.artifact.digest(), ".sig");
        server.store(&tag, "application/vnd.oci.image.manifest.v1+json", list.to_string().as_bytes());
        let place = server.reference().to_string();
        let run = scene.verify(&place, &["--retries=0"]).exits(2);
        assert!(run.stderr().contains(why), "{why}: {}", run.stderr());
    }

    // Bundles that refer to it.
    let bundle = "application/vnd.dev.sigstore.bundle.v0.3+json";
    let server = Server::start(|_| None);
    server.list_referrers(1000);
    let (kind, bytes) = (scene.artifact.manifest().media_type(), scene.artifact.manifest().bytes());
    server.store("v1", kind, bytes);
    server.store("empty", "x", b"{}");
    server.store("document", bundle, b"[]");
    for number in 0..201 {
        let notes = BTreeMap::from([("number".to_owned(), number.to_string())]);
        let document = Blob::new(bundle, b"[]".to_vec());
        let about = scene.artifact.manifest().descriptor();
        let image = Image::about(&about, bundle, &[(document, BTreeMap::new())], &notes);
        server.store("last", image.manifest().media_type(), image.manifest().bytes());
    }
    let run = scene.verify(&server.reference().to_string(), &["--retries=0"]).exits(2);
    assert!(run.stderr().contains("more than 200 bundles"), "{}", run.stderr());
}
