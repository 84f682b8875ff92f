//! The project that this repository holds: its bundles, its catalogs, its image.

use std::fs;
use std::path::Path;
use std::process::Command;

use olmcat::catalog::{BUNDLE_OBJECT, CSV_METADATA};
use olmcat::diag::Report;
use olmcat::load;
use olmcat::settings::Settings;
use olmcat::text::{Builder, Kind, Sources, Value, json, yaml};

use crate::console::copy;
use crate::support::{Folder, Olmcat, data, root, shared, tool};

/// A copy of the project of a repository, to be spoilt.
pub fn project(of: &Path) -> Folder {
    let folder = Folder::new();
    for part in ["bundles", "catalog"] {
        copy(&of.join(part), &folder.path().join(part));
    }
    folder
}

fn settings(folder: &Path) -> (String, Settings) {
    let text = fs::read_to_string(folder.join("catalog/olmcat.yaml")).unwrap();
    let (sources, mut report) = (Sources::default(), Report::default());
    let file = sources.add("olmcat.yaml", text.clone().into_bytes());
    let settings = Settings::read(&sources, file, &mut report).expect("the settings are right");
    (text, settings)
}

#[test]
fn it_is_clean_and_its_catalogs_are_fresh() {
    for project in [root().to_owned(), data("project")] {
        let run = Olmcat::new(["render", "--check"]).current_dir(&project).run().exits(0);
        assert_eq!((run.stdout(), run.stderr()), (String::new(), String::new()));
        let run = Olmcat::new(["validate"]).current_dir(&project).run().exits(0);
        assert_eq!((run.stdout(), run.stderr()), (String::new(), String::new()));
    }
}

/// What zlib makes of the files one by one, and then base64, within a twentieth: compressors differ.
#[test]
fn the_sizes_of_the_bundles_are_told() {
    let sizes = [("0.16.0", 40_928), ("0.24.0", 42_864), ("0.27.2", 45_772), ("0.29.1", 45_912)];
    for (version, wanted) in sizes {
        let (sources, mut report) = (Sources::default(), Report::default());
        let folder = root().join("bundles/victoriametrics-operator").join(version);
        let size = load::bundle(&folder, &sources, &mut report).unwrap().unpacked_size(0);
        assert!(size.abs_diff(wanted) < wanted / 20, "{version}: {size}");
    }
}

/// OLM v1 takes the operators that can watch all namespaces and no others, unless it is told to.
#[test]
fn what_olm_v1_refuses_counts_if_it_is_a_target() {
    let run = Olmcat::new(["validate", "--target", "olm-v1", "--format", "concise"]);
    let run = run.current_dir(root()).run().exits(1);
    let bundles: Vec<String> = (run.stdout().lines())
        .map(|line| {
            assert!(line.contains("error[missing-all-namespaces-mode]"), "{line}");
            line.split('/').skip(1).take(2).collect::<Vec<_>>().join(" ")
        })
        .collect();
    let mongodb = ["1.11.0", "1.12.0", "1.13.0", "1.13.1", "1.14.0"].map(|it| ("server-mongodb", it));
    let xtradb = ["1.10.0", "1.11.0", "1.12.0", "1.13.0"].map(|it| ("xtradb-cluster", it));
    let refused = mongodb.into_iter().chain(xtradb);
    let refused: Vec<String> = refused.map(|(of, it)| format!("percona-{of}-operator {it}")).collect();
    assert_eq!(bundles, refused);
}

/// Every published version is there: leaving one out would strand the clusters that run it.
#[test]
fn every_published_version_is_there() {
    let versions = [
        ("dbaas-operator", "0.1.15 0.1.17 0.1.4 0.1.6 0.1.7 0.1.9"),
        ("percona-server-mongodb-operator", "1.11.0 1.12.0 1.13.0 1.13.1 1.14.0"),
        ("percona-xtradb-cluster-operator", "1.10.0 1.11.0 1.12.0 1.13.0"),
        ("victoriametrics-operator", "0.16.0 0.24.0 0.27.2 0.29.1"),
    ];
    for (package, versions) in versions {
        for version in versions.split(' ') {
            assert!(
                load::is_bundle(&root().join("bundles").join(package).join(version)),
                "{package} {version}"
            );
        }
    }
}

