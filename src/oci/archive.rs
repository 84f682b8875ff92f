//! Writing archives of layouts: what `skopeo copy ... oci-archive:FILE` writes, with bytes that are always the
//! same.
//!
//! An archive is written anew beside the old one and renamed. Whoever reads meanwhile reads the old one.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::content::Content;
use super::descriptor::Descriptor;
use super::error::{Error, Kind};
use super::image::Artifact;
use super::layout::{self, INDEX, Layout, MARK};
use super::lock::Lock;
use super::tar::{self, File, Source, Writing};
use super::temporary::Temporary;

/// Writes artifacts into an archive, all at once: under their names, and those without one as what refers to another.
/// If there is an archive, its other names and their blobs stay.
///
/// # Errors
///
/// A file that is something else, or that another process is writing to; a name that the specification does not
/// allow; an artifact without a name that refers to nothing; a blob that is missing or not what it is called; a disk
/// that is full or cannot be written. The archive is then as it was.
pub fn write(path: &Path, artifacts: &[(Option<String>, Artifact)]) -> Result<(), Error> {
    let entry = |(name, artifact): &'_ (Option<String>, Artifact)| layout::entry(artifact, name.as_deref());
    let entries = artifacts.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
    list(path, &entries.into_iter().zip(artifacts.iter().map(|(_, artifact)| artifact)).collect::<Vec<_>>())
}

/// Writes artifacts into an archive, whose index lists them as their entries say.
///
/// # Errors
///
/// Those of [`write()`].
pub(super) fn list(path: &Path, artifacts: &[(Descriptor, &Artifact)]) -> Result<(), Error> {
    if path.is_dir() {
        return Err(Error::new(Kind::Input, format!("{} is a folder, not an archive", path.display()))
            .hint("name a file, or write a layout with `oci:DIR`"));
    }
    let lock = lock(path)?;
    let old = if path.exists() { Some(Layout::open(path)?) } else { None };
    put(path, old.as_ref(), artifacts, &lock)
}

/// Waits until nobody else writes to an archive.
pub(super) fn lock(path: &Path) -> Result<Lock, Error> {
    Lock::archive(path)
}

/// Writes an archive that is locked anew, with what the old one has.
pub(super) fn put(
    path: &Path,
    old: Option<&Layout>,
    artifacts: &[(Descriptor, &Artifact)],
    _: &Lock,
) -> Result<(), Error> {
    let mut index = match old {
        Some(old) => old.index()?,
        None => layout::empty_index(),
    };
    let mut blobs: Vec<Content> = Vec::new();
    for (entry, artifact) in artifacts {
        layout::list_in(&mut index, entry);
        blobs.extend(artifact.blobs());
        blobs.extend(artifact.manifests().into_iter().map(Content::from));
    }
    blobs.sort_by_key(Content::digest);
    blobs.dedup_by_key(|blob| blob.digest());
    let index = super::image::json(&index);

    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let fault = |cause: io::Error| Error::io("write", path, &cause);
    let temporary = Temporary::create(folder, &format!(".{name}")).map_err(fault)?;
    let mut sink = BufWriter::with_capacity(1 << 20, &temporary.file);
    pack(&mut sink, &blobs, old, &index)
        .and_then(|()| sink.flush().map_err(fault))
        .map_err(|error| about(error, path))?;
    drop(sink);
    temporary.file.sync_all().map_err(fault)?;
    temporary.keep(path).map_err(fault)
}

/// Writes the archive: what is new, and what the old one has beside it.
fn pack(sink: &mut impl Write, blobs: &[Content], old: Option<&Layout>, index: &[u8]) -> Result<(), Error> {
    let paths: Vec<String> =
        blobs.iter().map(|blob| format!("blobs/sha256/{}", blob.digest().hex())).collect();
    let writers: Vec<Box<Writing<'_>>> = blobs
        .iter()
        .map(|blob| {
            Box::new(move |sink: &mut dyn Write| blob.copy_to(sink)?.map_err(unwritten)) as Box<Writing<'_>>
        })
        .collect();
    let archived = old.and_then(Layout::archived);
    let kept: Vec<_> = archived
        .into_iter()
        .flat_map(|archive| archive.paths().filter_map(|path| Some((path, archive.slice(path)?))))
        .filter(|(path, _)| path.starts_with("blobs/") && paths.binary_search(&(*path).to_owned()).is_err())
        .collect();
    let keepers: Vec<Box<Writing<'_>>> = kept
        .iter()
        .map(|(_, slice)| {
            Box::new(move |mut sink: &mut dyn Write| {
                io::copy(&mut slice.clone().reader(), &mut sink).map(drop).map_err(unwritten)
            }) as Box<Writing<'_>>
        })
        .collect();
    let mut files = vec![File::new(INDEX, index), File::new(MARK, layout::MARK_CONTENT)];
    for ((path, blob), write) in paths.iter().zip(blobs).zip(&writers) {
        files.push(File { path, source: Source::Written(blob.size(), write) });
    }
    for ((path, slice), write) in kept.iter().zip(&keepers) {
        files.push(File { path, source: Source::Written(slice.size(), write) });
    }
    tar::write(sink, &files, 0)
}

fn unwritten(cause: io::Error) -> Error {
    Error::new(Kind::File, format!("the archive cannot be written: {cause}"))
}

fn about(mut error: Error, path: &Path) -> Error {
    let shown = path.display().to_string();
    if !error.message.contains(&shown) {
        error.message = format!("cannot write {shown}: {}", error.message);
    }
    error
}
