//! Packages go onto a catalog that is published already, and every other byte of it stays.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use olmcat::catalog::{self, Catalog, Format, Rest, cut};
use olmcat::diag::Report;
use olmcat::text::Sources;

use crate::registry::Registry;
use crate::repository::project;
use crate::support::{Folder, Olmcat, data, tool};

/// A catalog of other packages, in the forms that people write: several packages in one file, JSON, a
/// license above, a hidden file.
fn published(folder: &Folder) {
    let package = |name: &str| {
        format!(
            "schema: olm.package\nname: {name}\ndefaultChannel: stable\n---\nschema: olm.channel\nname: stable\n\
             package: {name}\nentries:\n- {{name: {name}.v1}}\n---\n# as it came\nschema: olm.bundle\nname: {name}.v1\n\
             package: {name}\nimage: quay.io/{name}/bundle:v1\nproperties:\n\
             - {{type: olm.package, value: {{packageName: {name}, version: 1.0.0}}}}\n"
        )
    };
    folder.write("base/one/index.yaml", format!("---\n{}", package("one")));
    folder.write(
        "base/mixed.yaml",
        format!("{}---\n{}---\n{}", package("two"), package("demo"), package("three")),
    );
    folder.write(
        "base/json.json",
        r#"{"schema": "olm.package",  "name": "four", "defaultChannel": "a"}
{"schema":"olm.channel","name":"a","package":"four","entries":[{"name":"four.v1"}]}
{"schema":"olm.bundle","name":"four.v1","package":"four","image":"quay.io/four:v1","properties":[{"type":"olm.package","value":{"packageName":"four","version":"1.0.0"}}]}
"#,
    );
    folder.write("base/README.md", "no blob");
    folder.write("base/.indexignore", "*.md\n");
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let found = Command::new("find").args([".", "-type", "f"]).current_dir(folder).output().unwrap();
    let paths = String::from_utf8(found.stdout).unwrap();
    paths.lines().map(|path| (path[2..].to_owned(), fs::read(folder.join(path)).unwrap())).collect()
}

/// The files of the catalog in an image.
fn unpacked(layout: &Path, to: &Folder) -> Option<BTreeMap<String, Vec<u8>>> {
    let skopeo = tool("skopeo")?;
    let (source, target) = (format!("oci:{}:latest", layout.display()), to.path().join("copy"));
    let _ = fs::remove_dir_all(&target);
    let _ = fs::remove_dir_all(to.path().join("configs"));
    let copy = ["--insecure-policy", "copy", "-q", &source, &format!("dir:{}", target.display())];
    assert!(Command::new(skopeo).args(copy).status().unwrap().success());
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(target.join("manifest.json")).unwrap()).unwrap();
    let layer = manifest["layers"][0]["digest"].as_str().unwrap().trim_start_matches("sha256:");
    let tar = Command::new("tar").arg("-xzf").arg(target.join(layer)).arg("-C").arg(to.path()).status();
    assert!(tar.unwrap().success());
    Some(files(&to.path().join("configs")))
}

#[test]
fn packages_are_added_and_replaced_and_all_else_stays() {
    let (project, out) = (project(&data("project")), Folder::new());
    published(&project);
    let layout = project.path().join("target/image");
    Olmcat::new(["build", "--onto", "base"]).current_dir(project.path()).run().exits(0);
    let Some(mut after) = unpacked(&layout, &out) else { return };
    let before = files(&project.path().join("base"));
    let ours = fs::read(project.path().join("catalog/demo/catalog.yaml")).unwrap();
    assert_eq!(after.remove("demo/catalog.yaml"), Some(ours));
    let mixed = String::from_utf8(after.remove("mixed.yaml").unwrap()).unwrap();
    for (path, bytes) in before.iter().filter(|(path, _)| *path != "mixed.yaml") {
        assert_eq!(after.remove(path).as_ref(), Some(bytes), "{path}");
    }
    assert!(after.is_empty(), "{:?}", after.keys());
    // Of the file with several packages every other byte is there, comments and all.
    let whole = String::from_utf8(before["mixed.yaml"].clone()).unwrap();
    let parts: Vec<&str> = whole.split("---\n").collect();
    assert_eq!(mixed, [&parts[..3], &parts[6..]].concat().join("---\n"));

    // A second time changes nothing, and from a registry it is the same.
    let Some(registry) = Registry::plain() else { return };
    let name = format!("127.0.0.1:{}/catalog", registry.port);
    let home = project.path().to_owned();
    let run = |args: &[&str]| Olmcat::new(args).current_dir(&home).env("HOME", &home).run().exits(0).stdout();
    let first = run(&["push", &format!("{name}:v1"), "--onto", "base"]);
    assert_eq!(run(&["push", &format!("{name}:v2"), "--onto", &format!("{name}:v1")]), first);
    assert_eq!(run(&["build", "--onto", &format!("{name}:v2")]), first);
}

