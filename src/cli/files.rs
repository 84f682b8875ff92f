//! Writes files so that a reader sees the old content or the new one, and nothing in between.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::diag::Error;

/// The new content of a file, whole on the disk beside the old one. Dropped, it goes away again.
#[must_use]
pub(super) struct Staged {
    beside: PathBuf,
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
    let mut name = std::ffi::OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(format!(".{}.tmp", std::process::id()));
    let staged = Staged { beside: target.with_file_name(name), path: target };
    let write = || -> std::io::Result<()> {
        let mut file = File::create(&staged.beside)?;
        if let Ok(old) = fs::metadata(&staged.path) {
            file.set_permissions(old.permissions())?;
        }
        file.write_all(content)?;
        file.sync_all()
    };
    write().map_err(|cause| Error::io("write", path, &cause))?;
    Ok(staged)
}

impl Staged {
    /// Puts the new content in the place of the old.
    pub(super) fn put(self) -> Result<(), Error> {
        fs::rename(&self.beside, &self.path).map_err(|cause| Error::io("write", &self.path, &cause))
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // That nothing is there any more is the usual case.
        let _ = fs::remove_file(&self.beside);
    }
}
