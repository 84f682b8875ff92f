//! The tables of README.md for those who come from another tool: every command in them is run.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::console::{Reader, copy};
use crate::registry::Registry;
use crate::support::{Folder, Olmcat, root, tool};

/// The rows of the table below a heading, each of two cells.
fn rows(text: &str, heading: &str) -> Vec<[String; 2]> {
    let section = text.split_once(&format!("\n### {heading}\n")).expect("the section is there").1;
    let section = section.split("\n#").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let rows = rows.filter_map(|row| row.split_once(" | ")).skip(2);
    rows.map(|(left, right)| [left.to_owned(), right.to_owned()]).collect()
}

/// The commands of a program that a cell names.
fn commands<'t>(cell: &'t str, program: &'t str) -> impl Iterator<Item = &'t str> {
    let spans = cell.split('`').skip(1).step_by(2);
    spans.filter(move |span| span.split(' ').next() == Some(program) && span.contains(' '))
}

/// A folder as the guide has it: this project, with `next`, a version of an operator that it does not have, and
/// `bundle`, what an operator's own project makes.
fn prepare(folder: &Path) {
    for part in ["bundles", "catalog"] {
        copy(&root().join(part), &folder.join(part));
    }
    copy(&root().join("bundles/dbaas-operator/0.1.17"), &folder.join("bundle"));
    copy(&root().join("bundles/percona-xtradb-cluster-operator/1.13.0"), &folder.join("next"));
    let csv = folder.join("next/manifests/percona-xtradb-cluster-operator.clusterserviceversion.yaml");
    fs::write(&csv, fs::read_to_string(&csv).unwrap().replace("1.13.0", "1.13.1")).unwrap();
}

/// Runs a command; one that serves or watches is ended once it says that it does.
fn run(command: &str, folder: &Path, registry: u16) {
    let mut reader = Reader::new(folder, registry);
    if ["serve", "watch"].iter().any(|word| command.split(' ').nth(1) == Some(word)) {
        let port = if command.contains("serve") { " --port 0" } else { "" };
        reader.start(&format!("{command}{port}"));
        assert_eq!(reader.stop(), [Some(0)], "{command}");
        return;
    }
    let lines = reader.run(command);
    let end = lines.iter().find(|line| line.starts_with("[exit "));
    assert!(end.is_none(), "{command}\n{}", lines.join("\n"));
}

fn run_all(heading: &str, old: &str) -> (usize, usize) {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    let (Some(_), Some(registry)) = (tool("skopeo"), Registry::plain()) else {
        return (usize::MAX, usize::MAX);
    };
    let (mut before, mut now) = (0, 0);
    for [left, right] in rows(&text, heading) {
        let folder = Folder::new();
        prepare(folder.path());
        let link = folder.path().join("opm");
        symlink(env!("CARGO_BIN_EXE_olmcat"), &link).unwrap();
        for command in commands(&left, old).filter(|_| old == "opm") {
            run(&format!("./{command}"), folder.path(), registry.port);
            before += 1;
        }
        for command in commands(&right, "olmcat") {
            run(command, folder.path(), registry.port);
            now += 1;
        }
    }
    (before, now)
}

#[test]
fn what_opm_does_olmcat_does() {
    let (before, now) = run_all("Coming from opm", "opm");
    assert!(before >= 6 && now >= 9, "{before} {now}");
}

#[test]
fn what_operator_sdk_does_with_bundles_olmcat_does() {
    let (_, now) = run_all("Coming from operator-sdk", "operator-sdk");
    assert!(now >= 5, "{now}");
}

/// What stands in the guide is what the program says of itself.
#[test]
fn the_commands_of_the_guide_are_commands() {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    let section = text.split_once("\n## Three ways in\n").unwrap().1.split("\n## ").next().unwrap();
    let words = section.split("`olmcat ").skip(1);
    for word in words.filter_map(|rest| rest.split(['`', ' ']).next()) {
        Olmcat::new([word, "--help"]).run().exits(0);
    }
}
