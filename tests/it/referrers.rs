//! Referrers: attached and listed, with and without the interface for them, and taken along by copies.

use std::fs;

use olmcat::image::Options;
use olmcat::oci::{Artifact, Digest, Error, Place, Repository, companion_tag, layout};
use serde_json::{Value, json};

use crate::image::build;
use crate::places::olmcat;
use crate::registry::{Registry, platforms};
use crate::server::{Server, reply};
use crate::support::{Folder, Olmcat, Run};
use crate::trust::keys;

const INDEX: &str = "application/vnd.oci.image.index.v1+json";

fn run(folder: &Folder, args: &[&str]) -> Run {
    let cache = folder.path().join("cache");
    Olmcat::new(args).current_dir(folder.path()).env("OLMCAT_CACHE", cache).run()
}

/// Attaches a text of some type; returns the digest of the artifact.
fn attach(folder: &Folder, place: &str, kind: &str, text: &str) -> String {
    fs::write(folder.path().join("text"), text).unwrap();
    let args = ["attach", place, "text", "--type", kind, "--annotation", "org.example.note=x", "--retries=0"];
    run(folder, &args).exits(0).stdout().trim().to_owned()
}

/// What refers to an image, as pairs of type and digest.
fn listed(folder: &Folder, place: &str) -> Vec<(String, String)> {
    let text = run(folder, &["referrers", place, "--format", "json", "--retries=0"]).exits(0).stdout();
    let rows: Value = serde_json::from_str(&text).unwrap();
    let field = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    rows.as_array().unwrap().iter().map(|row| (field(row, "type"), field(row, "digest"))).collect()
}

/// A folder with an image in a layout.
fn scene() -> (Folder, Artifact) {
    let (folder, artifact) = (Folder::new(), build(&Options::default()));
    layout::write(&folder.path().join("image"), &artifact, "v1").unwrap();
    (folder, artifact)
}

#[test]
fn a_registry_without_the_interface_has_them_listed_under_a_tag() {
    let Some(registry) = Registry::plain() else { return };
    let (folder, artifact) = scene();
    let reference = registry.reference("demo/catalog:v1");
    let place = reference.to_string();
    olmcat(&folder, &["copy", "image", &place]);
    assert!(listed(&folder, &place).is_empty());
    let a = attach(&folder, &place, "application/a", "a");
    let b = attach(&folder, &place, "application/b", "b");
    assert_eq!(attach(&folder, &place, "application/a", "a"), a);
    let expected = [("application/a".to_owned(), a.clone()), ("application/b".to_owned(), b.clone())];
    assert_eq!(listed(&folder, &place), expected);
    assert_eq!(run(&folder, &["referrers", &place, "--print", &b]).exits(0).stdout(), "b");

    // The list as others read it.
    let tag = companion_tag(artifact.digest(), "");
    let raw = olmcat(
        &folder,
        &["inspect", "--raw", &registry.reference(&format!("demo/catalog:{tag}")).to_string()],
    );
    let index: Value = serde_json::from_str(&raw).unwrap();
    assert_eq!(index["mediaType"], INDEX);
    let entry = &index["manifests"][0];
    assert_eq!(
        (entry["artifactType"].as_str(), entry["digest"].as_str()),
        (Some("application/a"), Some(a.as_str()))
    );
    assert_eq!(entry["annotations"]["org.example.note"], "x");
    let raw = olmcat(&folder, &["inspect", "--raw", &format!("{}@{a}", place.strip_suffix(":v1").unwrap())]);
    let manifest: Value = serde_json::from_str(&raw).unwrap();
    assert_eq!(manifest["subject"]["digest"], artifact.digest().to_string());
    assert_eq!(manifest["config"]["mediaType"], "application/vnd.oci.empty.v1+json");
    assert_eq!(manifest["layers"][0]["annotations"]["org.opencontainers.image.title"], "text");
}

