//! What is beside images: by whom it is found, what happens if several add to it at once, and what a hole in it does.

use std::collections::BTreeSet;
use std::fs;
use std::thread;

use olmcat::image::Options;
use olmcat::oci::layout::{self, Layout};
use olmcat::oci::{Artifact, Blob, Digest, Error, Image, Place, Repository, companion_tag};
use serde_json::{Value, json};

use crate::image::build;
use crate::places::olmcat;
use crate::server::{Server, reply};
use crate::support::{Folder, Olmcat, Run, assert_linear};
use crate::trust::keys;

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

fn run(folder: &Folder, args: &[&str]) -> Run {
    let cache = folder.path().join("cache");
    Olmcat::new(args).current_dir(folder.path()).env("OLMCAT_CACHE", cache).run()
}

/// Signs a place with a key of a folder.
fn sign(folder: &Folder, place: &str, key: &str, more: &[&str]) {
    let key = folder.path().join(format!("{key}.key")).display().to_string();
    olmcat(folder, &[&["sign", place, "--key", &key], more].concat());
}

/// Verifies it; says the findings.
fn verify(folder: &Folder, place: &str, key: &str, code: i32) -> String {
    let key = folder.path().join(format!("{key}.pub")).display().to_string();
    run(folder, &["verify", place, "--key", &key, "--format=concise", "--retries=0"]).exits(code).stdout()
}

/// How many things are beside an image.
fn count(folder: &Folder, place: &str) -> usize {
    let listed = olmcat(folder, &["referrers", place, "--format=json"]);
    serde_json::from_str::<Vec<Value>>(&listed).unwrap().len()
}

/// The names in a layout that are no images.
fn companions(folder: &Folder, layout: &str) -> BTreeSet<String> {
    let layout = Layout::open(&folder.path().join(layout)).unwrap();
    let names: BTreeSet<&str> = layout.entries().filter_map(|(name, _)| name).collect();
    let images: BTreeSet<&str> = layout.images().filter_map(|(name, _)| name).collect();
    names.difference(&images).map(|name| (*name).to_owned()).collect()
}

#[test]
fn equal_images_of_two_repositories_have_signatures_of_their_own() {
    let (folder, artifact) = (Folder::new(), build(&Options::default()));
    for name in ["a", "b"] {
        if keys(&folder, name).is_none() {
            return;
        }
    }
    let place = |repository: &str| format!("oci:site:quay.io/{repository}/catalog:v1");
    for repository in ["a", "b", "old"] {
        let name = format!("quay.io/{repository}/catalog:v1");
        layout::write(&folder.path().join("site"), &artifact, &name).unwrap();
    }
    for (repository, other) in [("a", "b"), ("b", "a")] {
        let name = format!("quay.io/{repository}/catalog");
        sign(&folder, &place(repository), repository, &["--identity", &name]);
        verify(&folder, &place(repository), repository, 0);
        verify(&folder, &place(repository), other, 1);
    }
    let tag = companion_tag(artifact.digest(), ".sig");
    let named = |repository: &str| format!("quay.io/{repository}/catalog:{tag}");
    assert_eq!(companions(&folder, "site"), BTreeSet::from(["a", "b"].map(named)));
    // Again and with the other key: nothing is lost.
    for key in ["a", "b"] {
        sign(&folder, &place("a"), key, &["--identity", "quay.io/a/catalog"]);
    }
    assert_eq!((count(&folder, &place("a")), count(&folder, &place("b"))), (2, 1));

    // What stands under the tag alone may belong to any of them, and stays as it is.
    layout::write(&folder.path().join("site"), &artifact, "v1").unwrap();
    verify(&folder, "oci:site:v1", "a", 1);
    sign(&folder, "oci:site:v1", "a", &["--identity", "quay.io/old/catalog"]);
    verify(&folder, &place("old"), "a", 0);
    sign(&folder, &place("old"), "b", &["--identity", "quay.io/old/catalog"]);
    assert_eq!((count(&folder, &place("old")), count(&folder, "oci:site:v1")), (2, 1));
    let all = BTreeSet::from([named("a"), named("b"), named("old"), tag.clone()]);
    assert_eq!(companions(&folder, "site"), all);

    // The only image of a layout is known by its name, too.
    let (from, to) = (place("a"), "oci-archive:one.tar");
    olmcat(&folder, &["copy", &from, to, "--referrers"]);
    assert_eq!(companions(&folder, "one.tar"), BTreeSet::from([named("a")]));
    olmcat(&folder, &["copy", to, "oci:again", "--referrers"]);
    assert_eq!(companions(&folder, "again"), BTreeSet::from([named("a")]));
    assert_eq!(count(&folder, "oci:again"), 2);
}

