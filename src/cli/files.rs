//! Writes files so that a reader sees the old content or the new one, and nothing in between.

use std::io::Write as _;
use std::path::Path;

use crate::diag::Error;
use crate::oci::Temporary;

/// Replaces a file: writes beside it, then renames. On failure the old file is as it was.
pub(super) fn replace(path: &Path, content: &[u8]) -> Result<(), Error> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || -> std::io::Result<()> {
        let mut beside = Temporary::create(folder, &name)?;
        beside.file.write_all(content)?;
        beside.file.sync_all()?;
        beside.keep(path)
    };
    write().map_err(|cause| Error::io("write", path, &cause))
}