#[test]
fn a_registry_with_the_interface_lists_them_itself() {
    let (folder, artifact) = scene();
    let tag = companion_tag(artifact.digest(), "");
    for page in [1, 2, 10] {
        let server = Server::start(|_| None);
        server.list_referrers(page);
        let place = server.reference().to_string();
        olmcat(&folder, &["copy", "image", &place]);
        let attached: Vec<String> =
            ["a", "b", "c"].iter().map(|text| attach(&folder, &place, "application/x", text)).collect();
        assert!(!server.has(&tag), "the registry keeps the list");
        let mut found: Vec<String> = listed(&folder, &place).into_iter().map(|(_, digest)| digest).collect();
        let mut expected = attached.clone();
        found.sort();
        expected.sort();
        assert_eq!(found, expected);
        // What is there already is not told by `OCI-Subject`, and asked for instead.
        let before = server.count("PUT", "");
        attach(&folder, &place, "application/x", "a");
        assert_eq!((server.count("PUT", ""), server.has(&tag)), (before, false));
    }
}

#[test]
fn answers_that_are_no_list() {
    let (folder, artifact) = scene();
    let tag = companion_tag(artifact.digest(), "");
    let page = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": [] }).to_string();
    // Nobody who knows the interface answers so: the tag has the list.
    for (status, body) in
        [(404, ""), (405, ""), (400, ""), (501, ""), (200, "<html>"), (200, "{}"), (200, "")]
    {
        let server =
            Server::start(move |asked| asked.path.contains("/referrers/").then(|| reply(status, &[], body)));
        let place = server.reference().to_string();
        olmcat(&folder, &["copy", "image", &place]);
        let a = attach(&folder, &place, "application/a", "a");
        assert!(server.has(&tag), "{status} {body}");
        assert_eq!(listed(&folder, &place), [("application/a".to_owned(), a)]);
    }
    let next = |link: &'static str| {
        let page = page.clone();
        move |asked: &crate::server::Asked| {
            asked.path.contains("/referrers/").then(|| reply(200, &[("Link", link)], &page))
        }
    };
    let status = |status: u16| {
        move |asked: &crate::server::Asked| asked.path.contains("/referrers/").then(|| reply(status, &[], ""))
    };
    type Fault = Box<dyn Fn(&crate::server::Asked) -> Option<crate::server::Reply> + Send + Sync>;
    let faults: Vec<(Fault, &str)> = vec![
        (Box::new(status(401)), "answered 401"),
        (Box::new(status(403)), "answered 403"),
        (Box::new(status(500)), "answered 500"),
        (Box::new(next("</v2/demo/catalog/referrers/again>; rel=\"next\"")), "there are more than"),
        (Box::new(next("<http://127.0.0.1:1/v2/>; rel=\"next\"")), "goes on at another host"),
        (Box::new(next("<http://[>; rel=\"next\"")), "is not one"),
    ];
    for (fault, why) in faults {
        let server = Server::start(fault);
        let place = server.reference().to_string();
        olmcat(&folder, &["copy", "image", &place]);
        let run = run(&folder, &["referrers", &place, "--retries=0"]).exits(2);
        assert!(run.stderr().contains(why), "{why}: {}", run.stderr());
    }
    // Under the tag stands something else; it is neither read as a list nor overwritten.
    let server = Server::start(|_| None);
    let place = server.reference().to_string();
    olmcat(&folder, &["copy", "image", &place]);
    for text in ["{}", "[", "{\"manifests\":{}}", "{\"manifests\":[7]}"] {
        server.store(&tag, INDEX, text.as_bytes());
        fs::write(folder.path().join("text"), "a").unwrap();
        let attached = run(&folder, &["attach", &place, "text", "--type", "application/a"]).exits(2);
        assert!(attached.stderr().contains("is no list of referrers"), "{}", attached.stderr());
        assert_eq!(server.stored(&tag), text);
    }
}

