//! Decompression of layers: gzip of several members, zstd of several frames, or nothing.
//!
//! The bytes decide, not the media type: registries hold layers under the wrong name, and every engine looks
//! at the first bytes. Nothing is held but the decompressor's window.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;

use crate::oci::error::{Error, Kind};

const BUFFER: usize = 256 << 10;

/// Opens what may be compressed.
///
/// # Errors
///
/// The bytes cannot be read, or are of a compressor that is not known here.
pub(super) fn open<'r>(packed: impl Read + 'r) -> Result<Box<dyn Read + 'r>, Error> {
    let mut packed = BufReader::with_capacity(BUFFER, packed);
    let head =
        packed.fill_buf().map_err(|cause| Error::new(Kind::File, format!("it cannot be read: {cause}")))?;
    let unknown = |name: &str| {
        Err(Error::new(Kind::Input, format!("it is compressed with {name}, which is not read"))
            .hint("push the image again with layers of gzip or zstd, for example with `skopeo copy`"))
    };
    match head {
        [0x1f, 0x8b, ..] => Ok(Box::new(MultiGzDecoder::new(packed))),
        // A frame, or one to be skipped, with which chunked layers may begin (RFC 8878, 3.1).
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => {
            Ok(Box::new(Frames { state: State::Between(Some(packed)) }))
        }
        [b'B', b'Z', b'h', ..] => unknown("bzip2"),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => unknown("xz"),
        _ => Ok(Box::new(packed)),
    }
}

/// All the frames of a stream, one after the other: chunked layers have one for each file.
struct Frames<R: Read> {
    state: State<R>,
}

enum State<R: Read> {
    Between(Option<R>),
    Within(Box<StreamingDecoder<R, ruzstd::decoding::FrameDecoder>>),
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match &mut self.state {
                State::Within(frame) => match frame.read(buffer)? {
                    0 if !buffer.is_empty() => {}
                    read => return Ok(read),
                },
                State::Between(packed) => {
                    let Some(reader) = packed else { return Ok(0) };
                    if reader.fill_buf()?.is_empty() || !next_frame(reader)? {
                        *packed = None;
                        return Ok(0);
                    }
                    let Some(reader) = packed.take() else { return Ok(0) };
                    let frame = StreamingDecoder::new(reader).map_err(io::Error::other)?;
                    self.state = State::Within(Box::new(frame));
                    continue;
                }
            }
            // A frame has ended.
            if let State::Within(frame) = std::mem::replace(&mut self.state, State::Between(None)) {
                self.state = State::Between(Some(frame.into_inner()));
            }
        }
    }
}

/// Goes to the next frame that is not to be skipped; says whether there is one.
fn next_frame(reader: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let head = reader.fill_buf()?;
        let [low, 0x2a, 0x4d, 0x18, ..] = head else { return Ok(!head.is_empty()) };
        if !(0x50..=0x5f).contains(low) {
            return Ok(true);
        }
        let mut header = [0; 8];
        reader.read_exact(&mut header)?;
        let [.., a, b, c, d] = header;
        let length = u64::from(u32::from_le_bytes([a, b, c, d]));
        if io::copy(&mut reader.take(length), &mut io::sink())? < length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}
