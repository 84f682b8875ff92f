//! OCI image layouts: folders that hold images (image specification, `image-layout.md`).
//!
//! A layout is complete or it is not there. A new one grows beside its place and is renamed into it; one
//! that exists gains blobs first, and its index is replaced by a rename at the very end. What fails on the
//! way takes back what it wrote.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use super::attachment::attached;
use super::content::{Content, Slice};
use super::descriptor::{Descriptor, media_type};
use super::error::{Error, Kind};
use super::image::Artifact;
use super::lock::Lock;
use super::temporary::{self, Temporary};

pub use super::layout_read::Layout;

/// The annotation by which skopeo and others find an image in a layout (`annotations.md`).
pub const REF_NAME: &str = "org.opencontainers.image.ref.name";

pub(super) const MARK: &str = "oci-layout";
pub(super) const INDEX: &str = "index.json";

/// Writes an artifact under a name, usually its tag, into the layout at `folder`, which is made where it
/// is missing. Other names and their blobs stay; the same name is replaced.
///
/// # Errors
///
/// A folder that holds something else, or that another process is writing to; a name that the
/// specification does not allow; a disk that is full or cannot be written. The folder is then as it was.
pub fn write(folder: &Path, artifact: &Artifact, name: &str) -> Result<(), Error> {
    list(folder, &[(entry(artifact, Some(name))?, artifact)])
}

/// The entry of an index that lists an artifact under a name, or without one as what refers to another.
pub(super) fn entry(artifact: &Artifact, name: Option<&str>) -> Result<Descriptor, Error> {
    let Some(name) = name else { return Ok(attached(artifact)?.1) };
    check_name(name)?;
    let annotations = BTreeMap::from([(REF_NAME.to_owned(), name.to_owned())]);
    Ok(Descriptor { annotations, ..artifact.manifest().descriptor() })
}

/// Writes artifacts into a layout, whose index lists them as their entries say.
///
/// # Errors
///
/// Those of [`write()`].
pub(super) fn list(folder: &Path, artifacts: &[(Descriptor, &Artifact)]) -> Result<(), Error> {
    match fs::read_dir(folder).map(|mut entries| entries.next().is_none()) {
        Ok(true) => update(folder, artifacts),
        Ok(false) if folder.join(MARK).is_file() => update(folder, artifacts),
        Ok(false) => {
            Err(Error::new(Kind::Input, format!("{} is not empty and not an OCI layout", folder.display()))
                .hint("choose a new or empty folder; nothing was changed"))
        }
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => create(folder, artifacts),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotADirectory => {
            Err(Error::new(Kind::Input, format!("{} is a file, not an OCI layout", folder.display()))
                .hint("choose another name for the output folder"))
        }
        Err(cause) => Err(Error::io("read", folder, &cause)),
    }
}

/// Writes a new layout beside its place and renames it.
fn create(folder: &Path, artifacts: &[(Descriptor, &Artifact)]) -> Result<(), Error> {
    let Some(last) = folder.file_name() else {
        return Err(Error::new(Kind::Input, format!("{} names no folder", folder.display()))
            .hint("write the path without `..` at its end"));
    };
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut made = Made::default();
    made.folders(parent)?;
    let temporary = made.temporary(parent, &last.to_string_lossy())?;
    fill(&temporary, artifacts, &mut made).map_err(|mut error| {
        // Nobody finds the temporary name any more.
        error.message = error.message.replace(&*temporary.to_string_lossy(), &folder.to_string_lossy());
        error
    })?;
    fs::rename(&temporary, folder).map_err(|cause| Error::io("create", folder, &cause))?;
    made.keep();
    sync(parent);
    Ok(())
}

/// Adds to a layout, or fills an empty folder, which may be a mount point and so cannot be renamed over.
fn update(folder: &Path, artifacts: &[(Descriptor, &Artifact)]) -> Result<(), Error> {
    let mut made = Made::default();
    let mark = folder.join(MARK);
    if !mark.exists() {
        made.file(&mark, MARK_CONTENT)?;
    }
    put(folder, artifacts, &lock(folder)?)?;
    made.keep();
    Ok(())
}

/// Waits until nobody else writes to a layout.
pub(super) fn lock(folder: &Path) -> Result<Lock, Error> {
    Lock::layout(folder, &folder.join(MARK))
}

/// Adds to a layout that is locked.
pub(super) fn put(folder: &Path, artifacts: &[(Descriptor, &Artifact)], _: &Lock) -> Result<(), Error> {
    let mut made = Made::default();
    fill(folder, artifacts, &mut made)?;
    made.keep();
    Ok(())
}

pub(super) const MARK_CONTENT: &[u8] = br#"{"imageLayoutVersion":"1.0.0"}"#;

/// Blobs, then the mark, then the index.
fn fill(folder: &Path, artifacts: &[(Descriptor, &Artifact)], made: &mut Made) -> Result<(), Error> {
    let mut index = read_index(folder)?;
    let blobs = folder.join("blobs/sha256");
    made.folders(&blobs)?;
    for (_, artifact) in artifacts {
        let manifests = artifact.manifests().into_iter().map(Content::from);
        for blob in artifact.blobs().into_iter().chain(manifests) {
            let file = blobs.join(blob.digest().hex());
            if !holds(&file, &blob) {
                made.blob(&file, &blob)?;
            }
        }
    }
    let mark = folder.join(MARK);
    if !mark.exists() {
        made.file(&mark, MARK_CONTENT)?;
    }
    sync(&blobs);
    artifacts.iter().for_each(|(entry, _)| list_in(&mut index, entry));
    let bytes = serde_json::to_vec(&index).map_err(|cause| {
        Error::new(Kind::File, format!("cannot write {}: {cause}", folder.join(INDEX).display()))
    })?;
    made.file(&folder.join(INDEX), &bytes)?;
    sync(folder);
    Ok(())
}