/// Somebody else writes the list between our reading and our writing.
#[test]
fn a_list_that_others_write_is_written_again() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    let (folder, artifact) = scene();
    let tag = companion_tag(artifact.digest(), "");
    for (times, code) in [(2, 0), (1000, 2)] {
        let path = format!("/manifests/{tag}");
        let lost = AtomicUsize::new(0);
        let server = Server::start(move |asked| {
            // It is accepted, and gone.
            let is_lost = asked.is("PUT", &path) && lost.fetch_add(1, Ordering::SeqCst) < times;
            is_lost.then(|| reply(201, &[], ""))
        });
        let place = server.reference().to_string();
        olmcat(&folder, &["copy", "image", &place]);
        fs::write(folder.path().join("text"), "a").unwrap();
        let run = run(&folder, &["attach", &place, "text", "--type", "application/a"]).exits(code);
        assert_eq!(run.stderr().contains("others write it at the same time"), code == 2, "{}", run.stderr());
        assert_eq!(listed(&folder, &place).len(), usize::from(code == 0));
    }
}

#[test]
fn a_copy_takes_them_along_if_asked() {
    let Some(registry) = Registry::plain() else { return };
    let folder = Folder::new();
    let Some((private, public)) = keys(&folder, "ours") else { return };
    let (key, public) = (private.display().to_string(), public.display().to_string());
    let artifact = build(&platforms());
    layout::write(&folder.path().join("image"), &artifact, "v1").unwrap();
    let first = registry.reference("demo/catalog:v1").to_string();
    olmcat(&folder, &["copy", "image", &first]);
    // Of the index, of one of its images, and of what is attached.
    olmcat(&folder, &["sign", &first, "--key", &key, "--signature-format", "legacy,bundle"]);
    let child = artifact.manifests()[0].digest();
    let pinned = format!("{}@{child}", first.strip_suffix(":v1").unwrap());
    olmcat(&folder, &["sign", &pinned, "--key", &key]);
    let note = attach(&folder, &first, "application/note", "note");
    let noted = format!("{}@{note}", first.strip_suffix(":v1").unwrap());
    olmcat(&folder, &["sign", &noted, "--key", &key, "--signature-format", "bundle"]);

    let second = registry.reference("plain/catalog:v1").to_string();
    olmcat(&folder, &["copy", &first, &second]);
    assert!(listed(&folder, &second).is_empty(), "nobody asked for them");

    let server = Server::start(|_| None);
    server.list_referrers(3);
    let with = server.reference().to_string();
    let back = registry.reference("back/catalog:v1").to_string();
    let identity = first.strip_suffix(":v1").unwrap();
    let expected = listed(&folder, &first);
    assert_eq!(expected.len(), 3);
    for (from, to) in [
        (&*first, "./layout"),
        ("layout", "./archive.tar"),
        ("archive.tar", &*with),
        (&*with, &*back),
        // Once more changes nothing.
        (&*with, &*back),
    ] {
        let digest = olmcat(&folder, &["copy", from, to, "--referrers"]);
        assert_eq!(digest, artifact.digest().to_string());
        assert_eq!(listed(&folder, to), expected, "{from} to {to}");
        run(&folder, &["verify", to, "--key", &public, "--identity", identity]).exits(0);
        let beside = |digest: &str| {
            let place = Place::parse(to)
                .unwrap_or_else(|_| Place::path(&folder.path().join(to).display().to_string()));
            match place {
                Place::Registry(reference) => {
                    let place = format!("{}/{}@{digest}", reference.host(), reference.repository());
                    listed(&folder, &place).len()
                }
                _ => {
                    let place = Place::path(&folder.path().join(to).display().to_string());
                    let repository = Repository::at::<Error>(&place, |_| unreachable!()).unwrap();
                    let digest: Digest = digest.parse().unwrap();
                    let tag = companion_tag(digest, ".sig");
                    repository.referrers(digest).unwrap().len()
                        + usize::from(repository.named(&tag).unwrap().is_some())
                }
            }
        };
        assert_eq!((beside(&child.to_string()), beside(&note)), (1, 1), "{to}");
    }
}
