//! `olmcat init`: an empty folder becomes a project in which everything works, and nothing is overwritten.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use olmcat::text::yaml;

use crate::support::{Folder, Olmcat, data, root};

/// The files of a folder, by their paths.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for path in fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(
                    path.strip_prefix(folder).unwrap().to_owned(),
                    fs::read(&path).unwrap_or_default(),
                );
            }
        }
    }
    found
}

fn olmcat(folder: &Path, args: &[&str]) -> Olmcat {
    Olmcat::new(args).current_dir(folder)
}

const ALL: [&str; 6] = ["init", "--image", "quay.io/team/catalog", "--contract", "--ci", "github,gitlab"];

#[test]
fn an_empty_folder_becomes_a_project_in_which_everything_works() {
    let folder = Folder::new();
    let here = folder.path();
    let bundle = |version: &str| data("project/bundles/demo").join(version).to_str().unwrap().to_owned();
    olmcat(here, &ALL).run().exits(0);
    let run = olmcat(here, &["validate"]).run().exits(0);
    assert_eq!(run.stdout(), "");
    // Without a bundle there is no image, and the remedy is told.
    let run = olmcat(here, &["build"]).run().exits(2);
    assert!(run.stderr().contains("olmcat bundle add"), "{}", run.stderr());
    let image = "quay.io/team/demo-bundle:v0.1.0";
    olmcat(here, &["bundle", "add", &bundle("0.1.0"), "--image", image]).run().exits(0);
    // From then on the settings know where its images are.
    olmcat(here, &["bundle", "add", &bundle("0.2.0"), "--channel", "fast"]).run().exits(0);
    for args in [&["render"][..], &["validate"], &["render", "--check"], &["build", "--check"], &["build"]] {
        olmcat(here, args).run().exits(0);
    }
    let listed = olmcat(here, &["list", "channels", "target/image"]).run().exits(0).stdout();
    let lines: Vec<Vec<&str>> = listed.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[1..], [["demo", "fast-v0", "demo.v0.2.0"], ["demo", "stable-v0", "demo.v0.1.0"]]);
    // Whatever editors are told, is there.
    let mut directives = 0;
    for (path, text) in files(&here.join("catalog")) {
        let text = String::from_utf8(text).unwrap();
        if let Some(schema) =
            text.lines().find_map(|line| line.strip_prefix("# yaml-language-server: $schema="))
        {
            let schema = here.join("catalog").join(&path).with_file_name(schema);
            assert!(schema.is_file(), "{}: {}", path.display(), schema.display());
            directives += 1;
        }
    }
    assert_eq!(directives, 3, "settings, contract, template");
}

#[test]
fn one_command_begins_with_a_bundle() {
    let folder = Folder::new();
    let bundle = data("project/bundles/demo/0.2.0");
    let args = [
        "init",
        "new/catalog",
        "--bundle",
        bundle.to_str().unwrap(),
        "--bundle-image",
        "quay.io/team/demo:v0.2.0",
    ];
    let first = olmcat(folder.path(), &args).run().exits(0);
    assert!(first.stderr().contains("wrote new/catalog/bundles/demo/0.2.0 (4 files)"), "{}", first.stderr());
    let here = folder.path().join("new/catalog");
    olmcat(&here, &["render", "--check"]).run().exits(0);
    olmcat(&here, &["build"]).run().exits(0);
    let before = files(&here);
    let second = olmcat(folder.path(), &args).run().exits(0);
    assert!(second.stderr().contains("kept new/catalog/bundles/demo/0.2.0"), "{}", second.stderr());
    assert!(!second.stderr().contains("wrote"), "{}", second.stderr());
    assert!(before == files(&here));
}

#[test]
fn a_bundle_with_faults_is_told_and_not_taken() {
    let folder = Folder::new();
    crate::console::copy(&data("project/bundles/demo/0.2.0"), &folder.path().join("bundle"));
    let csv = folder.path().join("bundle/manifests/demo.clusterserviceversion.yaml");
    fs::write(&csv, fs::read_to_string(&csv).unwrap().replace("version: 0.2.0", "version: two")).unwrap();
    let args = ["init", "--bundle", "bundle", "--bundle-image", "quay.io/team/demo:v0.2.0"];
    let run = olmcat(folder.path(), &args).run().exits(1);
    assert!(run.stderr().contains("invalid-csv-version"), "{}", run.stderr());
    assert!(!folder.path().join("bundles").exists());
    olmcat(folder.path(), &["validate"]).run().exits(0);
}

