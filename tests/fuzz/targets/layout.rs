//! OCI layouts: an index, and a manifest that it may lead to, parted by a line of `===`.

#![no_main]

use std::path::PathBuf;
use std::{fs, process};

use libfuzzer_sys::fuzz_target;
use olmcat::image;
use olmcat::oci::layout::{self, Layout};
use olmcat::oci::{Artifact, Digest, Source};

fuzz_target!(|text: &str| {
    let (index, manifest) = text.split_once("\n===\n").unwrap_or((text, "{}"));
    let folder = PathBuf::from(format!("/dev/shm/olmcat-fuzz-{}", process::id()));
    let blobs = folder.join("blobs/sha256");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&blobs).expect("memory can be written");
    let digest = Digest::of(manifest.as_bytes());
    // `DIGEST` and `SIZE` stand for those of the manifest, so that the way there is short.
    let index = index.replace("DIGEST", &digest.to_string()).replace("SIZE", &manifest.len().to_string());
    for (name, content) in [("oci-layout", "{}"), ("index.json", &index)] {
        fs::write(folder.join(name), content).expect("memory can be written");
    }
    fs::write(blobs.join(digest.hex()), manifest).expect("memory can be written");
    if let Ok(layout) = Layout::open(&folder) {
        let names: Vec<Option<String>> = layout.entries().map(|(name, _)| name.map(str::to_owned)).collect();
        names.iter().for_each(|name| drop(layout.artifact(name.as_deref())));
    }
    let catalog = [("demo/catalog.yaml".to_owned(), Source::Bytes(b"---\n"))];
    let artifact = image::catalog(&catalog, &image::Options::default()).expect("a catalog becomes an image");
    if layout::write(&folder, &artifact, "v1").is_ok() {
        let back = Layout::open(&folder).and_then(|layout| layout.artifact(Some("v1")));
        assert_eq!(back.as_ref().map(Artifact::digest), Ok(artifact.digest()));
    } else {
        let left = fs::read(folder.join("index.json")).expect("the index is there still");
        assert_eq!(left, index.as_bytes());
    }
});
