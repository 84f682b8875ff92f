//! Layers: files, archived and compressed in one pass, with both digests taken on the way.

use super::descriptor::{Blob, media_type};
use super::digest::{Digest, Hashing};
use super::error::{Error, Kind};
use super::gzip::Gzip;
use super::tar::{self, Entry, File};

/// A compressed layer, with the digest of what is inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    blob: Blob,
    diff_id: Digest,
}

impl Layer {
    /// Archives files, in any order, with the time `mtime` in seconds of Unix, and compresses the
    /// archive with gzip. The archive itself is never held.
    ///
    /// # Errors
    ///
    /// A path that leads out of the image or comes twice; a time or size that tar cannot say.
    pub fn gzip(files: &[File<'_>], mtime: u64) -> Result<Self, Error> {
        Self::of(&files.iter().copied().map(Entry::File).collect::<Vec<_>>(), mtime)
    }

    /// Does the same with entries that are not all files.
    ///
    /// # Errors
    ///
    /// As [`Layer::gzip`].
    pub fn of(entries: &[Entry<'_>], mtime: u64) -> Result<Self, Error> {
        let fault = |cause| Error::new(Kind::File, format!("cannot compress the layer: {cause}"));
        let mut inner = Hashing::new(Gzip::new(Hashing::new(Vec::new())).map_err(fault)?);
        tar::write(&mut inner, entries, mtime)?;
        let (diff_id, gzip) = inner.finish();
        let (digest, bytes) = gzip.finish().map_err(fault)?.finish();
        Ok(Layer { blob: Blob::hashed(media_type::LAYER_GZIP, bytes, digest), diff_id })
    }

    /// The compressed layer.
    pub fn blob(&self) -> &Blob {
        &self.blob
    }

    /// The digest of the archive, which stays when the compressor changes.
    pub fn diff_id(&self) -> Digest {
        self.diff_id
    }
}
