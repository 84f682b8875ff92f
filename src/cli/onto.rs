//! A catalog that is published already, with the packages of the project added or replaced: every other
//! byte of it stays.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::pull_args::{pull_options, usual_cache};
use super::registry_args::RegistryArgs;
use crate::catalog::{self, Catalog, Rest, cut};
use crate::diag::{Error, Report};
use crate::load::{self, Ignore};
use crate::oci::{Place, PullOptions, Puller};
use crate::rules;
use crate::text::Sources;
use crate::trust::Input;

/// The files of a catalog, by their paths.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

/// Reads the files of a published catalog, an image or a folder, and says which image it is: a tag may name another
/// one as soon as ours is pushed.
pub(super) fn read(base: &str, registry: &RegistryArgs) -> Result<(Files, Option<Input>), Error> {
    let path = Path::new(base);
    let place = match Place::spelt(base)?.or_else(|| Place::on_disk(path)) {
        Some(place) => place,
        None if path.is_dir() => {
            let mut files = Files::new();
            walk(path, "", &mut files)?;
            return Ok((files, None));
        }
        None => Place::parse(base)?,
    };
    let (digest, files) = load::image_files(&place, &puller(registry)?)?;
    Ok((files, Some(Input::Image(place.to_string(), digest))))
}

/// Makes what pulls images when no option but those of registries are given.
pub(super) fn puller(registry: &RegistryArgs) -> Result<Puller, Error> {
    let (remote, registries) = (registry.options(), registry.registries()?);
    let options = PullOptions { remote, registries, ..pull_options(false)? };
    Ok(Puller::new(usual_cache()?, options))
}

fn walk(folder: &Path, below: &str, files: &mut Files) -> Result<(), Error> {
    for entry in std::fs::read_dir(folder).map_err(|cause| Error::io("read", folder, &cause))? {
        let entry = entry.map_err(|cause| Error::io("read", folder, &cause))?;
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        // A link to a folder would be read as a file, and is told there.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            walk(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.insert(name, load::read_file(&entry.path(), load::LIMIT)?);
        }
    }
    Ok(())
}

/// Merges the packages of the project, as pairs of name and text, into the files of `base`. Of the other
/// packages only those in `wanted` stay, if it names any. What the whole has wrong goes into the report.
pub(super) fn merge<'s>(
    base: Files,
    name: &str,
    ours: Vec<(String, String)>,
    wanted: &BTreeSet<String>,
    sources: &'s Sources,
    report: &mut Report,
) -> Result<Files, Error> {
    let replaced: BTreeSet<&str> = ours.iter().map(|(package, _)| package.as_str()).collect();
    let keeps = |package: &str| {
        !replaced.contains(package) && (wanted.is_empty() || package.is_empty() || wanted.contains(package))
    };
    let ignore = ignore(&base);
    let mut files = Files::new();
    let mut whole = Catalog::default();
    let add = |path: &str, bytes: Vec<u8>, report: &mut Report| -> (Catalog<'s>, &'s str) {
        let file = sources.add(format!("{name}:{path}"), bytes);
        (catalog::read(sources, file, report), sources.get(file).text())
    };
    for (path, bytes) in base {
        if is_hidden(&ignore, &path) {
            files.insert(path, bytes);
            continue;
        }
        let (part, text) = add(&path, bytes.clone(), report);
        match cut(text, &part, keeps) {
            Rest::Whole => {
                whole.append(part);
                files.insert(path, bytes);
            }
            Rest::Part(text) => {
                whole.append(add(&path, text.clone().into_bytes(), report).0);
                files.insert(path, text.into_bytes());
            }
            Rest::Nothing => {}
        }
    }
    for (package, text) in ours {
        let path = format!("{package}/catalog.yaml");
        if files.contains_key(&path) || is_hidden(&ignore, &path) {
            return Err(Error::new(format!(
                "{name} holds something else at `{path}`, or hides it, so package `{package}` cannot go there"
            ))
            .hint("move what is there to another file of the published catalog first"));
        }
        whole.append(add(&path, text.clone().into_bytes(), report).0);
        files.insert(path, text.into_bytes());
    }
    let known: BTreeSet<&str> = whole.packages.iter().map(|package| package.name.as_ref()).collect();
    if let Some(unknown) = wanted.iter().find(|package| !known.contains(package.as_str())) {
        return Err(Error::new(format!("no package is called `{unknown}`"))
            .hint(format!("there are: {}", known.into_iter().collect::<Vec<_>>().join(", "))));
    }
    // Rules would echo what could not be read.
    if !report.has_errors() {
        report.append(rules::check_catalog(&whole));
    }
    Ok(files)
}

/// What the files of a catalog hide.
pub(super) fn ignore(files: &Files) -> Ignore {
    let mut ignore = Ignore::default();
    for (path, bytes) in files {
        let parts: Vec<&str> = path.split('/').collect();
        if let Some((&".indexignore", above)) = parts.split_last() {
            ignore.add(above, &String::from_utf8_lossy(bytes));
        }
    }
    ignore
}

/// Whether a file is none of the catalog.
pub(super) fn is_hidden(ignore: &Ignore, path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    parts.last() == Some(&".indexignore") || ignore.hides(&parts)
}