/// Each exception of the settings is needed: without it the project fails, with the findings that
/// it excepts and no others.
#[test]
fn removing_an_exception_makes_it_fail() {
    let folder = project(root());
    let (text, settings) = settings(folder.path());
    assert!(settings.exceptions.len() >= 4);
    let mut parts = text.split("- rule: ");
    let head = parts.next().unwrap();
    let parts: Vec<&str> = parts.collect();
    for (index, exception) in settings.exceptions.iter().enumerate() {
        assert!(exception.reason.split_whitespace().count() > 5, "{exception:?}");
        let mut without = head.to_owned();
        for (other, part) in parts.iter().enumerate() {
            if other != index {
                without += &format!("- rule: {part}");
            } else if let Some((_, after)) = part.split_once("\n\n") {
                without += &format!("\n{after}");
            }
        }
        folder.write("catalog/olmcat.yaml", without);
        let run = Olmcat::new(["validate", "--format", "json"]).current_dir(folder.path()).run();
        let report: serde_json::Value = serde_json::from_str(&run.stdout()).unwrap();
        let findings = report["findings"].as_array().unwrap();
        run.exits(i32::from(findings.iter().any(|finding| finding["level"] == "error")));
        // An upgrade may be hurt in several CRDs by one version, each a finding.
        assert!(!findings.is_empty(), "nothing needs {exception:?}");
        for finding in findings {
            let [rule, package, version] =
                ["id", "package", "version"].map(|key| finding[key].as_str().unwrap_or_default());
            assert_eq!([rule, package], [&exception.rule, &exception.package], "{finding:#}");
            assert!(exception.version.is_empty() || exception.version == version, "{finding:#}");
        }
    }
}

/// opm and catalogd parse every file that `.indexignore` does not hide.
#[test]
fn opm_finds_only_the_rendered_blobs() {
    for project in [root().to_owned(), data("project")] {
        let folder = project.join("catalog");
        let found = load::catalog_files(&folder).unwrap();
        let found: Vec<_> = found.iter().map(|path| path.strip_prefix(&folder).unwrap().to_owned()).collect();
        let mut wanted: Vec<_> = (fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap()))
            .filter(|entry| entry.path().is_dir())
            .map(|entry| Path::new(&entry.file_name()).join("catalog.yaml"))
            .collect();
        wanted.sort();
        assert_eq!(found, wanted);
        assert!(!found.is_empty());
    }
}

/// The targets tell the same bundles in two forms.
#[test]
fn targets_differ_in_form_only() {
    let (sources, mut report) = (Sources::default(), Report::default());
    for package in fs::read_dir(root().join("catalog")).unwrap().map(|entry| entry.unwrap().path()) {
        if !package.is_dir() {
            continue;
        }
        let mut read = |file| load::catalog(&package.join(file), &sources, &mut report).unwrap();
        let (full, slim) = (read("catalog.yaml"), read("catalog.slim.yaml"));
        assert_eq!(full.channels.len(), slim.channels.len());
        assert_eq!(full.bundles.len(), slim.bundles.len());
        let count = |bundles: &[olmcat::catalog::BundleBlob<'_>], kind: &str| {
            let has =
                |bundle: &&olmcat::catalog::BundleBlob<'_>| bundle.properties.iter().any(|p| p.kind == kind);
            bundles.iter().filter(has).count()
        };
        assert_eq!(count(&full.bundles, BUNDLE_OBJECT), full.bundles.len());
        assert_eq!(count(&slim.bundles, CSV_METADATA), slim.bundles.len());
        assert_eq!(count(&slim.bundles, BUNDLE_OBJECT) + count(&full.bundles, CSV_METADATA), 0);
    }
    assert!(!report.has_errors());
}

