//! Reads one file, bounded.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use crate::diag::Error;

/// The largest file that is read, in bytes: offsets are 32 bits wide. The largest public catalog
/// has 1.7 GB in all its files.
pub const LIMIT: u64 = (4 << 30) - 2;

/// Reads a regular file of at most `limit` bytes.
///
/// # Errors
/// When it is missing, no regular file (a pipe would wait for ever), too large or unreadable.
pub fn read_file(path: &Path, limit: u64) -> Result<Vec<u8>, Error> {
    let metadata = fs::metadata(path).map_err(|cause| Error::io("read", path, &cause))?;
    if metadata.is_dir() {
        return Err(Error::new(format!(
            "cannot read {}: it is a folder, and a file is expected",
            path.display()
        )));
    }
    if !metadata.is_file() {
        return Err(Error::new(format!("cannot read {}: it is no regular file", path.display())));
    }
    let too_large = || {
        Error::new(format!("cannot read {}: it is larger than {}", path.display(), size(limit)))
            .hint("keep files that do not belong here out of the folder")
    };
    if metadata.len() > limit {
        return Err(too_large());
    }
    let file = File::open(path).map_err(|cause| Error::io("read", path, &cause))?;
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1);
    // One byte more than allowed tells a file that grows while it is read.
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|cause| Error::io("read", path, &cause))?;
    if bytes.len() as u64 > limit {
        return Err(too_large());
    }
    Ok(bytes)
}

fn size(bytes: u64) -> String {
    if bytes >= 1 << 30 {
        format!("{} GiB", (bytes + (1 << 29)) >> 30)
    } else {
        format!("{} MiB", bytes >> 20)
    }
}