#[test]
fn nothing_is_lost_if_several_sign_at_once() {
    let (folder, artifact) = (Folder::new(), build(&Options::default()));
    layout::write(&folder.path().join("image"), &artifact, "v1").unwrap();
    olmcat(&folder, &["copy", "image", "./image.tar"]);
    let names = ["a", "b", "c", "d"];
    for name in names {
        if keys(&folder, name).is_none() {
            return;
        }
        folder.write(name, name);
    }
    let before = fs::read_dir(folder.path()).unwrap().count();
    for place in ["image", "image.tar"] {
        let folder = &folder;
        thread::scope(|scope| {
            for name in names {
                let both = ["--identity", "quay.io/demo/catalog", "--signature-format", "legacy,bundle"];
                scope.spawn(move || sign(folder, place, name, &both));
                scope.spawn(move || olmcat(folder, &["attach", place, name, "--type", "application/x"]));
            }
        });
        assert_eq!(count(folder, place), 3 * names.len(), "{place}");
        names.iter().for_each(|name| drop(verify(folder, place, name, 0)));
    }
    // The cache is none of ours.
    let after = fs::read_dir(folder.path()).unwrap().flatten().filter(|it| it.file_name() != "cache");
    assert_eq!(after.count(), before - usize::from(folder.path().join("cache").exists()), "no lock stays");
}

/// In a registry somebody else writes the list between our reading and our writing.
#[test]
fn a_signature_that_others_overwrite_is_written_again() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    let (folder, artifact) = (Folder::new(), build(&Options::default()));
    layout::write(&folder.path().join("image"), &artifact, "v1").unwrap();
    if keys(&folder, "ours").is_none() {
        return;
    }
    let path = format!("/manifests/{}", companion_tag(artifact.digest(), ".sig"));
    for (times, code) in [(2, 0), (1000, 2)] {
        let lost = AtomicUsize::new(0);
        let path = path.clone();
        let server = Server::start(move |asked| {
            // It is accepted, and gone.
            let is_lost = asked.is("PUT", &path) && lost.fetch_add(1, Ordering::SeqCst) < times;
            is_lost.then(|| reply(201, &[], ""))
        });
        let place = server.reference().to_string();
        olmcat(&folder, &["copy", "image", &place]);
        let key = folder.path().join("ours.key").display().to_string();
        let run = run(&folder, &["sign", &place, "--key", &key, "--retries=0"]).exits(code);
        assert_eq!(run.stderr().contains("others write it at the same time"), code == 2, "{}", run.stderr());
        verify(&folder, &place, "ours", i32::from(code != 0));
    }
}

