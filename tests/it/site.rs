//! A catalog and its images for a site without network: out into an archive, and in again.

use std::fs;

use olmcat::image::Options;
use olmcat::oci::layout::Layout;
use olmcat::oci::{Artifact, Reference, layout};

use crate::image::catalog;
use crate::places::{olmcat, skopeo_agrees};
use crate::registry::{Registry, platforms};
use crate::support::{Folder, Olmcat};
use crate::trust::keys;

/// A catalog with one bundle, named by its digest, and one related image, by a tag; and these images, pushed.
fn published(registry: &Registry, folder: &Folder) -> (Artifact, Vec<(Reference, Artifact)>) {
    let of = |options: &Options| {
        let files = [("manifests/x".to_owned(), b"x".to_vec()), ("metadata/y".to_owned(), b"y".to_vec())];
        olmcat::image::bundle(&files, &Default::default(), options).unwrap()
    };
    let (bundle, operator) = (of(&Options::default()), of(&platforms()));
    let images = vec![
        (registry.reference("demo/bundle").pinned(bundle.digest()), bundle),
        (registry.reference("deep/er/operator:v1"), operator),
    ];
    for (reference, artifact) in &images {
        let out = folder.path().join("pool");
        layout::write(&out, artifact, "x").unwrap();
        olmcat(folder, &["copy", "pool:x", &reference.to_string()]);
    }
    let text = format!(
        "schema: olm.package\nname: demo\ndefaultChannel: stable\n---\nschema: olm.channel\nname: stable\npackage: demo\n\
         entries:\n- name: demo.v1\n---\nschema: olm.bundle\nname: demo.v1\npackage: demo\nimage: {}\nproperties:\n\
         - {{type: olm.package, value: {{packageName: demo, version: 1.0.0}}}}\nrelatedImages:\n- {{name: x, image: '{}'}}\n",
        images[0].0, images[1].0
    );
    (catalog(&[("demo/catalog.yaml".to_owned(), text.into_bytes())], &Options::default()).unwrap(), images)
}

#[test]
fn a_catalog_goes_out_and_comes_in_with_all_its_images() {
    let (Some(mut outside), Some(inside)) = (Registry::plain(), Registry::plain()) else { return };
    let folder = Folder::new();
    let (artifact, images) = published(&outside, &folder);
    let reference = outside.reference("demo/catalog:v1");
    layout::write(&folder.path().join("catalog"), &artifact, "latest").unwrap();
    olmcat(&folder, &["copy", "catalog", &reference.to_string()]);
    let digest = artifact.digest().to_string();

    // Out of registries, by way of all kinds of places.
    assert_eq!(olmcat(&folder, &["copy", "--all", &reference.to_string(), "./site.tar"]), digest);
    assert_eq!(olmcat(&folder, &["copy", "--all", "catalog", "oci:site"]), digest);
    let site = Layout::open(&folder.path().join("site.tar")).unwrap();
    assert_eq!(site.artifact(Some(&reference.to_string())).unwrap(), artifact);
    for (name, image) in &images {
        assert_eq!(site.artifact(Some(&name.to_string())).unwrap(), *image);
    }
    // No network: neither that registry nor the cache.
    fs::remove_dir_all(folder.path().join("cache")).unwrap();
    outside.stop();
    let prefix = inside.reference("mirror/a").to_string();
    assert_eq!(olmcat(&folder, &["copy", "--all", "site.tar", &prefix]), digest);
    let other = inside.reference("mirror/b").to_string();
    let told = olmcat(&folder, &["copy", "--all", "site", &other, "--mirrors", "registries-conf"]);
    assert!(
        told.contains(&format!("location = \"{}/demo/bundle\"", outside.reference("x").host())),
        "{told}"
    );
    assert!(told.contains(&format!("location = \"{other}/deep/er/operator\"")), "{told}");
    let told = olmcat(&folder, &["copy", "--all", "site", &other, "--mirrors", "openshift"]);
    assert!(
        told.contains("kind: ImageDigestMirrorSet") && told.contains("kind: ImageTagMirrorSet"),
        "{told}"
    );

    for (below, catalog) in [("mirror/a", "demo/catalog:v1"), ("mirror/b", "catalog:latest")] {
        let at = |path: &str| format!("docker://{}", inside.reference(&format!("{below}/{path}")));
        skopeo_agrees(&at(catalog), artifact.digest());
        let bundle = images[0].1.digest();
        skopeo_agrees(&at(&format!("demo/bundle@{bundle}")), bundle);
        skopeo_agrees(&at(&format!("demo/bundle:{}", &bundle.hex()[..12])), bundle);
        skopeo_agrees(&at("deep/er/operator:v1"), images[1].1.digest());
    }
    // Straight through, from one site to the next.
    let next = inside.reference("mirror/c").to_string();
    assert_eq!(olmcat(&folder, &["copy", "--all", "site.tar", &next]), digest);
}

