//! Writes files so that a reader sees the old content or the new one, and nothing in between.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::Ui;
use crate::diag::Error;
use crate::oci::Temporary;

/// The new content of a file, whole on the disk beside the old one. Dropped, it goes away again.
#[must_use]
pub(super) struct Staged {
    beside: Temporary,
    path: PathBuf,
}

/// Writes the new content of a file beside it. Who has several files stages all of them before the
/// first is put in place, so that a full disk changes none.
pub(super) fn stage(path: &Path, content: &[u8]) -> Result<Staged, Error> {
    // A link stays one: what it leads to is replaced.
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if target.is_dir() {
        return Err(Error::new(format!("cannot write {}: it is a folder", path.display()))
            .hint("remove the folder, or choose another name"));
    }
    let name = format!(".{}", target.file_name().unwrap_or_default().to_string_lossy());
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || -> std::io::Result<Temporary> {
        let mut beside = Temporary::create(folder, &name)?;
        if let Ok(old) = fs::metadata(&target) {
            beside.file.set_permissions(old.permissions())?;
        }
        beside.file.write_all(content)?;
        beside.file.sync_all()?;
        Ok(beside)
    };
    let beside = write().map_err(|cause| Error::io("write", path, &cause))?;
    Ok(Staged { beside, path: target })
}

/// Writes files, all of them or, where one cannot be staged, none; and notes which.
pub(super) fn write(files: &[(PathBuf, String)], ui: &Ui) -> Result<(), Error> {
    let staged = files.iter().map(|(path, text)| stage(path, text.as_bytes()));
    let staged: Vec<_> = staged.collect::<Result<_, _>>()?;
    for (file, (path, _)) in staged.into_iter().zip(files) {
        file.put()?;
        ui.note(&format!("wrote {}", path.display()));
    }
    Ok(())
}

impl Staged {
    /// Puts the new content in the place of the old.
    pub(super) fn put(self) -> Result<(), Error> {
        self.beside.keep(&self.path).map_err(|cause| Error::io("write", &self.path, &cause))
    }
}
