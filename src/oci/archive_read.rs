//! Archives of layouts, as skopeo's `oci-archive` has them: where in the archive each file is.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use super::content::Slice;
use super::error::{Error, Kind};
use super::layout::{INDEX, MARK};
use super::unpack::{Archive, EntryKind, Limits};

/// A layout has two files, and one for each blob.
const ENTRIES: usize = 500_000;

/// An archive that was looked through once.
#[derive(Debug, Clone)]
pub(super) struct Archived {
    file: Arc<File>,
    /// Beginning and length of each file, by its path.
    files: Arc<BTreeMap<String, (u64, u64)>>,
}

impl Archived {
    /// Looks through an archive; the contents of its files are left out.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(|cause| Error::io("read", path, &cause))?;
        let length = file.metadata().map_err(|cause| Error::io("read", path, &cause))?.len();
        let about = |mut error: Error| {
            error.message = format!("cannot read {} as an archive: {}", path.display(), error.message);
            error
        };
        let file = Arc::new(file);
        let mut head = [0; 6];
        let read = Slice::part(&file, 0, length).reader().read(&mut head);
        read.map_err(|cause| Error::io("read", path, &cause))?;
        if head.starts_with(&[0x1f, 0x8b]) || head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            let message = "it is compressed, though the layers in it already are";
            return Err(about(
                Error::new(Kind::Input, message).hint("unpack it with `gunzip` or `unzstd` first"),
            ));
        }
        let limits = Limits { unpacked: u64::MAX, entries: ENTRIES, ..Limits::default() };
        let mut left = limits.unpacked;
        let reader = BufReader::with_capacity(4 << 10, Slice::part(&file, 0, length).reader());
        let mut archive = Archive::new(reader, &limits, &mut left);
        let mut files = BTreeMap::new();
        while let Some(entry) = archive.next().map_err(about)? {
            let path = clean(&entry.path).ok_or_else(|| {
                about(
                    Error::new(Kind::Corrupt, format!("`{}` leads out of it", entry.path))
                        .hint("do not use it: honest tools do not make such archives"),
                )
            })?;
            if files.len() >= ENTRIES {
                return Err(about(Error::new(Kind::TooLarge, format!("it has more than {ENTRIES} files"))));
            }
            let start = archive.leave().map_err(about)?;
            match entry.kind {
                EntryKind::File => {
                    if start.checked_add(entry.size).is_none_or(|end| end > length) {
                        return Err(about(
                            Error::new(Kind::Corrupt, format!("it ends within `{path}`"))
                                .hint("write or copy the archive again"),
                        ));
                    }
                    // Who unpacked it would keep the last.
                    files.insert(path, (start, entry.size));
                }
                // Other tools' archives have links, but not where a layout has its files.
                _ if !path.starts_with("blobs/") && ![INDEX, MARK].contains(&path.as_str()) => {}
                EntryKind::Folder => {}
                _ => {
                    return Err(about(
                        Error::new(Kind::Input, format!("`{path}` is neither file nor folder"))
                            .hint("write the archive with `olmcat copy` or `skopeo copy`"),
                    ));
                }
            }
        }
        Ok(Archived { file, files: Arc::new(files) })
    }

    /// Whether it holds a file.
    pub(super) fn holds(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// Where a file of it is.
    pub(super) fn slice(&self, path: &str) -> Option<Slice> {
        let (start, size) = self.files.get(path)?;
        Some(Slice::part(&self.file, *start, *size))
    }

    /// The paths of its files, sorted.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }
}

/// Whether a file begins as an archive does.
pub(super) fn is_archive(path: &Path) -> bool {
    let mut head = [0; 262];
    let read = path.is_file() && File::open(path).is_ok_and(|mut file| file.read_exact(&mut head).is_ok());
    read && head.ends_with(b"ustar")
}

/// A path within an archive, which some write with `./` before it.
fn clean(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let leaves = path.starts_with('/') || parts.contains(&"..");
    (!leaves).then(|| parts.join("/"))
}