#[test]
fn packages_are_pruned() {
    let (project, out) = (project(&data("project")), Folder::new());
    published(&project);
    let build = |packages: &str| {
        let args = ["build", "--onto", "base", "--packages", packages];
        Olmcat::new(args).current_dir(project.path()).run()
    };
    build("three,demo").exits(0);
    let Some(after) = unpacked(&project.path().join("target/image"), &out) else { return };
    let paths: Vec<&str> = after.keys().map(String::as_str).collect();
    assert_eq!(paths, [".indexignore", "README.md", "demo/catalog.yaml", "mixed.yaml"]);
    let mixed = String::from_utf8_lossy(&after["mixed.yaml"]);
    assert!(mixed.contains("name: three\n") && !mixed.contains("name: two\n") && !mixed.contains("demo"));
    build("one").exits(0);
    let after = unpacked(&project.path().join("target/image"), &out).unwrap();
    assert!(!after.contains_key("demo/catalog.yaml") && after.contains_key("one/index.yaml"));
    assert!(build("nobody").exits(2).stderr().contains("no package is called `nobody`"));
    // Without something to go onto, the project alone is pruned.
    let run = Olmcat::new(["build", "--packages", "nobody"]).current_dir(project.path()).run();
    assert!(run.exits(2).stderr().contains("there are:"));
}

#[test]
fn what_is_wrong_with_the_whole_is_found() {
    let project = project(&data("project"));
    published(&project);
    project.write("base/demo/catalog.yaml", "schema: olm.package\nname: five\n");
    let run = Olmcat::new(["build", "--onto", "base"]).current_dir(project.path()).run().exits(2);
    assert!(run.stderr().contains("holds something else at `demo/catalog.yaml`"), "{}", run.stderr());
    fs::remove_file(project.path().join("base/demo/catalog.yaml")).unwrap();
    project.write("base/five.yaml", "schema: olm.package\nname: five\n");
    let run = Olmcat::new(["build", "--onto", "base"]).current_dir(project.path()).run().exits(1);
    assert!(run.stderr().contains("base:five.yaml:2:"), "{}", run.stderr());
    assert!(run.stdout().is_empty());
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

    /// Cutting a text and reading it comes to the same as reading it and dropping blobs.
    #[test]
    fn cutting_is_dropping(
        packages in proptest::collection::vec(0..4_usize, 1..8),
        starts in proptest::bool::ANY,
        is_json in proptest::bool::ANY,
        gaps in proptest::collection::vec("(\n|# note\n|)", 8),
    ) {
        let mut text = String::new();
        for (index, package) in packages.iter().enumerate() {
            let blob = format!("{{\"schema\": \"custom\", \"package\": \"p{package}\", \"n\": {index}}}");
            if is_json {
                text += &format!("{blob}\n");
            } else {
                if index > 0 || starts {
                    text += "---\n";
                }
                text += &format!("{}package: p{package}\nschema: custom\nn: {index}\n", gaps[index]);
            }
        }
        let keeps = |package: &str| package == "p1" || package == "p2";
        let read = |text: &str| {
            let (sources, mut report) = (Sources::default(), Report::default());
            let file = sources.add("x", text.as_bytes().to_vec());
            let mut catalog = catalog::read(&sources, file, &mut report);
            assert!(!report.has_errors(), "{text}\n{report:?}");
            let rest = cut(text, &catalog, keeps);
            catalog.others.retain(|meta| keeps(&meta.package));
            (rest, catalog::write(&catalog, Format::Json))
        };
        let (rest, wanted) = read(&text);
        let rest = match rest {
            Rest::Whole => text.clone(),
            Rest::Part(rest) => rest,
            Rest::Nothing => String::new(),
        };
        if rest.is_empty() {
            assert_eq!(wanted, catalog::write(&Catalog::default(), Format::Json));
        } else {
            assert_eq!(read(&rest).1, wanted, "{text}\n=>\n{rest}");
        }
    }
}
