//! The architecture is the table in `src/lib.rs`; here it is held.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::root;

/// A room of the house: the rooms it may import, and the crates that only such rooms may use.
struct Room {
    stands_on: Option<BTreeSet<String>>,
    fences: Vec<String>,
}

/// Reads the table; its order is from the roof to the ground.
fn table() -> Vec<(String, Room)> {
    let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let words =
        |cell: &str| -> Vec<String> { cell.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let rows = text.lines().filter_map(|line| line.strip_prefix("//! | `"));
    let rooms: Vec<_> = rows
        .map(|row| {
            let cells: Vec<&str> = row.split('|').collect();
            let stands_on = (!cells[1].contains("everything")).then(|| words(cells[1]).into_iter().collect());
            (cells[0].trim_end_matches(['`', ' ']).to_owned(), Room { stands_on, fences: words(cells[2]) })
        })
        .collect();
    assert!(rooms.len() > 10, "the table has been read");
    rooms
}

/// Every Rust file below a folder, with its text.
fn rust_files(folder: &str) -> BTreeMap<PathBuf, String> {
    fn walk(folder: &Path, files: &mut BTreeMap<PathBuf, String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                files.insert(path.strip_prefix(root()).unwrap().to_owned(), text);
            }
        }
    }
    let mut files = BTreeMap::new();
    walk(&root().join(folder), &mut files);
    files
}

/// The room of a file below `src`; none for `main.rs` and `lib.rs`.
fn room_of(path: &Path) -> Option<String> {
    let name = path.components().nth(1)?.as_os_str().to_string_lossy().into_owned();
    let name = name.trim_end_matches(".rs").to_owned();
    (!["main", "lib"].contains(&name.as_str())).then_some(name)
}

/// The words that follow a prefix in the code of a file; comments do not count.
fn after<'t>(text: &'t str, prefix: &'t str) -> impl Iterator<Item = (usize, &'t str)> {
    text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")).flat_map(
        move |(number, line)| {
            line.match_indices(prefix).filter_map(move |(at, _)| {
                let is_word = |c: char| c.is_alphanumeric() || c == '_';
                let before = line[..at].chars().next_back();
                let rest = &line[at + prefix.len()..];
                let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                (!before.is_some_and(is_word)).then_some((number + 1, &rest[..end]))
            })
        },
    )
}

fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn rooms_stand_on_the_rooms_below() {
    let table = table();
    let rooms: BTreeMap<_, _> = table.iter().map(|(name, room)| (name.as_str(), room)).collect();
    let mut faults = Vec::new();
    for (index, (name, room)) in table.iter().enumerate() {
        for other in room.stands_on.iter().flatten() {
            if !table[index + 1..].iter().any(|(below, _)| below == other) {
                faults.push(format!("src/lib.rs: `{name}` stands on `{other}`, which is not below it"));
            }
        }
    }
    let mut used = BTreeSet::new();
    for (path, text) in rust_files("src") {
        let Some(room) = room_of(&path) else { continue };
        let Some(Room { stands_on, .. }) = rooms.get(room.as_str()) else {
            faults.push(format!("{}: room `{room}` is not in the table of src/lib.rs", path.display()));
            continue;
        };
        for (line, other) in after(&text, "crate::") {
            used.insert((room.clone(), other.to_owned()));
            if other != room && stands_on.as_ref().is_some_and(|rooms| !rooms.contains(other)) {
                faults.push(format!("{}:{line}: `{room}` must not import `{other}`", path.display()));
            }
        }
    }
    for (name, room) in &table {
        for other in room.stands_on.iter().flatten() {
            if !used.contains(&(name.clone(), other.clone())) {
                faults.push(format!("src/lib.rs: `{name}` does not import `{other}` any more"));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn crates_stay_behind_their_fences() {
    let table = table();
    let mut faults = Vec::new();
    let files = rust_files("src");
    for (owner, fence) in table.iter().flat_map(|(name, room)| room.fences.iter().map(move |f| (name, f))) {
        let uses = |text: &str| {
            after(text, "").any(|(_, word)| word == fence)
                || text
                    .lines()
                    .any(|line| !line.trim_start().starts_with("//") && line.contains(&format!("{fence}::")))
        };
        let mut is_used = false;
        for (path, text) in &files {
            if uses(text) {
                let room = room_of(path);
                is_used |= room.as_ref() == Some(owner);
                let may_use = table
                    .iter()
                    .any(|(name, other)| room.as_ref() == Some(name) && other.fences.contains(fence));
                if !may_use {
                    faults.push(format!("{}: `{fence}` belongs to `{owner}`", path.display()));
                }
            }
        }
        if !is_used {
            faults.push(format!("src/lib.rs: `{owner}` does not use `{fence}` any more"));
        }
    }
    assert_none(&faults);
}

#[test]
fn every_file_keeps_the_habits() {
    let mut faults = Vec::new();
    for (path, text) in rust_files("src").into_iter().chain(rust_files("tests")) {
        let name = path.display();
        // A rule is introduced by its document.
        if !text.starts_with("//!") && !path.with_extension("md").exists() {
            faults.push(format!("{name}: opens without a `//!` line that says what lives here"));
        }
        if text.lines().count() > 500 {
            faults.push(format!("{name}: longer than 500 lines"));
        }
        for (line, code) in text.lines().enumerate() {
            let mut refuse = |what: &str, why: &str| {
                if code.contains(what) {
                    faults.push(format!("{name}:{}: `{what}`: {why}", line + 1));
                }
            };
            refuse(concat!("super::", "super"), "name the room from the root instead");
            refuse(concat!("use crate::", "{"), "one line for each room, so that imports can be read");
            for word in [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")] {
                refuse(word, "say it in an issue, or do it");
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn only_the_command_line_prints_and_reads_the_environment() {
    let mut faults = Vec::new();
    let refused = [
        "println!(",
        "eprintln!(",
        "print!(",
        "eprint!(",
        "stdout()",
        "stderr()",
        "process::exit",
        "env::var",
        "env::args",
        "env::current_dir",
        "env::temp_dir",
        "SystemTime::now",
    ];
    for (path, text) in rust_files("src") {
        let room = room_of(&path);
        if room.as_deref().is_none_or(|room| room == "cli") {
            continue;
        }
        for (line, code) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"))
        {
            for what in refused.iter().filter(|what| code.contains(**what)) {
                faults.push(format!("{}:{}: `{what}` belongs to `cli`", path.display(), line + 1));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn the_binary_is_thin() {
    let text = fs::read_to_string(root().join("src/main.rs")).unwrap();
    assert!(text.lines().count() <= 40);
}

#[test]
fn every_test_file_runs() {
    let main = fs::read_to_string(root().join("tests/it/main.rs")).unwrap();
    let declared: Vec<&str> =
        main.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';')).collect();
    let mut found: Vec<String> = fs::read_dir(root().join("tests/it"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().trim_end_matches(".rs").to_owned())
        .filter(|name| name != "main")
        .collect();
    found.sort();
    assert_eq!(declared, found, "tests/it/main.rs lists every file, sorted");
}

#[test]
fn every_dependency_says_what_it_is_for() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let mut faults = Vec::new();
    let (mut is_list, mut before) = (false, "");
    for line in manifest.lines() {
        if let Some(section) = line.strip_prefix('[') {
            is_list = section.ends_with("dependencies]");
        } else if is_list && line.contains(" = ") {
            // Two dependencies that serve one thing share a comment.
            if !before.starts_with('#') && !before.contains(" = ") {
                faults.push(format!("Cargo.toml: no comment above `{line}`"));
            }
        }
        before = line;
    }
    assert_none(&faults);
}

#[test]
fn the_top_level_is_fixed() {
    let mut expected = BTreeSet::from([
        "Cargo.lock",
        "Cargo.toml",
        "LICENSE",
        "Makefile",
        "README.md",
        "bundles",
        "catalog",
        "src",
        "target",
        "tests",
    ]);
    // Made by the first build only.
    for made in ["target"] {
        if !root().join(made).exists() {
            expected.remove(made);
        }
    }
    let entries = fs::read_dir(root()).unwrap();
    let found: BTreeSet<String> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.'))
        .collect();
    assert_eq!(found, expected.into_iter().map(str::to_owned).collect());
}
