//! Where the bytes of an index are: in memory, or in a file that is read by offset.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::FileExt as _;

/// Bytes that are read by offset, by many at once.
#[derive(Debug)]
pub enum Blobs {
    /// All of them in memory.
    Memory(Vec<u8>),
    /// A file, which nobody changes; one that is replaced stays what it was.
    File(File),
}

impl Blobs {
    /// Returns how many bytes there are.
    ///
    /// # Errors
    /// What the system says.
    pub fn size(&self) -> io::Result<u64> {
        match self {
            Blobs::Memory(bytes) => Ok(bytes.len() as u64),
            Blobs::File(file) => Ok(file.metadata()?.len()),
        }
    }

    /// Appends some bytes to others.
    ///
    /// # Errors
    /// What the system says; bytes that are not there.
    pub fn read(&self, start: u64, length: usize, out: &mut Vec<u8>) -> io::Result<()> {
        match self {
            Blobs::Memory(bytes) => {
                let missing = || io::Error::from(io::ErrorKind::UnexpectedEof);
                let start = usize::try_from(start).map_err(|_| missing())?;
                let end = start.checked_add(length).ok_or_else(missing)?;
                out.extend_from_slice(bytes.get(start..end).ok_or_else(missing)?);
                Ok(())
            }
            Blobs::File(file) => {
                let before = out.len();
                out.resize(before + length, 0);
                file.read_exact_at(&mut out[before..], start)
            }
        }
    }

    /// Copies the first bytes, a part at a time.
    ///
    /// # Errors
    /// What the system or the sink says; bytes that are not there.
    pub fn copy(&self, length: u64, sink: &mut impl Write) -> io::Result<()> {
        let (mut at, mut part) = (0, Vec::new());
        while at < length {
            let size = (length - at).min(1 << 20);
            part.clear();
            self.read(at, size as usize, &mut part)?;
            sink.write_all(&part)?;
            at += size;
        }
        Ok(())
    }
}

/// Where an index is written that is served at once.
#[derive(Debug)]
pub enum Spool {
    /// In memory.
    Memory(Vec<u8>),
    /// In a file, which is open for reading, too.
    File(BufWriter<File>),
}

impl Spool {
    /// Returns what was written, to be read.
    ///
    /// # Errors
    /// What the system says.
    pub fn finish(self) -> io::Result<Blobs> {
        Ok(match self {
            Spool::Memory(bytes) => Blobs::Memory(bytes),
            Spool::File(file) => Blobs::File(file.into_inner().map_err(io::IntoInnerError::into_error)?),
        })
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Spool::Memory(all) => all.write(bytes),
            Spool::File(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Spool::Memory(_) => Ok(()),
            Spool::File(file) => file.flush(),
        }
    }
}
