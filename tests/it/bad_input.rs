//! Files that are not what they should be: one finding each, which names the file and the remedy, in
//! bounded time and memory; and nothing that was there before is lost.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::project::{BUNDLE, CATALOG, IMAGE, Project, SETTINGS, TEMPLATE};
use crate::support::{Folder, Run};

const MANIFEST: &str = "bundles/demo/0.1.0/manifests/demo-settings_v1_configmap.yaml";
const CSV: &str = "bundles/demo/0.1.0/manifests/demo.clusterserviceversion.yaml";
const ANNOTATIONS: &str = "bundles/demo/0.1.0/metadata/annotations.yaml";
const SEATS: [&str; 6] = [MANIFEST, CSV, ANNOTATIONS, TEMPLATE, SETTINGS, CATALOG];

/// A gigabyte of addresses, for all threads and their stacks.
const LIMITS: &str = "ulimit -v 1048576; ulimit -t 20; export RAYON_NUM_THREADS=2";

/// Every command that reads a file in this seat, with the seat of its result.
fn commands(seat: &str) -> Vec<Vec<&str>> {
    match seat {
        CATALOG => vec![vec!["validate", CATALOG], vec!["render", CATALOG], vec!["list", "bundles", CATALOG]],
        TEMPLATE | SETTINGS => vec![
            vec!["validate"],
            vec!["validate", seat],
            vec!["render"],
            vec!["build"],
            vec!["bundle", "add", BUNDLE, "--force"],
        ],
        _ => vec![
            vec!["validate"],
            vec!["validate", BUNDLE],
            vec!["render"],
            vec!["render", BUNDLE],
            vec!["build"],
            vec!["bundle", "add", BUNDLE, "--force"],
        ],
    }
}

