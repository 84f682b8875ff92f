//! opm's door against a real registry: a catalog repository changes one line of its Makefile, and
//! nothing in its catalogs changes.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use crate::console::copy;
use crate::registry::Registry;
use crate::support::{Folder, Olmcat, shared};

/// As in a catalog repository, but for the line that names opm.
const MAKEFILE: &str = "\
VENEERS := $(wildcard veneer/*.yaml)

catalogs: $(VENEERS:veneer/%.yaml=catalog/%/catalog.yaml)

catalog/%/catalog.yaml: veneer/%.yaml
\tmkdir -p $(@D)
\t$(OPM) alpha render-template semver -o yaml $< > $@

validate: catalogs
\t$(OPM) validate catalog
";

/// Builds and pushes every published bundle, under the name that the templates use.
fn fill(registry: &Registry, percona: &Path, folder: &Folder) {
    let images = fs::read_to_string(percona.join("images.tsv")).unwrap();
    for line in images.lines() {
        let (name, path) = line.split_once('\t').unwrap();
        let work = folder.path().join("work");
        let _ = fs::remove_dir_all(&work);
        copy(&percona.join(path), &work);
        let package = Path::new(path).iter().nth(1).unwrap().to_str().unwrap();
        let tag = format!("127.0.0.1:{}/{name}", registry.port);
        let args =
            ["opm", "alpha", "bundle", "build", "-d", "manifests", "-p", package, "-c", "stable", "-t", &tag];
        // The published metadata names other channels, which the templates do not look at.
        fs::remove_file(work.join("metadata/annotations.yaml")).unwrap();
        Olmcat::new(args).current_dir(&work).env("HOME", folder.path()).run().exits(0);
    }
}

fn mirrors(port: u16) -> String {
    ["docker.io", "quay.io"]
        .map(|host| {
            format!(
                "[[registry]]\nprefix = \"{host}\"\nlocation = \"{host}\"\n\n[[registry.mirror]]\n\
                 location = \"127.0.0.1:{port}\"\ninsecure = true\n\n"
            )
        })
        .concat()
}

#[test]
fn veneers_give_the_catalogs_that_opm_gives() {
    let Some(percona) = shared("percona") else { return };
    let Some(registry) = Registry::plain() else { return };
    let folder = Folder::new();
    fill(&registry, &percona, &folder);
    let conf = folder.write("registries.conf", mirrors(registry.port));
    folder.write("Makefile", MAKEFILE);
    let packages: Vec<String> = fs::read_dir(percona.join("catalog"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    assert_eq!(packages.len(), 4);
    for package in &packages {
        let veneer = fs::read(percona.join("catalog").join(package).join("veneer.yaml")).unwrap();
        folder.write(&format!("veneer/{package}.yaml"), veneer);
    }
    let binary = Path::new(env!("CARGO_BIN_EXE_olmcat"));
    symlink(binary, folder.path().join("opm")).unwrap();
    for opm in [format!("{} opm", binary.display()), format!("{}/opm", folder.path().display())] {
        let _ = fs::remove_dir_all(folder.path().join("catalog"));
        let output = Command::new("make")
            .args(["--silent", "validate"])
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", folder.path())
            .env("OPM", &opm)
            .env("CONTAINERS_REGISTRIES_CONF", &conf)
            .current_dir(folder.path())
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{opm}: {told}");
        for package in &packages {
            let ours = fs::read(folder.path().join("catalog").join(package).join("catalog.yaml")).unwrap();
            let golden = fs::read(percona.join(format!("golden-template/{package}.yaml"))).unwrap();
            assert!(ours == golden, "{opm}: {package} differs from opm's");
        }
    }
}
