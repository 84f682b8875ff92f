//! Loads a bundle: the files of its `manifests` and `metadata` folders.

use std::borrow::Cow;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::file::{keep, read_file};
use crate::bundle::{Bundle, Ignored, Manifest};
use crate::diag::{Diagnostic, Error, Report, codes};
use crate::text::{FileId, Sources, Tree, duplicate_keys, json, yaml};

/// The largest manifest that is read. etcd takes no object of more than 1.5 MiB.
pub(super) const MANIFEST_LIMIT: u64 = 16 << 20;

/// Returns whether a folder is a bundle, by opm's test: it holds folders `manifests` and `metadata`.
pub fn is_bundle(path: &Path) -> bool {
    let is_folder = |name| fs::symlink_metadata(path.join(name)).is_ok_and(|metadata| metadata.is_dir());
    is_folder("manifests") && is_folder("metadata")
}

/// Reads the bundle in a folder. What cannot be read of it is a finding; what is missing of it is
/// left to the rules, which know what it means.
///
/// # Errors
/// When the folder has neither `manifests` nor `metadata`, or one of them cannot be listed.
pub fn bundle<'s>(path: &Path, sources: &'s Sources, report: &mut Report) -> Result<Bundle<'s>, Error> {
    fs::metadata(path).map_err(|cause| Error::io("read", path, &cause))?;
    if !["manifests", "metadata"].iter().any(|name| path.join(name).is_dir()) {
        return Err(Error::new(format!("{} is no bundle", path.display()))
            .hint("a bundle has the folders `manifests` and `metadata`: name the folder that holds them"));
    }
    let mut ignored = Vec::new();
    let manifests = files(&path.join("manifests"), &mut ignored, sources, report)?;
    Ok(Bundle {
        home: sources.add(path.display().to_string(), Vec::new()),
        image: Cow::Borrowed(""),
        manifests,
        metadata: files(&path.join("metadata"), &mut Vec::new(), sources, report)?,
        ignored,
    })
}

/// Reads the manifests in a folder by name. Folders in it and hidden files are ignored, as opm does.
///
/// # Errors
/// When the folder cannot be listed.
pub fn manifests_in<'s>(
    folder: &Path,
    sources: &'s Sources,
    report: &mut Report,
) -> Result<Vec<Manifest<'s>>, Error> {
    files(folder, &mut Vec::new(), sources, report)
}

/// Reads all files below a folder, of at most 16 MiB each, for an image; their paths begin with `name`. A link to a
/// folder is refused, since it may lead around in a circle.
///
/// # Errors
/// When a folder cannot be listed or a file cannot be read; a name that is not UTF-8.
pub fn files_below(folder: &Path, name: &str) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|cause| Error::io("read", folder, &cause))? {
        let entry = entry.map_err(|cause| Error::io("read", folder, &cause))?;
        let path = entry.path();
        let Ok(own) = entry.file_name().into_string() else {
            return Err(
                Error::new(format!("the name of {} is not UTF-8", path.display())).hint("rename the file")
            );
        };
        let name = format!("{name}/{own}");
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            found.extend(files_below(&path, &name)?);
        } else {
            found.push((name, read_file(&path, MANIFEST_LIMIT)?));
        }
    }
    Ok(found)
}

/// Reads the files of a folder by name. Folders in it and hidden files are ignored, as opm does, and
/// only noted.
fn files<'s>(
    folder: &Path,
    ignored: &mut Vec<Ignored>,
    sources: &'s Sources,
    report: &mut Report,
) -> Result<Vec<Manifest<'s>>, Error> {
    let mut names = Vec::new();
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(cause) => {
            return Err(
                Error::io("read", folder, &cause).hint("a bundle has the folders `manifests` and `metadata`")
            );
        }
    };
    for entry in entries {
        let entry = entry.map_err(|cause| Error::io("read", folder, &cause))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // A folder that is named like a manifest was meant to be one.
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir())
            && !name.ends_with(".yaml")
            && !name.ends_with(".yml")
            && !name.ends_with(".json");
        if name.starts_with('.') || is_folder {
            let file = sources.add(entry.path().display().to_string(), Vec::new());
            let name = if entry.path().is_dir() { name + "/" } else { name };
            ignored.push(Ignored { name, file });
        } else {
            names.push((name, entry.path()));
        }
    }
    names.sort();
    ignored.sort_by(|one, other| one.name.cmp(&other.name));
    let read = |(name, path): (String, PathBuf)| {
        (name, path.display().to_string(), read_file(&path, MANIFEST_LIMIT))
    };
    Ok(manifests(names.into_iter().map(read), sources, report))
}

/// Reads files that were fetched: the name of each, what it is called in findings, and its content.
pub(super) fn manifests<'s>(
    files: impl Iterator<Item = (String, String, Result<Vec<u8>, Error>)>,
    sources: &'s Sources,
    report: &mut Report,
) -> Vec<Manifest<'s>> {
    let mut manifests = Vec::new();
    for (name, shown, content) in files {
        manifests.push(match keep(shown.clone(), content, sources, report) {
            Some(file) => manifest(name, file, sources, report),
            // Its name stays, so that nobody says that it is missing.
            None => empty(name, sources.add(shown, Vec::new()), sources),
        });
    }
    manifests
}

fn empty(name: String, file: FileId, sources: &Sources) -> Manifest<'_> {
    let content = sources.get(file).text();
    Manifest { file, name, content, document: 0..0, tree: None, lost: Vec::new() }
}

fn manifest<'s>(name: String, file: FileId, sources: &'s Sources, report: &mut Report) -> Manifest<'s> {
    let source = sources.get(file);
    let text = source.text();
    let mut manifest = empty(name, file, sources);
    if let Some(offset) = source.invalid_utf8() {
        // What follows would be about letters that the user did not write.
        report.push(Diagnostic::invalid_utf8(file, offset));
        return manifest;
    }
    match first_document(text) {
        Ok((document, tree, lost)) => {
            if let Some(root) = tree.root() {
                for duplicate in duplicate_keys(root) {
                    report.push(Diagnostic::duplicate_key(file, &duplicate));
                }
            }
            (manifest.document, manifest.tree, manifest.lost) = (document, Some(tree), lost);
        }
        Err(fault) => report.push(Diagnostic::from_fault(&codes::INVALID_YAML, file, fault)),
    }
    manifest
}

/// A document's bytes, the tree, and the bytes of the documents behind it that hold something.
type Document<'s> = (Range<usize>, Tree<'s>, Vec<Range<usize>>);

/// Reads the first document, which is all that OLM reads of a manifest. JSON is tried first.
fn first_document(text: &str) -> Result<Document<'_>, crate::text::Fault> {
    let start = text.len() - text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']).len();
    if text[start..].starts_with('{')
        && let Ok((tree, end)) = json::read_prefix(text, start)
    {
        let rest = end + (text[end..].len() - text[end..].trim_start().len());
        return Ok((start..end, tree, (rest < text.len()).then_some(rest..text.len()).into_iter().collect()));
    }
    let mut documents = yaml::documents(text)?.into_iter();
    let bytes = documents.next().map_or(0..0, |document| document.bytes);
    let lost = documents.filter(|document| document.has_content).map(|document| document.bytes).collect();
    Ok((bytes.clone(), yaml::read(text, bytes)?, lost))
}
