//! A folder of blobs by digest, which several processes use at once, and of what references named.
//!
//! A blob is there whole or not at all, and its digest is taken again whenever it is read. Nobody waits for
//! anybody: a blob that another process takes away is pulled again, and one that is open stays readable.
//! Times are given, never asked for.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::descriptor::Descriptor;
use super::digest::{Digest, Hashing};
use super::error::Error;
use super::temporary::{self, Temporary};

/// The size of a cache unless the user says otherwise, in bytes.
pub const CACHE_LIMIT: u64 = 4 << 30;

/// A cache of blobs.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    limit: u64,
    now: SystemTime,
    /// How much all blobs have, as far as we know, once this process wrote one.
    bytes: Mutex<Option<u64>>,
}

/// What is in a cache.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// Manifests, configurations and layers.
    pub blobs: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Images that were pulled and whose manifests are still here.
    pub images: usize,
    /// The references by which they were pulled, sorted.
    pub references: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Remembered {
    reference: String,
    descriptor: Descriptor,
}

impl Cache {
    /// A cache in `folder`, which is made when something is written. It is kept below `limit` bytes; what was
    /// not used for the longest time goes first, and `now` is when what is used now counts as used.
    pub fn new(folder: &Path, limit: u64, now: SystemTime) -> Self {
        Cache { folder: folder.to_owned(), limit, now, bytes: Mutex::new(None) }
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The most bytes that stay in it.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// Opens a blob that is here, at its beginning. One that was damaged is removed, as if it had never been
    /// here.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn open(&self, digest: &Digest) -> Result<Option<File>, Error> {
        let path = self.blob(digest);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(cause) if is_absent(&cause) => return Ok(None),
            Err(cause) => return Err(Error::io("read", &path, &cause)),
        };
        let mut hashing = Hashing::new(io::sink());
        let copied = io::copy(&mut file, &mut hashing).and_then(|_| file.seek(SeekFrom::Start(0)));
        copied.map_err(|cause| Error::io("read", &path, &cause))?;
        if hashing.digest() != *digest {
            let _ = fs::remove_file(&path);
            return Ok(None);
        }
        // In a folder that cannot be written, nothing is taken away either.
        let _ = file.set_modified(self.now);
        Ok(Some(file))
    }

    /// Reads a blob of at most `limit` bytes that is here.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn read(&self, digest: &Digest, limit: u64) -> Result<Option<Vec<u8>>, Error> {
        let Some(file) = self.open(digest)? else { return Ok(None) };
        let mut bytes = Vec::new();
        let read = file.take(limit.saturating_add(1)).read_to_end(&mut bytes);
        read.map_err(|cause| Error::io("read", &self.blob(digest), &cause))?;
        Ok(Some(bytes).filter(|bytes| bytes.len() as u64 <= limit))
    }

    /// Adds a blob and opens it at its beginning; others may be taken away for it. `fill` writes it, and
    /// answers for its digest.
    ///
    /// # Errors
    ///
    /// Those of `fill`; the folder cannot be written. Nothing of the blob is then left.
    pub fn add(
        &self,
        digest: &Digest,
        fill: impl FnOnce(&mut File) -> Result<(), Error>,
    ) -> Result<File, Error> {
        let path = self.blob(digest);
        let mut part = self.begin(&digest.hex())?;
        fill(&mut part.file)?;
        let finish = || -> io::Result<(File, u64)> {
            part.file.set_modified(self.now)?;
            let mut file = part.file.try_clone()?;
            part.keep(&path)?;
            let size = file.seek(SeekFrom::End(0))?;
            file.seek(SeekFrom::Start(0))?;
            Ok((file, size))
        };
        let (file, size) = finish().map_err(|cause| unwritten(&path, &cause))?;
        self.grow(size);
        Ok(file)
    }

    /// Notes what a reference names.
    ///
    /// # Errors
    ///
    /// The folder cannot be written.
    pub fn remember(&self, reference: &str, descriptor: &Descriptor) -> Result<(), Error> {
        let path = self.note(reference);
        let note = Remembered { reference: reference.to_owned(), descriptor: descriptor.clone() };
        let bytes = super::image::json(&note);
        if fs::read(&path).is_ok_and(|old| old == bytes) {
            return Ok(());
        }
        let mut part = self.begin("reference")?;
        let written = part.file.write_all(&bytes).and_then(|()| part.keep(&path));
        written.map_err(|cause| unwritten(&path, &cause))
    }

    /// What a reference named when it was pulled last; none where that is not known.
    pub fn recall(&self, reference: &str) -> Option<Descriptor> {
        let bytes = fs::read(self.note(reference)).ok()?;
        let note: Remembered = serde_json::from_slice(&bytes).ok()?;
        (note.reference == reference).then_some(note.descriptor)
    }

    /// What is in it. A folder that is not there is empty.
    ///
    /// # Errors
    ///
    /// The folder cannot be read.
    pub fn usage(&self) -> Result<Usage, Error> {
        let blobs = self.blobs()?;
        let here: BTreeSet<&str> = blobs.iter().map(|blob| blob.name.as_str()).collect();
        let (mut references, mut images) = (Vec::new(), BTreeSet::new());
        for (_, note) in self.notes()? {
            if let Some(note) = note.filter(|note| here.contains(note.descriptor.digest.hex().as_str())) {
                images.insert(note.descriptor.digest);
                references.push(note.reference);
            }
        }
        references.sort();
        let bytes = blobs.iter().map(|blob| blob.size).sum();
        Ok(Usage { blobs: blobs.len(), bytes, images: images.len(), references })
    }

    /// Empties it: its blobs and notes, and what killed processes left. Anything else in the folder stays.
    ///
    /// # Errors
    ///
    /// The folder cannot be read, or something in it not removed.
    pub fn clear(&self) -> Result<Usage, Error> {
        let usage = self.usage()?;
        let blobs = self.blobs()?.into_iter().map(|blob| self.blobs_folder().join(blob.name));
        for path in blobs.chain(self.notes()?.into_iter().map(|(path, _)| path)) {
            match fs::remove_file(&path) {
                Err(cause) if !is_absent(&cause) => return Err(Error::io("remove", &path, &cause)),
                _ => {}
            }
        }
        self.sweep();
        Ok(usage)
    }

    fn blobs_folder(&self) -> PathBuf {
        self.folder.join("blobs/sha256")
    }

    fn blob(&self, digest: &Digest) -> PathBuf {
        self.blobs_folder().join(digest.hex())
    }

    fn note(&self, reference: &str) -> PathBuf {
        self.folder.join("references").join(Digest::of(reference.as_bytes()).hex())
    }

    /// Begins to write something. The first time, what killed processes left is swept.
    fn begin(&self, name: &str) -> Result<Temporary, Error> {
        let parts = self.folder.join("parts");
        self.prepare().map_err(|cause| unwritten(&self.folder, &cause))?;
        // While we hold this, nobody sweeps: a file is locked a moment after it is made.
        let lock = self.lock();
        let _shared = lock.as_ref().map(File::lock_shared);
        Temporary::create(&parts, name).map_err(|cause| unwritten(&parts, &cause))
    }

    /// Makes the folders, which are nobody else's business: what is in private registries is in them.
    fn prepare(&self) -> io::Result<()> {
        let is_new = !self.folder.join("parts").exists();
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        for folder in ["blobs/sha256", "references", "parts"] {
            builder.recursive(true).create(self.folder.join(folder))?;
        }
        if is_new {
            // Backup programs leave out a folder with this file (bford.info/cachedir).
            fs::write(
                self.folder.join("CACHEDIR.TAG"),
                "Signature: 8a477f597d28d172789f06886806bc55\n# Images that olmcat pulled.\n",
            )?;
        }
        if self.bytes.lock().unwrap_or_else(PoisonError::into_inner).is_none() {
            self.sweep();
            self.grow(0);
        }
        Ok(())
    }

    fn lock(&self) -> Option<File> {
        OpenOptions::new().create(true).append(true).open(self.folder.join("lock")).ok()
    }

    fn sweep(&self) {
        let Some(lock) = self.lock() else { return };
        if !temporary::is_busy(lock.try_lock()) {
            temporary::sweep(&self.folder.join("parts"));
        }
    }

    /// Counts what was added, and takes away what was not used for the longest time when that is too much.
    fn grow(&self, size: u64) {
        let mut known = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = match *known {
            Some(bytes) => bytes.saturating_add(size),
            None => self.blobs().map_or(0, |blobs| blobs.iter().map(|blob| blob.size).sum()),
        };
        *known = Some(if bytes > self.limit { self.shrink() } else { bytes });
    }

    /// Others may write and take away meanwhile: what is gone is gone, and what cannot be removed is left for
    /// later.
    fn shrink(&self) -> u64 {
        let Ok(mut blobs) = self.blobs() else { return 0 };
        blobs.sort_by(|a, b| (a.used, &a.name).cmp(&(b.used, &b.name)));
        let mut bytes: u64 = blobs.iter().map(|blob| blob.size).sum();
        for blob in blobs {
            if bytes <= self.limit {
                break;
            }
            let _ = fs::remove_file(self.blobs_folder().join(&blob.name));
            bytes -= blob.size;
        }
        for (path, note) in self.notes().unwrap_or_default() {
            if note.is_none_or(|note| !self.blob(&note.descriptor.digest).exists()) {
                let _ = fs::remove_file(path);
            }
        }
        bytes
    }

    fn blobs(&self) -> Result<Vec<Stored>, Error> {
        let mut blobs = Vec::new();
        for (name, path) in files(&self.blobs_folder())? {
            // Another process may have taken it away since.
            if let Ok(metadata) = fs::metadata(&path) {
                let used = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                blobs.push(Stored { name, size: metadata.len(), used });
            }
        }
        Ok(blobs)
    }

    fn notes(&self) -> Result<Vec<(PathBuf, Option<Remembered>)>, Error> {
        let read = |path: &Path| serde_json::from_slice(&fs::read(path).ok()?).ok();
        let files = files(&self.folder.join("references"))?;
        Ok(files.into_iter().map(|(_, path)| (path.clone(), read(&path))).collect())
    }
}

/// A blob in the folder.
struct Stored {
    name: String,
    size: u64,
    used: SystemTime,
}

/// The files of a folder that are named like digests: only they are ours.
fn files(folder: &Path) -> Result<Vec<(String, PathBuf)>, Error> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(cause) if is_absent(&cause) => return Ok(Vec::new()),
        Err(cause) => return Err(Error::io("read", folder, &cause)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|cause| Error::io("read", folder, &cause))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            files.push((name, entry.path()));
        }
    }
    Ok(files)
}

fn is_absent(cause: &io::Error) -> bool {
    matches!(cause.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn unwritten(path: &Path, cause: &io::Error) -> Error {
    let error = Error::io("write to the cache", path, cause);
    match cause.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            error.hint("free some space, for example with `olmcat cache --clear`")
        }
        _ => error.hint("name a folder that can be written with `--cache` or OLMCAT_CACHE"),
    }
}
