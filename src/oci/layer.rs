//! Layers: files, archived and compressed in one pass, with both digests taken on the way.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use super::compression::{Compression, Compressor};
use super::content::{Content, Slice};
use super::descriptor::{Blob, Descriptor};
use super::digest::{Digest, Hashing};
use super::error::{Error, Kind};
use super::tar::{self, Entry};
use super::temporary::Temporary;

/// A layer of more bytes is not held, if there is a folder to put it into.
const HELD: usize = 16 << 20;

/// A compressed layer, with the digest of what is inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    content: Content,
    diff_id: Digest,
}

impl Layer {
    /// Archives files, in any order, with the time `mtime` in seconds of Unix, and compresses the archive.
    /// The archive itself is never held, and a large layer is in a file of the folder `spool` that nobody else
    /// sees, if one is given.
    ///
    /// # Errors
    ///
    /// A path that leads out of the image or comes twice; a time or size that tar cannot say; a file that
    /// cannot be read; a folder that cannot be written.
    pub fn new<'a, E: Into<Entry<'a>> + Copy>(
        entries: &[E],
        mtime: u64,
        compression: Compression,
        spool: Option<PathBuf>,
    ) -> Result<Self, Error> {
        let fault = |cause| Error::new(Kind::File, format!("cannot compress the layer: {cause}"));
        let sink = Hashing::new(Spool { held: Vec::new(), kept: None, folder: spool });
        let mut inner = Hashing::new(Compressor::new(compression, sink).map_err(fault)?);
        tar::write(&mut inner, entries, mtime)?;
        let (diff_id, compressor) = inner.finish();
        let (digest, spool) = compressor.finish().map_err(fault)?.finish();
        Ok(Layer { content: spool.content(compression.media_type(), digest).map_err(fault)?, diff_id })
    }

    /// The compressed layer.
    pub fn content(&self) -> &Content {
        &self.content
    }

    /// The digest of the archive, which stays when the compressor changes.
    pub fn diff_id(&self) -> Digest {
        self.diff_id
    }
}

/// Bytes that are held until there are many.
struct Spool {
    held: Vec<u8>,
    kept: Option<Temporary>,
    folder: Option<PathBuf>,
}

impl Spool {
    fn content(self, media_type: &str, digest: Digest) -> io::Result<Content> {
        let Some(kept) = self.kept else {
            return Ok(Content::from(&Blob::hashed(media_type, self.held, digest)));
        };
        let slice = Slice::whole(kept.anonymous()?)?;
        let descriptor = Descriptor::new(media_type, digest, slice.size());
        Ok(Content::kept(descriptor, Arc::new(move || Ok(slice.clone()))))
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(folder) = self.folder.take_if(|_| self.held.len() + bytes.len() > HELD) {
            let mut kept = Temporary::create(&folder, ".olmcat-layer")?;
            kept.file.write_all(&self.held)?;
            self.held = Vec::new();
            self.kept = Some(kept);
        }
        match &mut self.kept {
            Some(kept) => kept.file.write(bytes),
            None => self.held.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
