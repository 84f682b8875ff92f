//! Reads one file, bounded.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use crate::diag::{Diagnostic, Error, Report, codes};
use crate::text::{FileId, Place, Sources};

/// The largest file that is read, in bytes: offsets are 32 bits wide. The largest public catalog
/// has 1.7 GB in all its files.
pub const LIMIT: u64 = (4 << 30) - 2;

/// Reads a regular file of at most `limit` bytes.
///
/// # Errors
/// When it is missing, no regular file (a pipe would wait for ever), too large or unreadable.
pub fn read_file(path: &Path, limit: u64) -> Result<Vec<u8>, Error> {
    let metadata = fs::metadata(path).map_err(|cause| missing(path, &cause))?;
    if metadata.is_dir() {
        return Err(Error::new(format!("cannot read {}: it is a folder", path.display()))
            .hint("put a file in its place, or remove it"));
    }
    if !metadata.is_file() {
        return Err(Error::new(format!("cannot read {}: it is no regular file", path.display()))
            .hint("put a file in its place: pipes and devices are not read"));
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

/// The error of a path that leads nowhere: for a link its target is the news.
fn missing(path: &Path, cause: &std::io::Error) -> Error {
    match fs::read_link(path) {
        Ok(target) => {
            let (path, target) = (path.display(), target.display());
            let why = if cause.kind() == std::io::ErrorKind::NotFound {
                "which does not exist".to_owned()
            } else {
                format!("which cannot be followed: {cause}")
            };
            Error::new(format!("cannot read {path}: it is a link to {target}, {why}"))
                .hint("mend the link, or remove it")
        }
        Err(_) => Error::io("read", path, cause),
    }
}

/// Returns whether something stands at a path, be it a link that leads nowhere.
pub fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Reads a file into a text. One that cannot be read is a finding.
pub fn text(path: &Path, limit: u64, sources: &Sources, report: &mut Report) -> Option<FileId> {
    keep(path.display().to_string(), read_file(path, limit), sources, report)
}

/// Makes a text of what was read. What could not be is a finding.
pub(super) fn keep(
    name: String,
    content: Result<Vec<u8>, Error>,
    sources: &Sources,
    report: &mut Report,
) -> Option<FileId> {
    match content {
        Ok(bytes) => Some(sources.add(name, bytes)),
        Err(error) => {
            let place = Place::file(sources.add(name, Vec::new()));
            let mut finding = Diagnostic::new(&codes::UNREADABLE_FILE, place, error.message);
            finding.help = error.hint;
            report.push(finding);
            None
        }
    }
}

fn size(bytes: u64) -> String {
    if bytes >= 1 << 30 {
        format!("{} GiB", (bytes + (1 << 29)) >> 30)
    } else {
        format!("{} MiB", bytes >> 20)
    }
}
