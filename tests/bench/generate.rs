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

/// What the range of an entry holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum RangeOf {
    /// Nothing.
    Nothing,
    /// All that is older.
    Older,
}

/// Writes a catalog of one channel, in which each entry replaces the one before and has a range.
pub(super) fn channel(entries: usize, range: RangeOf, to: &Path) {
    let name = |n: usize| format!("demo.v{}.{}.{}", n / 100, n / 10 % 10, n % 10);
    let mut text =
        String::from("{\"schema\":\"olm.package\",\"name\":\"demo\",\"defaultChannel\":\"stable\"}\n");
    text += "{\"schema\":\"olm.channel\",\"name\":\"stable\",\"package\":\"demo\",\"entries\":[";
    for n in 0..entries {
        let before = n.checked_sub(1).map(name).unwrap_or_default();
        let comma = if n > 0 { "," } else { "" };
        let range = match range {
            RangeOf::Nothing => format!(">={}.0.0 <{}.0.0", n / 100, n / 200),
            RangeOf::Older => format!("<{}.{}.{}", n / 100, n / 10 % 10, n % 10),
        };
        let _ = write!(
            text,
            "{comma}{{\"name\":\"{}\",\"replaces\":\"{before}\",\"skipRange\":\"{range}\"}}",
            name(n)
        );
    }
    text += "]}\n";
    for n in 0..entries {
        let (name, version) = (name(n), name(n).replace("demo.v", ""));
        let _ = writeln!(
            text,
            "{{\"schema\":\"olm.bundle\",\"name\":\"{name}\",\"package\":\"demo\",\"image\":\"quay.io/demo/demo:v{version}\",\"properties\":[{{\"type\":\"olm.package\",\"value\":{{\"packageName\":\"demo\",\"version\":\"{version}\"}}}}]}}"
        );
    }
    write(to, &text);
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
