//! Writes files so that a reader sees the old content or the new one, and nothing in between.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use crate::diag::Error;

/// Replaces a file: writes beside it, then renames. On failure the old file is as it was.
pub(super) fn replace(path: &Path, content: &[u8]) -> Result<(), Error> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let beside = path.with_file_name(name);
    let write = || -> std::io::Result<()> {
        let mut file = File::create(&beside)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    };
    write().map_err(|cause| {
        // Nothing half-written stays; that it cannot be removed changes nothing about the error.
        let _ = fs::remove_file(&beside);
        Error::io("write", path, &cause)
    })
}