/// The digest of each target's image, recorded: another renderer, writer, archive or compressor has
/// another one. `UPDATE=1` records it anew.
#[test]
fn the_images_have_their_recorded_digests() {
    let path = data("digests.txt");
    let mut found = String::new();
    for (name, folder) in [("this", root().to_owned()), ("demo", data("project"))] {
        for target in settings(&folder).1.targets() {
            for platforms in ["", "linux/amd64,linux/arm64"] {
                let out = Folder::new();
                let layout = out.path().join("layout");
                let mut args = vec!["build", "--output", layout.to_str().unwrap(), "--target", &target.name];
                if !platforms.is_empty() {
                    args.extend(["--platform", platforms]);
                }
                let digest = Olmcat::new(args).current_dir(&folder).run().exits(0).stdout();
                found += &format!(
                    "{name} {} {} {digest}",
                    target.name,
                    if platforms.is_empty() { "-" } else { platforms }
                );
            }
        }
    }
    if std::env::var_os("UPDATE").is_some_and(|update| update == "1") {
        fs::write(&path, &found).unwrap();
    }
    assert_eq!(found, fs::read_to_string(path).unwrap_or_default());
}

/// The same digest in another folder, with other file times, another order of names on disk, other
/// permissions, another locale, zone and number of processors, and on the second run.
#[test]
fn the_digest_depends_on_nothing_but_the_project() {
    let digest = |folder: &Path, variables: &[(&str, &str)]| {
        let run = Olmcat::new(["build"]).current_dir(folder);
        variables.iter().fold(run, |run, (name, value)| run.env(name, value)).run().exits(0).stdout()
    };
    let (one, two) = (project(&data("project")), project(&data("project")));
    let tidy = "find . -type f -exec touch -d 2001-01-01 {} + -exec chmod 600 {} +";
    assert!(Command::new("sh").args(["-c", tidy]).current_dir(two.path()).status().unwrap().success());
    let first = digest(one.path(), &[]);
    assert!(first.starts_with("sha256:") && first.ends_with('\n'));
    assert_eq!(first, digest(one.path(), &[]));
    assert_eq!(
        first,
        digest(two.path(), &[("LC_ALL", "tr_TR.UTF-8"), ("TZ", "Asia/Tokyo"), ("RAYON_NUM_THREADS", "7")])
    );
    let dated = digest(one.path(), &[("SOURCE_DATE_EPOCH", "1700000000")]);
    assert_ne!(first, dated);
    assert_eq!(dated, digest(two.path(), &[("SOURCE_DATE_EPOCH", "1700000000")]));
}