#[test]
fn nothing_is_written_if_one_image_is_missing() {
    let Some(registry) = Registry::plain() else { return };
    let folder = Folder::new();
    let (artifact, images) = published(&registry, &folder);
    layout::write(&folder.path().join("site"), &artifact, "latest").unwrap();
    let text = fs::read_to_string(folder.path().join("site/index.json")).unwrap();
    let gone = images[1].0.to_string();
    let catalog_text = format!(
        "schema: olm.package\nname: demo\ndefaultChannel: stable\n---\nschema: olm.channel\nname: stable\npackage: demo\n\
         entries:\n- name: demo.v1\n---\nschema: olm.bundle\nname: demo.v1\npackage: demo\nimage: {}\nproperties:\n\
         - {{type: olm.package, value: {{packageName: demo, version: 1.0.0}}}}\n",
        gone.replace(":v1", ":v2")
    );
    let files = [("demo/catalog.yaml".to_owned(), catalog_text.into_bytes())];
    let wrong = catalog(&files, &Options::default()).unwrap();
    layout::write(&folder.path().join("wrong"), &wrong, "latest").unwrap();
    for target in ["oci:out", "./out.tar", &registry.reference("mirror").to_string()] {
        let run = Olmcat::new(["copy", "--all", "wrong", target]).current_dir(folder.path());
        let run = run.env("OLMCAT_CACHE", folder.path().join("cache")).run().exits(2);
        assert!(run.stderr().contains(&gone.replace(":v1", ":v2")), "{}", run.stderr());
    }
    assert!(!folder.path().join("out").exists() && !folder.path().join("out.tar").exists());
    assert_eq!(fs::read_to_string(folder.path().join("site/index.json")).unwrap(), text);
}

#[test]
fn signatures_go_out_and_come_in_with_their_images() {
    let (Some(outside), Some(inside)) = (Registry::plain(), Registry::plain()) else { return };
    let folder = Folder::new();
    let Some((private, public)) = keys(&folder, "ours") else { return };
    let Some((other, other_public)) = keys(&folder, "other") else { return };
    let (key, public) = (private.display().to_string(), public.display().to_string());
    let (other, other_public) = (other.display().to_string(), other_public.display().to_string());
    let (artifact, images) = published(&outside, &folder);
    let reference = outside.reference("demo/catalog:v1").to_string();
    layout::write(&folder.path().join("catalog"), &artifact, "latest").unwrap();
    olmcat(&folder, &["copy", "catalog", &reference]);
    let signed = [&reference, &images[0].0.to_string(), &images[1].0.to_string()].map(String::clone);
    for (place, format) in signed.iter().zip(["legacy,bundle", "legacy", "bundle"]) {
        olmcat(&folder, &["sign", place, "--key", &key, "--signature-format", format]);
    }
    let digest = artifact.digest().to_string();
    let prefix = inside.reference("mirror").to_string();
    for site in ["./site.tar", "./site"] {
        assert_eq!(olmcat(&folder, &["copy", "--all", "--referrers", &reference, site]), digest);
        // Somebody else signs there, beside what came along.
        for place in &signed {
            let name = place.split('@').next().unwrap();
            olmcat(&folder, &["sign", &format!("{site}:{place}"), "--key", &other, "--identity", name]);
        }
        let inside = format!("{prefix}/{}", site.len());
        assert_eq!(olmcat(&folder, &["copy", "--all", "--referrers", site, &inside]), digest);
        for place in &signed {
            let (name, digest) =
                place.split_once('@').map_or((place.as_str(), None), |(name, digest)| (name, Some(digest)));
            let host = format!("127.0.0.1:{}/", outside.port);
            let copy = format!("{inside}/{}", name.strip_prefix(&host).unwrap());
            let copy = digest.map_or(copy.clone(), |digest| format!("{copy}@{digest}"));
            for key in [&public, &other_public] {
                let run = Olmcat::new(["verify", &copy, "--key", key, "--identity", name]).run();
                assert!(run.exits(0).stdout().starts_with("sha256:"), "{copy}");
            }
        }
    }
}