/// A list under a tag keeps what its registry swept away.
#[test]
fn a_hole_in_a_list_hides_nothing_else() {
    let (folder, artifact) = (Folder::new(), build(&Options::default()));
    layout::write(&folder.path().join("image"), &artifact, "v1").unwrap();
    if keys(&folder, "ours").is_none() || keys(&folder, "other").is_none() {
        return;
    }
    let broken = format!("sha256:{}", "b".repeat(64));
    let path = format!("/manifests/{broken}");
    let server = Server::start(move |asked| asked.is("GET", &path).then(|| reply(500, &[], "")));
    let place = server.reference().to_string();
    olmcat(&folder, &["copy", "image", &place]);
    sign(&folder, &place, "ours", &["--signature-format", "bundle"]);

    let tag = companion_tag(artifact.digest(), "");
    let list = server.stored(&tag);
    let with = |digests: &[&str]| {
        let mut list: Value = serde_json::from_str(&list).unwrap();
        for digest in digests {
            let mut hole = list["manifests"][0].clone();
            hole["digest"] = json!(digest);
            list["manifests"].as_array_mut().unwrap().insert(0, hole);
        }
        server.store(&tag, INDEX, list.to_string().as_bytes());
    };
    let gone = format!("sha256:{}", "0".repeat(64));
    let other = format!("sha256:{}", "1".repeat(64));
    server.store(&other, "application/vnd.oci.image.manifest.v1+json", b"{}");
    with(&[&gone, &other]);
    verify(&folder, &place, "ours", 0);
    let findings = verify(&folder, &place, "other", 1);
    for digest in [&gone, &other] {
        assert!(findings.contains(&format!("bundle {digest}: it cannot be read: ")), "{findings}");
    }
    for target in ["oci:copy", "./copy.tar"] {
        let run = run(&folder, &["copy", &place, target, "--referrers"]).exits(0);
        for digest in [&gone, &other] {
            assert!(run.stderr().contains(&format!("left out {digest}, which refers to {place}")));
        }
        assert_eq!(run.stderr().lines().count(), 2, "{}", run.stderr());
        verify(&folder, target, "ours", 0);
    }
    // Who does not answer may have it.
    with(&[&broken]);
    verify(&folder, &place, "ours", 2);
    run(&folder, &["copy", &place, "oci:none", "--referrers", "--retries=0"]).exits(2);

    // On disk, what is missing may have been about anything.
    sign(&folder, "copy", "other", &["--signature-format", "bundle"]);
    let bundles = olmcat(&folder, &["referrers", "copy", "--format=json"]);
    let bundles: Vec<Value> = serde_json::from_str(&bundles).unwrap();
    let blob = |bundle: &Value| {
        let digest: Digest = bundle["digest"].as_str().unwrap().parse().unwrap();
        folder.path().join("copy/blobs/sha256").join(digest.hex())
    };
    for spoil in [|path| fs::write(path, "{}").unwrap(), |path| fs::remove_file(path).unwrap()] {
        let whole = fs::read(blob(&bundles[0])).unwrap();
        spoil(blob(&bundles[0]));
        let verified = ["ours", "other"].map(|key| {
            let key = folder.path().join(format!("{key}.pub")).display().to_string();
            let run = run(&folder, &["verify", "copy", "--key", &key, "--format=concise"]);
            (run.code(), run.stdout())
        });
        let (bad, good): (Vec<_>, Vec<_>) = verified.iter().partition(|(code, _)| *code == Some(1));
        assert_eq!((bad.len(), good.len(), good[0].0), (1, 1, Some(0)), "{verified:?}");
        assert!(bad[0].1.contains("it cannot be read"), "{verified:?}");
        let run = run(&folder, &["copy", "copy", "./rest.tar", "--referrers"]).exits(0);
        assert!(run.stderr().contains("left out sha256:"), "{}", run.stderr());
        assert_eq!(count(&folder, "rest.tar"), 1);
        fs::remove_file(folder.path().join("rest.tar")).unwrap();
        fs::write(blob(&bundles[0]), whole).unwrap();
    }
}

/// All of it was found before the archive is written, once.
#[test]
fn an_archive_is_whole_or_not_there() {
    let (folder, artifact) = (Folder::new(), build(&Options::default()));
    layout::write(&folder.path().join("image"), &artifact, "v1").unwrap();
    let server = Server::start(|_| None);
    let place = server.reference().to_string();
    olmcat(&folder, &["copy", "image", &place]);
    server.store(&companion_tag(artifact.digest(), ""), INDEX, b"{}");
    let run = run(&folder, &["copy", "--all", &place, "./site.tar", "--referrers"]).exits(2);
    assert!(run.stderr().contains("is no list of referrers"), "{}", run.stderr());
    assert!(!folder.path().join("site.tar").exists());
}

/// A layout with an image to which so many artifacts refer.
fn crowd(folder: &Folder, size: usize) -> (Repository, Artifact) {
    let artifact = build(&Options::default());
    let path = folder.path().join(size.to_string());
    layout::write(&path, &artifact, "quay.io/demo/catalog:v1").unwrap();
    let referrers = (0..size).map(|number| {
        let document = Blob::new(BUNDLE, number.to_string().into_bytes());
        let about = artifact.manifest().descriptor();
        let image = Image::about(&about, BUNDLE, &[(document, Default::default())], &Default::default());
        (None, Artifact::Image(image))
    });
    let repository = || Repository::at::<Error>(&Place::Layout(path.clone(), None), |_| unreachable!());
    repository().unwrap().add(&referrers.collect::<Vec<_>>()).unwrap();
    (repository().unwrap(), artifact)
}

#[test]
fn many_referrers_are_read_but_once() {
    let folder = Folder::new();
    let ask = |size: usize| {
        let (repository, artifact) = match folder.path().join(size.to_string()).exists() {
            true => {
                let place = Place::Layout(folder.path().join(size.to_string()), None);
                (Repository::at::<Error>(&place, |_| unreachable!()).unwrap(), build(&Options::default()))
            }
            false => crowd(&folder, size),
        };
        let referrers = repository.referrers(artifact.digest()).unwrap();
        assert_eq!(referrers.len(), size);
        for referrer in referrers {
            assert!(repository.referrers(referrer.digest).unwrap().is_empty());
            assert!(repository.named(&companion_tag(referrer.digest, ".sig")).unwrap().is_none());
            assert_eq!(repository.artifact(&referrer).unwrap().digest(), referrer.digest);
        }
    };
    [50, 500].into_iter().for_each(ask);
    assert_linear("referrers", ask, 50);
}