pub(super) fn empty_index() -> Value {
    json!({ "schemaVersion": 2, "mediaType": media_type::INDEX, "manifests": [] })
}

/// The index as it stands, with all that other tools wrote into it, or a new one.
fn read_index(folder: &Path) -> Result<Value, Error> {
    let file = folder.join(INDEX);
    let bytes = match fs::read(&file) {
        Ok(bytes) => bytes,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
            return Ok(empty_index());
        }
        Err(cause) => return Err(Error::io("read", &file, &cause)),
    };
    let index = serde_json::from_slice::<Value>(&bytes).ok();
    index.filter(|index| super::layout_read::entries(index).is_some()).ok_or_else(|| {
        Error::new(Kind::Corrupt, format!("{} is not the index of a layout", file.display()))
            .hint("remove the folder, or choose another one; nothing was changed")
    })
}

/// Adds an entry to an index, in the place of one of the same name, or, where it has none, of the same digest.
pub(super) fn list_in(index: &mut Value, entry: &Descriptor) {
    let Some(entries) = index["manifests"].as_array_mut() else { return };
    let name = |other: &Value| other["annotations"][REF_NAME].as_str().map(str::to_owned);
    let digest = json!(entry.digest);
    match entry.annotations.get(REF_NAME) {
        Some(own) => entries.retain(|other| name(other).as_ref() != Some(own)),
        None => entries.retain(|other| other["digest"] != digest || name(other).is_some()),
    }
    entries.push(json!(entry));
}

/// Whether a blob is there already, and whole.
fn holds(file: &Path, blob: &Content) -> bool {
    let opened = File::open(file).and_then(Slice::whole);
    opened.is_ok_and(|slice| {
        let there = Content::kept(blob.descriptor().clone(), Arc::new(move || Ok(slice.clone())));
        there.verify().is_ok()
    })
}

/// Letters and digits, with `-._:@+/` and `--` in between (`annotations.md`).
pub(super) fn check_name(name: &str) -> Result<(), Error> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:@+/".contains(&byte);
    let edge = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    if name.bytes().all(allowed) && edge(name.bytes().next()) && edge(name.bytes().next_back()) {
        return Ok(());
    }
    Err(Error::new(Kind::Input, format!("`{}` is not a name within a layout", name.escape_default()))
        .hint("use a tag, such as `v1`, or a full image reference"))
}

/// What was made so far; all of it goes away again unless it is kept.
#[derive(Default)]
struct Made {
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Made {
    /// Writes a file whole or not at all: the bytes reach the disk under another name first.
    fn file(&mut self, file: &Path, bytes: &[u8]) -> Result<(), Error> {
        self.filled(file, |sink| Ok(sink.write_all(bytes)))
    }

    /// Writes a blob, if it is what it is called.
    fn blob(&mut self, file: &Path, blob: &Content) -> Result<(), Error> {
        self.filled(file, |sink| blob.copy_to(sink))
    }

    fn filled(
        &mut self,
        file: &Path,
        fill: impl FnOnce(&mut File) -> Result<std::io::Result<()>, Error>,
    ) -> Result<(), Error> {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let folder = file.parent().unwrap_or(Path::new("."));
        let existed = file.exists();
        let io = |cause| Error::io("write", file, &cause);
        let mut temporary = Temporary::create(folder, &name).map_err(io)?;
        fill(&mut temporary.file)?.and_then(|()| temporary.file.sync_all()).map_err(io)?;
        temporary.keep(file).map_err(io)?;
        if !existed {
            self.files.push(file.to_owned());
        }
        Ok(())
    }

    fn folder(&mut self, folder: &Path) -> Result<(), Error> {
        fs::create_dir(folder).map_err(|cause| Error::io("create", folder, &cause))?;
        self.folders.push(folder.to_owned());
        Ok(())
    }

    /// Makes a folder of a name that nobody uses. A process that was killed may have left its own behind,
    /// and in a container have had our number.
    fn temporary(&mut self, parent: &Path, name: &str) -> Result<PathBuf, Error> {
        let mut number = 0;
        loop {
            let folder = parent.join(format!(".{name}.{}-{number}", std::process::id()));
            match fs::create_dir(&folder) {
                Ok(()) => {
                    temporary::watch(&folder);
                    self.folders.push(folder.clone());
                    return Ok(folder);
                }
                Err(cause) if cause.kind() == std::io::ErrorKind::AlreadyExists && number < 100 => {
                    number += 1
                }
                Err(cause) => return Err(Error::io("create", &parent.join(name), &cause)),
            }
        }
    }

    /// Makes a folder and those on the way to it, where they are missing.
    fn folders(&mut self, folder: &Path) -> Result<(), Error> {
        let missing: Vec<&Path> = folder
            .ancestors()
            .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
            .collect();
        missing.into_iter().rev().try_for_each(|folder| self.folder(folder))
    }

    fn keep(&mut self) {
        self.files.clear();
        self.folders.drain(..).for_each(|folder| temporary::forget(&folder));
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        for file in self.files.drain(..).rev() {
            let _ = fs::remove_file(file);
        }
        for folder in self.folders.drain(..).rev() {
            let _ = fs::remove_dir(&folder);
            temporary::forget(&folder);
        }
    }
}

/// Asks the disk to remember names. Some file systems cannot be asked; the files themselves are safe.
fn sync(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}
