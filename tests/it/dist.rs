//! What `make dist` makes: an archive that says who made it where and when to nobody, and that runs elsewhere.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::image::output;
use crate::support::{Folder, Olmcat, data, root, skip};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The archive for this machine. In CI a missing one fails.
fn archive() -> Option<PathBuf> {
    let processor = olmcat::oci::Platform::host().architecture;
    let file = root().join(format!("target/dist/olmcat-{VERSION}-linux-{processor}.tar.gz"));
    if file.is_file() {
        return Some(file);
    }
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "no archive: run `make dist`");
    skip("no archive; `make dist` makes it");
    None
}

fn unpack(archive: &Path, folder: &Folder) -> PathBuf {
    output(Command::new("tar").arg("-xzf").arg(archive).current_dir(folder.path()));
    folder.path().join(archive.file_name().unwrap().to_str().unwrap().trim_end_matches(".tar.gz"))
}

#[test]
fn the_archive_runs_elsewhere() {
    let Some(archive) = archive() else { return };
    output(Command::new("sha256sum").args(["--check", "SHA256SUMS"]).current_dir(archive.parent().unwrap()));
    let folder = Folder::new();
    let unpacked = unpack(&archive, &folder);
    let run = |args: &[&str]| {
        let mut command = Command::new(unpacked.join("olmcat"));
        output(command.args(args).current_dir(data("project")).env_clear())
    };
    assert_eq!(run(&["--version"]), format!("olmcat {VERSION}\n"));
    assert_eq!(run(&["validate"]), "");
    assert!(run(&["list", "channels"]).contains("stable-v0"));
    // What it brings is what it makes.
    let read = |file: &str| fs::read_to_string(unpacked.join(file)).unwrap();
    for (shell, file) in [("bash", "olmcat.bash"), ("zsh", "_olmcat"), ("fish", "olmcat.fish")] {
        assert_eq!(read(&format!("completions/{file}")), run(&["completions", shell]), "{shell}");
    }
    let pages = folder.path().join("pages");
    run(&["man", pages.to_str().unwrap()]);
    for page in fs::read_dir(&pages).unwrap().map(Result::unwrap) {
        let name = page.file_name().into_string().unwrap();
        assert_eq!(read(&format!("man/man1/{name}")), fs::read_to_string(page.path()).unwrap());
    }
    assert_eq!(read("LICENSE"), fs::read_to_string(root().join("LICENSE")).unwrap());
    assert!(read("README.md").starts_with("# olmcat\n"));
}

#[test]
fn the_archive_says_nothing_of_its_maker() {
    let Some(archive) = archive() else { return };
    // The fourth to eighth byte of gzip are a time, and a name is flagged by the fourth.
    let mut head = [0; 8];
    fs::File::open(&archive).unwrap().read_exact(&mut head).unwrap();
    assert_eq!(head[3..], [0; 5], "no name and no time");
    let list = ["--list", "--verbose", "--numeric-owner", "--full-time", "--utc", "--gzip", "--file"];
    let list = output(Command::new("tar").args(list).arg(&archive));
    let mut paths = Vec::new();
    for line in list.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let mode = if line.starts_with('d') || line.ends_with("/olmcat") { "rwxr-xr-x" } else { "rw-r--r--" };
        assert_eq!((&words[0][1..], words[1], words[3]), (mode, "0/0", "1970-01-01"), "{line}");
        paths.push(words[5].to_owned());
    }
    let mut sorted = paths.clone();
    sorted.sort_by_key(|path| path.trim_end_matches('/').split('/').map(str::to_owned).collect::<Vec<_>>());
    assert_eq!(paths, sorted);
    // Neither does the program say where it was built.
    let folder = Folder::new();
    let program = fs::read(unpack(&archive, &folder).join("olmcat")).unwrap();
    let has = |words: &str| program.windows(words.len()).any(|window| window == words.as_bytes());
    assert!(has("/cargo/registry/"), "places of other crates are called so");
    for folder in [root().display().to_string(), std::env::var("HOME").unwrap_or_default() + "/.cargo"] {
        assert!(!has(&folder), "{folder}");
    }
}

#[test]
fn the_program_is_the_archive_of_this_version() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let versions: Vec<&str> = manifest
        .lines()
        .filter_map(|line| line.strip_prefix("version = "))
        .map(|line| line.trim_matches('"'))
        .collect();
    assert_eq!(versions, [VERSION], "the Makefile reads the one line of it");
    let version = Olmcat::new(["--version"]).run().exits(0).stdout();
    assert_eq!(version, format!("olmcat {VERSION}\n"));
}
