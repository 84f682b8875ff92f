//! Files that are not finished yet: written under another name, renamed when they are whole, and gone
//! otherwise.
//!
//! A signal ends the process without dropping anything, so every such file is known here, and whoever catches
//! signals calls [`abandon_temporary`]. What a killed process left is recognised by its lock, which the
//! system has taken back.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn unfinished() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes all unfinished files of this process, and keeps any other thread from finishing or beginning one.
/// To be called right before the process ends.
pub fn abandon_temporary() {
    let all = unfinished();
    for path in &*all {
        if fs::remove_file(path).is_err() {
            let _ = fs::remove_dir_all(path);
        }
    }
    std::mem::forget(all);
}

/// A file that is removed unless it is kept.
#[derive(Debug)]
pub struct Temporary {
    /// What is written to.
    pub file: File,
    path: PathBuf,
}

impl Temporary {
    /// Makes a file whose name begins with `name`, locked for as long as it is open.
    ///
    /// # Errors
    ///
    /// It cannot be made.
    pub fn create(folder: &Path, name: &str) -> io::Result<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let mut all = unfinished();
        loop {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!("{name}.{}-{number}.tmp", std::process::id()));
            match OpenOptions::new().read(true).write(true).create_new(true).open(&path) {
                Ok(file) => {
                    // Where the file system knows no locks, nobody sweeps either.
                    let _ = file.try_lock_shared();
                    all.insert(path.clone());
                    return Ok(Temporary { file, path });
                }
                // In a container, a process that was killed may have had our number.
                Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists && number < 10_000 => {}
                Err(cause) => return Err(cause),
            }
        }
    }

    /// Takes its name from the file, which is there for as long as it is open.
    ///
    /// # Errors
    ///
    /// The name cannot be removed.
    pub fn anonymous(self) -> io::Result<File> {
        let file = self.file.try_clone()?;
        let mut all = unfinished();
        fs::remove_file(&self.path)?;
        all.remove(&self.path);
        drop(all);
        Ok(file)
    }

    /// Gives the file its name, in the same file system, in the place of one that had it.
    ///
    /// # Errors
    ///
    /// It cannot be renamed, and is removed.
    pub fn keep(self, path: &Path) -> io::Result<()> {
        let mut all = unfinished();
        fs::rename(&self.path, path)?;
        all.remove(&self.path);
        // A program that another thread has just begun has the file open, too, and the lock would last as long.
        let _ = self.file.unlock();
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let mut all = unfinished();
        if all.remove(&self.path) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Knows a folder as unfinished until it is [`forget`]-ed; who makes it also removes it.
pub(super) fn watch(folder: &Path) {
    unfinished().insert(folder.to_owned());
}

/// Takes back [`watch`].
pub(super) fn forget(folder: &Path) {
    unfinished().remove(folder);
}

/// Removes the files of a folder whose processes are gone. Nobody may begin one meanwhile.
pub(super) fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let is_abandoned = File::open(&path).is_ok_and(|file| file.try_lock().is_ok());
        if is_abandoned {
            let _ = fs::remove_file(&path);
        }
    }
}

/// Whether a lock is held by somebody else; where there are no locks, it is not.
pub(super) fn is_busy(result: Result<(), TryLockError>) -> bool {
    matches!(result, Err(TryLockError::WouldBlock))
}