/// What the layer holds is what `catalog` holds, and opm's label says where.
#[test]
fn the_image_holds_the_catalog() {
    let (Some(skopeo), out) = (tool("skopeo"), Folder::new()) else { return };
    let layout = out.path().join("layout");
    Olmcat::new(["build", "--output", layout.to_str().unwrap()]).run().exits(0);
    let source = format!("oci:{}:latest", layout.display());
    let target = format!("dir:{}", out.path().join("copy").display());
    let copied =
        Command::new(skopeo).args(["--insecure-policy", "copy", "-q", &source, &target]).status().unwrap();
    assert!(copied.success());
    let manifest = fs::read(out.path().join("copy/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let layers = manifest["layers"].as_array().unwrap();
    assert_eq!(layers.len(), 1);
    let layer = layers[0]["digest"].as_str().unwrap().trim_start_matches("sha256:");
    let layer = out.path().join("copy").join(layer);
    let tar = Command::new("tar").arg("-xzf").arg(layer).arg("-C").arg(out.path()).status().unwrap();
    assert!(tar.success(), "{tar}");
    for package in fs::read_dir(root().join("catalog")).unwrap().map(|entry| entry.unwrap()) {
        if package.path().is_dir() {
            let unpacked = out.path().join("configs").join(package.file_name()).join("catalog.yaml");
            assert!(fs::read(unpacked).unwrap() == fs::read(package.path().join("catalog.yaml")).unwrap());
        }
    }
    let found =
        Command::new("find").args(["configs", "-type", "f"]).current_dir(out.path()).output().unwrap();
    assert_eq!(found.stdout.iter().filter(|byte| **byte == b'\n').count(), 4, "four files and no other");
}

/// Copies a value without prose: descriptions, icons, and the order of keys.
fn facts<'s>(value: Value<'_, 's>, to: &mut Builder<'s>) {
    match value.kind() {
        Kind::Map => {
            to.open_map();
            for (key, value) in value.entries() {
                let is_prose = match key.text() {
                    "description" => value.kind() == Kind::Str,
                    "icon" => true,
                    _ => false,
                };
                if !is_prose {
                    to.value(key);
                    facts(value, to);
                }
            }
            to.close();
        }
        Kind::List => {
            to.open_list();
            value.items().for_each(|item| facts(item, to));
            to.close();
        }
        _ => to.value(value),
    }
}

/// Every object of a bundle, without prose, as sorted JSON.
fn objects(bundle: &Path) -> Vec<String> {
    let mut objects = Vec::new();
    for folder in ["manifests", "metadata"] {
        for file in fs::read_dir(bundle.join(folder)).unwrap().map(|entry| entry.unwrap().path()) {
            let text = fs::read_to_string(&file).unwrap();
            let tree = yaml::read(&text, 0..text.len()).unwrap();
            let mut to = Builder::default();
            facts(tree.root().unwrap(), &mut to);
            let mut out = String::new();
            let style = json::Style { indent: 1, sort: true, escape_html: false, doubles: false };
            json::write(to.finish().root().unwrap(), style, &mut out);
            objects.push(out);
        }
    }
    objects.sort();
    objects
}

/// Names, versions, images, permissions, deployments, schemas: all as published.
#[test]
fn the_facts_of_every_bundle_are_as_published() {
    let Some(published) = shared("percona/bundles") else { return };
    let mut count = 0;
    for package in fs::read_dir(&published).unwrap().map(|entry| entry.unwrap()) {
        for version in fs::read_dir(package.path()).unwrap().map(|entry| entry.unwrap()) {
            let ours = root().join("bundles").join(package.file_name()).join(version.file_name());
            let (ours, theirs) = (objects(&ours), objects(&version.path()));
            for (ours, theirs) in ours.iter().zip(&theirs) {
                let differs = ours.lines().zip(theirs.lines()).find(|(ours, theirs)| ours != theirs);
                assert!(differs.is_none(), "{}: {differs:?}", version.path().display());
            }
            assert_eq!(ours.len(), theirs.len());
            count += 1;
        }
    }
    assert_eq!(count, 19);
}

/// What `bundle add` makes of a published bundle is what `bundles` holds, prose aside; and what it
/// holds is what `bundle add` would make of it: names and order are canonical.
#[test]
fn every_bundle_is_as_bundle_add_writes_it() {
    let folder = Folder::new();
    copy(&root().join("catalog"), &folder.path().join("catalog"));
    for package in fs::read_dir(root().join("bundles")).unwrap().map(|entry| entry.unwrap()) {
        for version in fs::read_dir(package.path()).unwrap().map(|entry| entry.unwrap().path()) {
            let args = ["bundle", "add", version.to_str().unwrap(), "--strip-descriptions"];
            Olmcat::new(args).current_dir(folder.path()).run().exits(0);
            let added =
                folder.path().join("bundles").join(package.file_name()).join(version.file_name().unwrap());
            let diff = Command::new("diff").arg("-r").arg(&version).arg(&added).output().unwrap();
            assert!(diff.status.success(), "{}", String::from_utf8_lossy(&diff.stdout));
        }
    }
    // Every image was in its template already.
    let diff = Command::new("diff")
        .arg("-r")
        .arg(root().join("catalog"))
        .arg(folder.path().join("catalog"))
        .output();
    let diff = diff.unwrap();
    assert!(diff.status.success(), "{}", String::from_utf8_lossy(&diff.stdout));
}
