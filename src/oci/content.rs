//! Content that may be too large to hold: what it is called, and a way to its bytes.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use super::descriptor::{Blob, Descriptor};
use super::digest::{Digest, Hashing};
use super::error::{Error, Kind};

/// Content with its descriptor: in memory, in a file, or still in a registry. Two are equal if they are called
/// the same.
#[derive(Clone)]
pub struct Content {
    descriptor: Descriptor,
    place: Place,
}

#[derive(Clone)]
enum Place {
    Held(Arc<Vec<u8>>),
    Kept(Arc<Opening>),
}

/// Opens content that is not held. It may be asked several times, and by several threads.
pub(super) type Opening = dyn Fn() -> Result<Slice, Error> + Send + Sync;

impl Content {
    /// Content that is opened when somebody wants it.
    pub(super) fn kept(descriptor: Descriptor, open: Arc<Opening>) -> Self {
        Content { descriptor, place: Place::Kept(open) }
    }

    /// Content in memory, with notes. Its digest must be that of the bytes.
    pub(super) fn noted(blob: &Blob, annotations: BTreeMap<String, String>) -> Self {
        let descriptor = Descriptor { annotations, ..blob.descriptor() };
        Content { descriptor, place: Place::Held(blob.shared()) }
    }

    /// The pointer to it.
    pub fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    /// What the content is called.
    pub fn digest(&self) -> Digest {
        self.descriptor.digest
    }

    /// Its length in bytes.
    pub fn size(&self) -> u64 {
        self.descriptor.size
    }

    /// The same content under another media type.
    pub(super) fn called(&self, media_type: &str) -> Self {
        let descriptor = Descriptor { media_type: media_type.to_owned(), ..self.descriptor.clone() };
        Content { descriptor, place: self.place.clone() }
    }

    /// Opens it at its beginning.
    ///
    /// # Errors
    ///
    /// Its file cannot be opened, or no registry gives it.
    pub fn open(&self) -> Result<Reader, Error> {
        Ok(match &self.place {
            Place::Held(bytes) => Reader { place: Opened::Held(Arc::clone(bytes)), at: 0 },
            Place::Kept(open) => {
                let slice = open()?;
                if slice.size != self.size() {
                    let size = slice.size;
                    return Err(self.corrupt(&format!("has {size} bytes where {} are promised", self.size())));
                }
                Reader { place: Opened::Kept(slice), at: 0 }
            }
        })
    }

    /// Copies it, and holds no more of it than one buffer.
    ///
    /// # Errors
    ///
    /// Those of [`Content::open`]; size or digest are not what was promised. The sink then holds anything. What
    /// the sink refuses comes back as the inner error.
    pub(super) fn copy_to(&self, sink: impl Write) -> Result<io::Result<()>, Error> {
        let mut reader = self.open()?;
        let mut hashing = Hashing::new(sink);
        let mut buffer = vec![0; 128 << 10];
        loop {
            let read = match reader.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => continue,
                Err(cause) => return Err(self.unread(&cause)),
            };
            if let Err(cause) = hashing.write_all(&buffer[..read]) {
                return Ok(Err(cause));
            }
        }
        match hashing.digest() {
            digest if digest == self.digest() => Ok(Ok(())),
            digest => Err(self.corrupt(&format!("is {digest} in truth"))),
        }
    }

    /// Reads all of it, and believes it only then.
    ///
    /// # Errors
    ///
    /// As [`Content::open`]; its bytes are not what was promised.
    pub fn verify(&self) -> Result<(), Error> {
        self.copy_to(io::sink())?.map_err(|cause| self.unread(&cause))
    }

    /// Reads all of it into memory.
    ///
    /// # Errors
    ///
    /// As [`Content::verify`].
    pub fn read(&self) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        self.copy_to(&mut bytes)?.map_err(|cause| self.unread(&cause))?;
        Ok(bytes)
    }

    fn corrupt(&self, why: &str) -> Error {
        Error::new(Kind::Corrupt, format!("blob {} {why}", self.digest()))
            .hint("write or push the image again; it was damaged or copied in part")
    }

    pub(super) fn unread(&self, cause: &io::Error) -> Error {
        Error::new(Kind::File, format!("blob {} cannot be read: {cause}", self.digest()))
            .hint("check the disk; a file may have changed meanwhile")
    }
}

impl From<&Blob> for Content {
    fn from(blob: &Blob) -> Self {
        Content { descriptor: blob.descriptor(), place: Place::Held(blob.shared()) }
    }
}

impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        self.descriptor == other.descriptor
    }
}

impl Eq for Content {}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}, {} bytes)", self.digest(), self.descriptor.media_type, self.size())
    }
}

/// A stretch of a file. Its copies are read independently of one another.
#[derive(Debug, Clone)]
pub(super) struct Slice {
    file: Arc<File>,
    start: u64,
    size: u64,
}

impl Slice {
    /// All of a file.
    ///
    /// # Errors
    ///
    /// Its length cannot be told.
    pub(super) fn whole(file: File) -> io::Result<Self> {
        let size = file.metadata()?.len();
        Ok(Slice { file: Arc::new(file), start: 0, size })
    }

    /// A part of a file, which has as many bytes.
    pub(super) fn part(file: &Arc<File>, start: u64, size: u64) -> Self {
        Slice { file: Arc::clone(file), start, size }
    }

    /// Its length in bytes.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Opens it at its beginning.
    pub(super) fn reader(self) -> Reader {
        Reader { place: Opened::Kept(self), at: 0 }
    }
}

/// Content that was opened. A clone reads for itself.
#[derive(Debug, Clone)]
pub struct Reader {
    place: Opened,
    at: u64,
}

#[derive(Debug, Clone)]
enum Opened {
    Held(Arc<Vec<u8>>),
    Kept(Slice),
}

impl Reader {
    /// Its length in bytes, however far it was read.
    pub(super) fn size(&self) -> u64 {
        match &self.place {
            Opened::Held(bytes) => bytes.len() as u64,
            Opened::Kept(slice) => slice.size,
        }
    }
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.size().saturating_sub(self.at);
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        if wanted == 0 {
            return Ok(0);
        }
        let read = match &self.place {
            Opened::Held(bytes) => {
                let at = usize::try_from(self.at).unwrap_or(usize::MAX);
                buffer[..wanted].copy_from_slice(&bytes[at..at + wanted]);
                wanted
            }
            Opened::Kept(slice) => slice.file.read_at(&mut buffer[..wanted], slice.start + self.at)?,
        };
        if read == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file became shorter"));
        }
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Reader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.size().checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}
