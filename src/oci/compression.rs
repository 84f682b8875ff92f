//! How layers are compressed. Whatever it is, equal input gives equal bytes.

use std::io::{self, Write};

use super::descriptor::media_type;
use super::gzip::Gzip;

/// On a catalog of 3.4 MB: level 9 makes 79,277 bytes at 211 MB/s, level 3 105,586 at 896; gzip 403,235 at 66.
const ZSTD_LEVEL: i32 = 9;

/// A way to compress layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compression {
    /// What every consumer reads.
    #[default]
    Gzip,
    /// A quarter of that for catalogs, whose texts repeat themselves beyond the window of gzip; not for docker's
    /// own format.
    Zstd,
    /// As it is.
    None,
}

impl Compression {
    /// The media type of such a layer.
    pub fn media_type(self) -> &'static str {
        match self {
            Compression::Gzip => media_type::LAYER_GZIP,
            Compression::Zstd => media_type::LAYER_ZSTD,
            Compression::None => media_type::LAYER,
        }
    }
}

/// Compresses what is written to it.
pub(super) enum Compressor<W: Write> {
    Gzip(Gzip<W>),
    Zstd(zstd::stream::write::Encoder<'static, W>),
    None(W),
}

impl<W: Write> Compressor<W> {
    /// Begins in `sink`.
    pub(super) fn new(compression: Compression, sink: W) -> io::Result<Self> {
        Ok(match compression {
            Compression::Gzip => Compressor::Gzip(Gzip::new(sink)?),
            Compression::Zstd => {
                let mut encoder = zstd::stream::write::Encoder::new(sink, ZSTD_LEVEL)?;
                encoder.include_checksum(true)?;
                Compressor::Zstd(encoder)
            }
            Compression::None => Compressor::None(sink),
        })
    }

    /// Ends and returns the sink.
    pub(super) fn finish(self) -> io::Result<W> {
        match self {
            Compressor::Gzip(gzip) => gzip.finish(),
            Compressor::Zstd(encoder) => encoder.finish(),
            Compressor::None(sink) => Ok(sink),
        }
    }
}

impl<W: Write> Write for Compressor<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Compressor::Gzip(gzip) => gzip.write(bytes),
            Compressor::Zstd(encoder) => encoder.write(bytes),
            Compressor::None(sink) => sink.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
