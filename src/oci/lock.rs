//! Who changes a layout or an archive does it alone, from reading what is there until what is new is in its place:
//! otherwise of two who add something one would drop what the other added.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::error::{Error, Kind};
use super::temporary;

/// How long is waited for another process: longer than signing takes, and not as long as large images may.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(20);

/// The right to change something, until it is dropped. Where the file system knows no locks, everybody has it.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    /// A file that is there for the lock alone, and goes away with it.
    own: Option<PathBuf>,
}

impl Lock {
    /// Waits for a layout. Its `mark` is locked, since nobody replaces it.
    pub(super) fn layout(folder: &Path, mark: &Path) -> Result<Self, Error> {
        let file = File::open(mark).map_err(|cause| Error::io("open", mark, &cause))?;
        wait(&file, folder)?;
        Ok(Lock { file, own: None })
    }

    /// Waits for an archive. It is replaced as a whole, so a file beside it is locked.
    pub(super) fn archive(path: &Path) -> Result<Self, Error> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let own = path.with_file_name(format!(".{name}.lock"));
        loop {
            let opened = OpenOptions::new().write(true).create(true).truncate(false).open(&own);
            let file = opened.map_err(|cause| Error::io("write", path, &cause))?;
            wait(&file, path)?;
            // Who had it before us took it away, and another process may have made the next one.
            if is_at(&file, &own) {
                temporary::watch(&own);
                return Ok(Lock { file, own: Some(own) });
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(own) = &self.own {
            // In this order: once it is gone, another process may have one of this name.
            temporary::forget(own);
            let _ = fs::remove_file(own);
        }
        // A program that another thread has just begun has the file open, too, and the lock would last as long.
        let _ = self.file.unlock();
    }
}

fn wait(file: &File, place: &Path) -> Result<(), Error> {
    let until = Instant::now() + PATIENCE;
    while temporary::is_busy(file.try_lock()) {
        if Instant::now() >= until {
            let message = format!("another process is writing to {}", place.display());
            return Err(Error::new(Kind::File, message).hint("wait for it, or write to another place"));
        }
        thread::sleep(PAUSE);
    }
    Ok(())
}

/// Whether an open file is the one that a path leads to.
fn is_at(file: &File, path: &Path) -> bool {
    let both = file.metadata().and_then(|file| Ok((file, fs::metadata(path)?)));
    both.is_ok_and(|(file, there)| (file.dev(), file.ino()) == (there.dev(), there.ino()))
}
