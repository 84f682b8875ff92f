//! Loads a catalog: every file below a folder that `.indexignore` does not hide, as opm walks it.

use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::file::keep;
use super::{Ignore, LIMIT, read_file};
use crate::catalog::{self, Catalog};
use crate::diag::{Error, Report};
use crate::text::Sources;

/// Reads the catalog in a folder, or in a single file. What cannot be read of it is a finding.
///
/// # Errors
/// When the path itself cannot be read.
pub fn catalog<'s>(path: &Path, sources: &'s Sources, report: &mut Report) -> Result<Catalog<'s>, Error> {
    // Whatever else stands there is read as a file, or is a finding.
    let files = match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => catalog_files(path)?,
        Err(cause) if !super::exists(path) => return Err(Error::io("read", path, &cause)),
        _ => vec![path.to_owned()],
    };
    Ok(parse(files, from_disk, sources, report))
}

/// Reads a folder that is a part of the catalog in the folder `whole`: what the whole hides stays
/// hidden. opm knows no such thing; it looks for `.indexignore` only in and below the folder itself.
///
/// # Errors
/// As [`catalog()`].
pub fn catalog_part<'s>(
    whole: &Path,
    part: &Path,
    sources: &'s Sources,
    report: &mut Report,
) -> Result<Catalog<'s>, Error> {
    let Some(way) = part_of(whole, part) else { return catalog(part, sources, report) };
    let below = whole.join(way);
    let files = catalog_files(whole)?.into_iter();
    let files: Vec<_> =
        files.filter_map(|file| file.strip_prefix(&below).ok().map(|file| part.join(file))).collect();
    Ok(parse(files, from_disk, sources, report))
}

/// Reads a file: its name, and its content.
fn from_disk(file: PathBuf) -> (String, Result<Vec<u8>, Error>) {
    (file.display().to_string(), read_file(&file, LIMIT))
}

/// Reads the files of a catalog at once: `read` says what each is called in findings, and its content.
pub(super) fn parse<'s, F: Send>(
    files: Vec<F>,
    read: impl Fn(F) -> (String, Result<Vec<u8>, Error>) + Sync,
    sources: &'s Sources,
    report: &mut Report,
) -> Catalog<'s> {
    let parts: Vec<(Catalog<'s>, Report)> = files
        .into_par_iter()
        .map(|file| {
            let mut report = Report::default();
            let (shown, content) = read(file);
            let text = keep(shown, content, sources, &mut report);
            let catalog = text.map(|text| catalog::read(sources, text, &mut report));
            (catalog.unwrap_or_default(), report)
        })
        .collect();
    let mut whole = Catalog::default();
    for (catalog, faults) in parts {
        whole.append(catalog);
        report.append(faults);
    }
    whole
}

/// Returns the way from one folder down to another; none if the other is not below it.
fn part_of(whole: &Path, part: &Path) -> Option<PathBuf> {
    let (whole, part) = (whole.canonicalize().ok()?, part.canonicalize().ok()?);
    part.strip_prefix(whole).ok().map(Path::to_owned)
}

/// Returns the files of a catalog folder that opm would parse, in its order: depth first, names in
/// byte order.
///
/// # Errors
/// When a folder or an `.indexignore` cannot be read.
pub fn catalog_files(root: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    let mut ignore = Ignore::default();
    walk(root, &mut Vec::new(), &mut files, &mut ignore)?;
    files.retain(|parts| {
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        !ignore.hides(&parts)
    });
    Ok(files
        .into_iter()
        .map(|parts| parts.iter().fold(root.to_owned(), |path, part| path.join(part)))
        .collect())
}

fn walk(
    root: &Path,
    below: &mut Vec<String>,
    files: &mut Vec<Vec<String>>,
    ignore: &mut Ignore,
) -> Result<(), Error> {
    const DEPTH: usize = 100;
    let folder = below.iter().fold(root.to_owned(), |path, part| path.join(part));
    if below.len() > DEPTH {
        return Err(Error::new(format!("cannot read {}: folders are nested too deeply", folder.display())));
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).map_err(|cause| Error::io("read", &folder, &cause))? {
        let entry = entry.map_err(|cause| Error::io("read", &folder, &cause))?;
        // A link to a folder is no folder to opm's walk, and is reported when it is read as a file.
        let is_folder = entry.file_type().map_err(|cause| Error::io("read", &entry.path(), &cause))?.is_dir();
        let name = entry.file_name().into_string().map_err(|name| {
            Error::new(format!("the name of {} is not UTF-8", folder.join(name).display()))
                .hint("rename the file")
        })?;
        names.push((name, is_folder));
    }
    names.sort();
    for (name, is_folder) in names {
        below.push(name);
        if is_folder {
            walk(root, below, files, ignore)?;
        } else if below.last().is_some_and(|name| name == ".indexignore") {
            let path = folder.join(".indexignore");
            let text = read_file(&path, 1 << 20)?;
            let domain: Vec<&str> = below[..below.len() - 1].iter().map(String::as_str).collect();
            ignore.add(&domain, &String::from_utf8_lossy(&text));
        } else {
            files.push(below.clone());
        }
        below.pop();
    }
    Ok(())
}