#[test]
fn nothing_is_overwritten() {
    let folder = Folder::new();
    olmcat(folder.path(), &ALL).run().exits(0);
    let all: Vec<PathBuf> = files(folder.path()).into_keys().collect();
    assert!(all.len() >= 12, "{all:?}");
    for path in &all {
        let other = Folder::new();
        // A link to nowhere is there, too.
        let is_link = path.ends_with(".gitignore");
        if is_link {
            symlink("nowhere", other.path().join(path)).unwrap();
        } else {
            other.write(path.to_str().unwrap(), "{}\n");
        }
        let run = olmcat(other.path(), &ALL).run();
        assert!(run.stderr().contains(&format!("kept {}", path.display())), "{}", run.stderr());
        let found = files(other.path());
        if is_link {
            assert!(!other.path().join("nowhere").exists());
        } else {
            assert_eq!(found[path], b"{}\n", "{}", path.display());
        }
        assert!(found.len() >= all.len() - 1, "the others are written");
    }
}

#[test]
fn schemas_of_another_version_are_renewed_when_that_is_asked_for() {
    let folder = Folder::new();
    let old = folder.write("catalog/template.schema.json", "{}\n");
    let run = olmcat(folder.path(), &["init"]).run().exits(0);
    let told =
        "kept catalog/template.schema.json, which is of another version: `olmcat schema --write` renews it";
    assert!(run.stderr().contains(told), "{}", run.stderr());
    let run = olmcat(folder.path(), &["schema", "--write"]).run().exits(0);
    assert_eq!(run.stderr(), "wrote catalog/template.schema.json\n");
    let printed = olmcat(folder.path(), &["schema", "template"]).run().exits(0).stdout();
    assert_eq!(fs::read_to_string(old).unwrap(), printed);
    assert_eq!(olmcat(folder.path(), &["schema", "--write"]).run().exits(0).stderr(), "");
}

#[test]
fn what_cannot_be_done_is_told() {
    let folder = Folder::new();
    folder.write("file", "");
    folder.write("taken/catalog", "");
    let image = "--image";
    for (args, told) in [
        (&["init", "file"][..], "file is a file"),
        (&["init", "taken"], "cannot create taken/catalog"),
        (&["init", image, "quay.io/team/catalog:latest"], "name the repository alone"),
        (&["init", image, "quay.io/team/catalog # no"], "invalid value"),
        (&["init", image, "a: b"], "invalid value"),
        (&["init", "--home", "https://example.com/olmcat"], "https://HOST/OWNER/REPOSITORY"),
        (&["init", "--home", "https://example.com/team/olmcat # no"], "https://HOST/OWNER/REPOSITORY"),
        (&["init", "--home", "https://github.com/team/group/olmcat"], "https://HOST/OWNER/REPOSITORY"),
        (&["init", "--ci", "none,github"], "`--ci none` and another host contradict one another"),
        (&["init", "--bundle", "file"], "--bundle-image"),
        (&["init", "new", "--bundle", "file", "--bundle-image", "quay.io/team/demo:v1"], "file"),
    ] {
        let run = olmcat(folder.path(), args).run().exits(2);
        assert!(run.stderr().contains(told), "{args:?}: {}", run.stderr());
    }
}

/// The jobs are YAML, and small enough to be read before they are trusted.
#[test]
fn the_jobs_are_short_yaml() {
    let folder = Folder::new();
    olmcat(folder.path(), &ALL).run().exits(0);
    for name in [".github/workflows/catalog.yml", ".gitlab-ci.yml", ".pre-commit-config.yaml"] {
        let text = fs::read_to_string(folder.path().join(name)).unwrap();
        yaml::read(&text, 0..text.len()).unwrap();
        assert!(text.contains("olmcat") && text.lines().count() <= 40, "{name}");
        assert!(!text.contains(['{', '}']) || name.contains("github"), "{name} is filled in");
    }
    let without = Folder::new();
    olmcat(without.path(), &["init", "--ci", "none"]).run().exits(0);
    assert!(!without.path().join(".github").exists() && !without.path().join(".gitlab-ci.yml").exists());
}