/// Returns the only finding of a run, which is about this file.
#[track_caller]
fn finding(args: &[&str], run: &Run, file: &str) -> Value {
    let (stdout, stderr) = (run.stdout(), run.stderr());
    // Findings are the result of `validate`, and stand beside that of anything else.
    let (report, other) = if args[0] == "validate" { (&stdout, &stderr) } else { (&stderr, &stdout) };
    assert_eq!(other, "", "{args:?}: {report}");
    let report: Value =
        serde_json::from_str(report).unwrap_or_else(|why| panic!("{args:?}: {why}: {report}"));
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{args:?}: {report:#}");
    let finding = findings[0].clone();
    assert_eq!(finding["file"], file, "{args:?}: {finding:#}");
    assert!(finding["message"].as_str().is_some_and(|text| text.len() > 10), "{finding:#}");
    assert!(finding["help"].as_str().is_some_and(|text| text.len() > 10), "{finding:#}");
    finding
}

/// Runs every command on a project with a spoilt file, and checks what it finds.
#[track_caller]
fn expect(project: &Project, seat: &str, id: &str, line: Option<usize>) {
    for args in commands(seat) {
        let before = Instant::now();
        let run = project.fails(&[&args[..], &["--format", "json"]].concat(), 1, LIMITS);
        assert!(before.elapsed() < Duration::from_secs(10), "{args:?} takes too long");
        let finding = finding(&args, &run, seat);
        assert_eq!(finding["id"], id, "{args:?}: {finding:#}");
        if line.is_some() {
            assert_eq!(finding["line"].as_u64(), line.map(|line| line as u64), "{args:?}: {finding:#}");
        }
    }
}

/// Spoils the file in each seat in turn, and checks what is found: the same everywhere.
#[track_caller]
fn everywhere(id: &str, spoil: impl Fn(&str) -> (Vec<u8>, Option<usize>)) {
    let project = Project::new();
    for seat in SEATS {
        let good = project.read(seat);
        let (bad, line) = spoil(&good);
        project.folder.write(seat, bad);
        expect(&project, seat, id, line);
        project.folder.write(seat, good);
    }
}

/// The line, from 1, in which a byte comes first.
fn line_of(bytes: &[u8], wanted: u8) -> Option<usize> {
    let at = bytes.iter().position(|byte| *byte == wanted)?;
    Some(bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1)
}

#[test]
fn what_is_no_yaml() {
    everywhere("invalid-yaml", |_| (b"Dear diary,\nthis: is: no YAML\n".to_vec(), Some(2)));
    everywhere("invalid-yaml", |good| {
        (format!("{good}\nx: [never closed\n").into_bytes(), Some(good.lines().count() + 2))
    });
}

#[test]
fn tabs() {
    everywhere("invalid-yaml", |good| {
        let bad = good.replacen("\n  ", "\n\t", 1).into_bytes();
        let line = line_of(&bad, b'\t');
        (bad, line)
    });
}

#[test]
fn bytes_that_are_no_utf8() {
    for spoilt in [b": \xff".as_slice(), b": caf\xe9 "] {
        everywhere("invalid-utf8", |good| {
            let at = good.find(": ").unwrap();
            let bad = [&good.as_bytes()[..at], spoilt, &good.as_bytes()[at + 2..]].concat();
            let line = line_of(&bad, *spoilt.iter().find(|byte| **byte > 0x7f).unwrap());
            (bad, line)
        });
    }
}

#[test]
fn keys_given_twice() {
    let project = Project::new();
    for seat in SEATS {
        let good = project.read(seat);
        let key = good.lines().find(|line| !line.starts_with('-')).unwrap().split(':').next().unwrap();
        // The first document of a catalog is the one that ends at the second separator.
        let first = good[4..].find("---\n").map_or(good.len(), |at| at + 4);
        let bad = format!("{}{key}: again\n{}", &good[..first], &good[first..]);
        project.folder.write(seat, &bad);
        for args in commands(seat) {
            let run = project.fails(&[&args[..], &["--format", "concise"]].concat(), 1, LIMITS);
            let told = run.stdout() + &run.stderr();
            let line = good[..first].lines().count() + 1;
            let wanted = format!("{seat}:{line}:1: error[duplicate-key]: `{key}` is given twice");
            assert!(told.contains(&wanted), "{args:?}: {told}");
        }
        project.folder.write(seat, good);
    }
}

#[test]
fn marks_and_line_ends_of_windows_are_fine() {
    for spoil in [|good: &str| format!("\u{feff}{good}"), |good: &str| good.replace('\n', "\r\n")] {
        let project = Project::new();
        let printed = project.olmcat(&["render", CATALOG]).run().exits(0).stdout();
        for seat in SEATS {
            let good = project.read(seat);
            project.folder.write(seat, spoil(&good));
            for args in [&["validate"][..], &["validate", seat], &["build", "--check"]] {
                let args =
                    if args.len() == 2 && seat.starts_with(BUNDLE) { &["validate", BUNDLE] } else { args };
                if seat == CATALOG && args[0] == "build" {
                    continue; // rightly: it is not what `render` would write
                }
                let run = project.olmcat(args).run().exits(0);
                assert_eq!(run.stderr(), "", "{seat} {args:?}");
            }
            assert_eq!(project.olmcat(&["render", CATALOG]).run().exits(0).stdout(), printed);
            project.folder.write(seat, good);
        }
        // The template is edited all the same.
        project.folder.write(TEMPLATE, spoil(&project.read(TEMPLATE)));
        project.olmcat(&["bundle", "add", BUNDLE, "--force", "--channel", "fast"]).run().exits(0);
        project.olmcat(&["render"]).run().exits(0);
        assert!(project.read(CATALOG).contains("name: fast-v0"));
    }
}

#[test]
fn a_line_of_100_megabytes() {
    let project = Project::new();
    let large = Folder::new();
    let file = large.path().join("large.yaml");
    fs::write(&file, "x: ".to_owned() + &"y".repeat(100_000_000) + "\n").unwrap();
    for seat in SEATS.into_iter().filter(|seat| *seat != CATALOG) {
        let good = project.read(seat);
        fs::remove_file(project.path(seat)).unwrap();
        fs::hard_link(&file, project.path(seat)).unwrap();
        expect(&project, seat, "unreadable-file", None);
        fs::remove_file(project.path(seat)).unwrap();
        project.folder.write(seat, good);
    }
    // A catalog may be as large; what is shown of it is cut.
    let file = file.to_str().unwrap();
    let told = project.fails(&["validate", file], 1, LIMITS).stdout();
    assert!(told.contains("error[missing-schema]") && told.contains(file), "{} bytes", told.len());
    assert!(told.len() < 2000, "{} bytes", told.len());
}

/// Each anchor is nine of the one before: `levels` of them are 9 to the power of that.
fn laughs(levels: u8) -> String {
    let mut text = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..levels {
        let (name, before) = (char::from(b'a' + level), char::from(b'a' + level - 1));
        text += &format!("{name}: &{name} [{}]\n", vec![format!("*{before}"); 9].join(", "));
    }
    text
}

#[test]
fn anchors_that_multiply() {
    everywhere("invalid-yaml", |_| (laughs(9).into_bytes(), None));
    let project = Project::new();
    for levels in [8, 26] {
        project.folder.write(CATALOG, laughs(levels));
        let told = project.fails(&["validate", CATALOG], 1, LIMITS).stdout();
        assert!(told.contains("aliases multiply the document"), "{told}");
        assert!(told.contains("write the values out"), "{told}");
    }
    // By mappings that are merged, and by keys.
    let mut text = "a: &a {x: 1}\n".to_owned();
    for level in 1..26 {
        let (name, before) = (char::from(b'a' + level), char::from(b'a' + level - 1));
        text += &format!("{name}: &{name} {{<<: [{}]}}\n", vec![format!("*{before}"); 9].join(", "));
    }
    project.folder.write(CATALOG, text);
    expect(&project, CATALOG, "invalid-yaml", None);
}

#[test]
fn nothing_in_it() {
    let project = Project::new();
    for bad in ["", "# nothing yet\n", "---\n---\n", "\n \n", "\u{feff}"] {
        for (seat, id) in [
            (MANIFEST, "manifest-without-kind"),
            (CSV, "manifest-without-kind"),
            (ANNOTATIONS, "missing-annotations"),
            (TEMPLATE, "invalid-template"),
            (SETTINGS, "invalid-settings"),
            (CATALOG, "empty-catalog"),
        ] {
            let good = project.read(seat);
            project.folder.write(seat, bad);
            for args in commands(seat) {
                let is_valid = match seat {
                    // opm prints the rest of the bundle, too; settings are all optional.
                    MANIFEST => args == ["render", BUNDLE],
                    SETTINGS => args.len() > 1,
                    _ => args == ["render", CATALOG],
                };
                if args == ["render", CATALOG] {
                    let run = project.olmcat(&args).run().exits(0);
                    assert_eq!(run.stdout(), "");
                    assert!(run.stderr().starts_with(&format!("{CATALOG} holds no blobs")));
                } else if !is_valid {
                    let run = project.fails(&[&args[..], &["--format", "json"]].concat(), 1, LIMITS);
                    let is_render = args == ["render", BUNDLE];
                    let finding = finding(&args, &run, if is_render { BUNDLE } else { seat });
                    assert_eq!(finding["id"], if is_render { "unrenderable-bundle" } else { id }, "{args:?}");
                }
            }
            project.folder.write(seat, good);
        }
    }
}

#[test]
fn a_folder_a_link_or_a_pipe_in_the_place_of_a_file() {
    let project = Project::new();
    let pipe = |path: &Path| {
        assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
    };
    type Spoil<'a> = &'a dyn Fn(&Path);
    let spoils: [(&str, Spoil<'_>); 5] = [
        ("it is a folder", &|path| fs::create_dir(path).unwrap()),
        ("it is a link to nowhere, which does not exist", &|path| symlink("nowhere", path).unwrap()),
        ("which cannot be followed", &|path| symlink(path.file_name().unwrap(), path).unwrap()),
        ("it is no regular file", &|path| symlink("/dev/zero", path).unwrap()),
        ("it is no regular file", &pipe),
    ];
    for (words, spoil) in spoils {
        for seat in SEATS {
            let (good, path) = (project.read(seat), project.path(seat));
            fs::remove_file(&path).unwrap();
            spoil(&path);
            for args in commands(seat) {
                // A folder is a catalog, as good as a file.
                if path.is_dir() && (seat == CATALOG || args == ["validate", TEMPLATE]) {
                    continue;
                }
                let run = project.fails(&[&args[..], &["--format", "json"]].concat(), 1, LIMITS);
                let finding = finding(&args, &run, seat);
                assert_eq!(finding["id"], "unreadable-file", "{finding:#}");
                assert!(finding["message"].as_str().unwrap().contains(words), "{finding:#}");
            }
            if path.is_dir() {
                fs::remove_dir(&path).unwrap()
            } else {
                fs::remove_file(&path).unwrap()
            }
            project.folder.write(seat, good);
        }
    }
}

#[test]
fn a_link_to_a_file_stays_a_link() {
    let project = Project::new();
    for seat in [TEMPLATE, CATALOG] {
        fs::rename(project.path(seat), project.path("elsewhere.yaml")).unwrap();
        symlink("../../elsewhere.yaml", project.path(seat)).unwrap();
        project.olmcat(&["bundle", "add", BUNDLE, "--force", "--channel", "fast"]).run().exits(0);
        project.olmcat(&["render"]).run().exits(0);
        assert!(project.path(seat).is_symlink() && project.read("elsewhere.yaml").contains("fast"));
        fs::rename(project.path("elsewhere.yaml"), project.path(seat)).unwrap();
    }
}

#[test]
fn a_bundle_with_no_csv_or_with_two() {
    let project = Project::new();
    let csv = project.read(CSV);
    fs::remove_file(project.path(CSV)).unwrap();
    for args in commands(CSV) {
        let run = project.fails(&[&args[..], &["--format", "json"]].concat(), 1, LIMITS);
        let id = if args == ["render", BUNDLE] { "unrenderable-bundle" } else { "missing-csv" };
        assert_eq!(finding(&args, &run, BUNDLE)["id"], id);
    }
    project.folder.write(CSV, &csv);
    let second = "bundles/demo/0.1.0/manifests/other.clusterserviceversion.yaml";
    project.folder.write(second, &csv);
    for args in commands(CSV) {
        if args != ["render", BUNDLE] {
            let run = project.fails(&[&args[..], &["--format", "json"]].concat(), 1, LIMITS);
            assert_eq!(finding(&args, &run, second)["id"], "multiple-csvs");
        }
    }
    fs::remove_file(project.path(second)).unwrap();
    // Half a bundle is a bundle with a fault; a folder that is none is named.
    fs::remove_dir_all(project.path("bundles/demo/0.1.0/metadata")).unwrap();
    for args in [&["validate"][..], &["validate", BUNDLE]] {
        let run = project.fails(&[args, &["--format", "json"]].concat(), 1, LIMITS);
        assert_eq!(finding(args, &run, BUNDLE)["id"], "missing-annotations");
    }
    let told = project.error(&["bundle", "add", "catalog"], LIMITS);
    assert!(
        told.contains("catalog is no bundle") && told.contains("folders `manifests` and `metadata`"),
        "{told}"
    );
}

#[test]
fn a_template_that_names_a_bundle_which_is_not_there() {
    let project = Project::new();
    let good = project.read(TEMPLATE);
    project.folder.write(TEMPLATE, format!("{good}  - image: registry.example/demo/demo-bundle:v0.9.0\n"));
    for args in [&["validate"][..], &["render"], &["render", "--check"], &["build"]] {
        let run = project.fails(&[args, &["--format", "json"]].concat(), 1, LIMITS);
        let finding = finding(args, &run, TEMPLATE);
        assert_eq!((&finding["id"], &finding["line"]), (&"unknown-bundle".into(), &6.into()));
    }
    // The bundle is there, but its image has another name.
    project.folder.write(TEMPLATE, good.replace(IMAGE, "registry.example/demo/demo-bundle:0.1.0"));
    let told = project.fails(&["validate", "--format", "concise"], 1, LIMITS).stdout();
    assert!(told.contains("catalog/demo/template.yaml:5:12: error[unknown-bundle]"), "{told}");
}

#[test]
fn paths_that_lead_nowhere() {
    let project = Project::new();
    for (args, words) in [
        (&["validate", "nowhere"][..], "cannot read nowhere: there is no such file or folder"),
        (&["list", "bundles", "nowhere"], "cannot read nowhere: there is no such file or folder"),
        (&["render", "nowhere"], "cannot read nowhere: there is no such file or folder"),
        (&["bundle", "add", "nowhere"], "cannot read nowhere: No such file"),
        (&["push", "localhost:1/demo:v1", "--layout", "nowhere"], "nowhere is not an OCI layout"),
        (&["build", "--project", "nowhere"], "no project here: nowhere/catalog/olmcat.yaml is missing"),
        (&["validate", "catalog/olmcat.yaml/x"], "cannot read catalog/olmcat.yaml/x: there is no such file"),
    ] {
        let told = project.error(args, LIMITS);
        assert!(told.contains(words), "{args:?}: {told}");
    }
}
