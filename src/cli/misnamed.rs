//! Files of a project that are named nearly as one that is read. Nobody reads them, and nobody else would say so.

use std::fs;
use std::path::{Path, PathBuf};

use super::project::{CONTRACT, SETTINGS, below, subfolders};
use crate::diag::{Diagnostic, Error, codes};
use crate::settings::Target;
use crate::text::{Place, Sources, nearest};

/// A file that is named nearly as one that is read.
pub(super) struct Misnamed {
    pub(super) path: PathBuf,
    /// The name that would be read.
    should: String,
}

impl Misnamed {
    /// Returns whether it was to be the template of this package.
    pub(super) fn is_template_of(&self, package: &str) -> bool {
        self.should == "template.yaml" && self.path.parent().is_some_and(|folder| folder.ends_with(package))
    }

    /// Returns the remedy.
    pub(super) fn remedy(&self) -> String {
        match self.path.with_file_name(&self.should).exists() {
            true => format!("remove it: `{}` beside it is what is read", self.should),
            false => format!("rename it to `{}`", self.should),
        }
    }

    /// Says that nobody reads the file.
    pub(super) fn finding(&self, sources: &Sources) -> Diagnostic {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let place = Place::file(sources.add(self.path.display().to_string(), Vec::new()));
        let mut finding = Diagnostic::new(&codes::MISNAMED_FILE, place, format!("nobody reads `{name}`"));
        finding.help(self.remedy());
        finding
    }
}

/// Returns the misnamed files of a project that makes these catalogs.
pub(super) fn files(root: &Path, targets: &[Target]) -> Result<Vec<Misnamed>, Error> {
    let mut found = shared(root)?;
    let catalog = below(root, "catalog");
    let known = ["template.yaml", "deprecations.yaml"].into_iter();
    let known: Vec<&str> = known.chain(targets.iter().map(|target| target.file.as_str())).collect();
    for package in subfolders(&catalog)? {
        found.extend(among(&catalog.join(package), &known)?);
    }
    Ok(found)
}

/// Returns what was probably meant to be the settings, where there are none.
pub(super) fn settings(root: &Path) -> Option<Misnamed> {
    let found = shared(root).unwrap_or_default();
    found.into_iter().find(|file| file.path.with_file_name(&file.should) == below(root, SETTINGS))
}

/// Those of the files that all packages share.
fn shared(root: &Path) -> Result<Vec<Misnamed>, Error> {
    let known = [SETTINGS, CONTRACT].map(|path| path.trim_start_matches("catalog/"));
    among(&below(root, "catalog"), &known)
}

/// Those of the files in a folder in which files of these names are read.
fn among(folder: &Path, known: &[&str]) -> Result<Vec<Misnamed>, Error> {
    let entries = fs::read_dir(folder).map_err(|cause| Error::io("read", folder, &cause))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(|cause| Error::io("read", folder, &cause))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if known.contains(&name) || !path.is_file() {
            continue;
        }
        let name = name.to_lowercase();
        let Some((stem, "yaml" | "yml" | "json")) = name.rsplit_once('.') else { continue };
        // A slip is short beside the name that was meant: `template-old` is a name of its own.
        let is_like = |known: &&&str| {
            known.rsplit_once('.').is_some_and(|(wanted, _)| nearest(wanted, [stem]).is_some())
        };
        if let Some(should) = known.iter().find(is_like) {
            found.push(Misnamed { should: (*should).to_owned(), path });
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}