/// Each code host has addresses of its own, and GitHub runs what is on github.com only: the same name there may be that of
/// a stranger, who would get the password.
#[test]
fn the_jobs_take_olmcat_from_where_it_is() {
    let version = concat!("v", env!("CARGO_PKG_VERSION"));
    let (github, gitlab, hooks) =
        (".github/workflows/catalog.yml", ".gitlab-ci.yml", ".pre-commit-config.yaml");
    let to_do = "in the place of OWNER, in .github/workflows/catalog.yml: GitHub takes actions from github.com alone\n";
    for (home, action, raw, releases, told) in [
        ("https://github.com/team/olmcat", "team/olmcat", "raw", "releases/download/VERSION", ""),
        (
            "https://gitlab.com/group/sub/olmcat",
            "OWNER/olmcat",
            "-/raw",
            "-/releases/VERSION/downloads",
            to_do,
        ),
        (
            "https://git.example.com/team/olmcat",
            "OWNER/olmcat",
            "-/raw",
            "-/releases/VERSION/downloads",
            to_do,
        ),
    ] {
        let folder = Folder::new();
        let args = ["init", "--ci", "github,gitlab", "--home", &format!("{home}.git")];
        let run = olmcat(folder.path(), &args).run().exits(0);
        let is_told =
            if told.is_empty() { !run.stderr().contains("OWNER") } else { run.stderr().contains(told) };
        assert!(is_told, "{}", run.stderr());
        assert!(run.stderr().contains("REGISTRY_PASSWORD") && run.stderr().contains("OLMCAT_PASSWORD"));
        let releases = releases.replace("VERSION", version);
        let of_action = format!("https://github.com/{action}/releases/download/{version}");
        for (name, line) in [
            (github, format!("uses: {action}/.github/actions/olmcat@{version}\n")),
            (github, format!("release: {of_action}\n")),
            (github, "        # push: ".to_owned()),
            (gitlab, format!("remote: {home}/{raw}/{version}/.gitlab/olmcat.yml\n")),
            (gitlab, format!("OLMCAT_RELEASE: {home}/{releases}\n")),
            (gitlab, "  # OLMCAT_PUSH: ".to_owned()),
            (hooks, format!("repo: {home}\n")),
        ] {
            let text = fs::read_to_string(folder.path().join(name)).unwrap();
            assert!(text.contains(&line), "{name}: {line}\n{text}");
        }
        // The checkout is the one that README names.
        let readme = fs::read_to_string(root().join("README.md")).unwrap();
        let text = fs::read_to_string(folder.path().join(github)).unwrap();
        let checkout = text.split("    steps:\n").nth(1).unwrap().lines().take(2);
        let checkout: String = checkout.map(|line| format!("{line}\n")).collect();
        assert!(checkout.contains("checkout@") && readme.contains(&checkout), "{checkout}");
    }
}

/// What the jobs name is what this repository publishes: the inputs of its action, the variables of its template, its
/// hooks.
#[test]
fn the_jobs_name_what_is_published() {
    let folder = Folder::new();
    olmcat(folder.path(), &ALL).run().exits(0);
    // The names of a file's fields at a depth, also of those that wait behind a `#`.
    let names = |job: &str, start: &str| -> Vec<String> {
        let text = fs::read_to_string(folder.path().join(job)).unwrap();
        let lines = text.lines().filter_map(|line| line.strip_prefix(start));
        let fields = lines.filter_map(|line| line.trim_start_matches("# ").split_once(':'));
        fields.map(|(name, _)| name.to_owned()).filter(|name| !name.contains(' ')).collect()
    };
    let text = fs::read_to_string(folder.path().join(".pre-commit-config.yaml")).unwrap();
    let hooks = text.lines().filter_map(|line| line.strip_prefix("  - id: ")).map(str::to_owned).collect();
    for (published, start, wanted) in [
        (".github/actions/olmcat/action.yml", "  ", names(".github/workflows/catalog.yml", "        ")),
        (".gitlab/olmcat.yml", "  ", names(".gitlab-ci.yml", "  ")),
        (".pre-commit-hooks.yaml", "- id: ", hooks),
    ] {
        assert!(wanted.len() >= 2, "{published}: {wanted:?}");
        let text = fs::read_to_string(root().join(published)).unwrap();
        for name in wanted {
            let has = |line: &str| {
                line.strip_prefix(start).is_some_and(|line| {
                    line.trim_end_matches(':') == name || line.starts_with(&format!("{name}: "))
                })
            };
            assert!(text.lines().any(has), "{published} has no `{name}`");
        }
    }
}
