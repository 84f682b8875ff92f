//! Makes the large catalogs: the project's own one, many times under other package names.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Returns the folders in some folders, sorted.
pub(super) fn subfolders(folders: &[PathBuf]) -> Vec<PathBuf> {
    let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    let mut found: Vec<_> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

/// Writes `file` of every package of a catalog `times` times below `to`, a package to a folder.
pub(super) fn catalog(from: &Path, file: &str, times: usize, to: &Path) {
    for package in subfolders(&[from.to_owned()]) {
        let Ok(text) = fs::read_to_string(package.join(file)) else { continue };
        let name = package.file_name().unwrap().to_str().unwrap();
        for number in 0..times {
            let renamed = format!("{name}-{number:03}");
            write(&to.join(&renamed).join("catalog.yaml"), &rename(&text, name, &renamed));
        }
    }
}

/// Writes all files of a folder into one.
pub(super) fn one_file(folder: &Path, to: &Path) {
    let texts = subfolders(&[folder.to_owned()])
        .into_iter()
        .map(|package| fs::read_to_string(package.join("catalog.yaml")).unwrap());
    write(to, &texts.collect::<String>());
}

/// Replaces a name, except in the manifests: what they say of themselves no rule compares.
fn rename(text: &str, name: &str, renamed: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        if line.trim_start().starts_with("data: ") {
            let _ = writeln!(out, "{line}");
        } else {
            let _ = writeln!(out, "{}", line.replace(name, renamed));
        }
    }
    out
}

/// Writes a file that is not there with this content already.
fn write(path: &Path, text: &str) {
    if fs::metadata(path).is_ok_and(|file| file.len() == text.len() as u64)
        && fs::read(path).is_ok_and(|old| old == text.as_bytes())
    {
        return;
    }
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}
