//! Reads tar archives as they come, and believes nothing: old, ustar, GNU and PAX headers (POSIX.1-2024,
//! `pax`).
//!
//! A reader of our own, since the common crate reads long names and PAX headers of any size into memory, and
//! without its own reading of them ignores the sizes that they set.

use std::io::{self, BufReader, Read, Seek};

use super::Limits;
use crate::oci::error::{Error, Kind};

const BLOCK: usize = 512;
/// The largest name or PAX header that is read, in bytes: that of Go's `archive/tar`.
const EXTENSION: u64 = 1 << 20;

/// An archive, of which so much may still be read.
pub(in crate::oci) struct Archive<'a, R> {
    reader: R,
    limits: &'a Limits,
    /// Bytes that may still come out of all layers of the image.
    left: &'a mut u64,
    /// Content of the entry that was not read yet, and what pads it.
    content: u64,
    padding: u64,
}

/// One entry.
#[derive(Debug)]
pub(in crate::oci) struct Entry {
    /// As it is written, save that bytes that are not UTF-8 are written as `\xff`.
    pub(in crate::oci) path: String,
    pub(in crate::oci) kind: EntryKind,
    /// The length of the content.
    pub(in crate::oci) size: u64,
}

#[derive(Debug, PartialEq, Eq)]
pub(in crate::oci) enum EntryKind {
    File,
    Folder,
    /// Another name of an entry before it.
    Hard(String),
    Symbolic(String),
    /// What no catalog or bundle has: devices, pipes, sparse files.
    Other(&'static str),
}

/// What headers before the header say.
#[derive(Default)]
struct Extension {
    path: Option<String>,
    link: Option<String>,
    size: Option<u64>,
    is_sparse: bool,
}

impl<'a, R: Read> Archive<'a, R> {
    /// Reads an archive. `left` is taken from.
    pub(in crate::oci) fn new(reader: R, limits: &'a Limits, left: &'a mut u64) -> Self {
        Archive { reader, limits, left, content: 0, padding: 0 }
    }

    /// The next entry; none at the end of the archive.
    pub(in crate::oci) fn next(&mut self) -> Result<Option<Entry>, Error> {
        self.skip(self.content + self.padding)?;
        (self.content, self.padding) = (0, 0);
        let mut extension = Extension::default();
        loop {
            let Some(block) = self.header()? else { return Ok(None) };
            let size = number(&block[124..136]).ok_or_else(|| wrong("a size that is not a number"))?;
            match block[156] {
                b'x' | b'X' => {
                    let records = self.extension(size)?;
                    extension.read_pax(&records)?;
                }
                b'L' => extension.path = Some(text(terminated(&self.extension(size)?))),
                b'K' => extension.link = Some(text(terminated(&self.extension(size)?))),
                // What holds for all of an archive is a comment in practice; Go ignores it as well.
                b'g' => self.skip(padded(size)?)?,
                kind => return self.entry(&block, kind, size, extension).map(Some),
            }
        }
    }

    /// The content of the entry that came last.
    pub(in crate::oci) fn content(&mut self) -> Result<Vec<u8>, Error> {
        let mut bytes = vec![0; usize::try_from(self.content).unwrap_or(usize::MAX).min(1 << 20)];
        let mut done = 0;
        // The memory grows with what really comes.
        while self.content > 0 {
            let part = self.content.min(1 << 20);
            let end = done + usize::try_from(part).unwrap_or(0);
            bytes.resize(end, 0);
            self.fill(&mut bytes[done..])?;
            (done, self.content) = (end, self.content - part);
        }
        bytes.truncate(done);
        Ok(bytes)
    }

    fn entry(
        &mut self,
        block: &[u8; BLOCK],
        kind: u8,
        size: u64,
        extension: Extension,
    ) -> Result<Entry, Error> {
        let path = extension.path.unwrap_or_else(|| name(block));
        let link = extension.link.unwrap_or_else(|| text(terminated(&block[157..257])));
        if path.len() > self.limits.path || link.len() > self.limits.path {
            let start: String = path.chars().take(60).collect();
            return Err(Error::new(
                Kind::TooLarge,
                format!("the path or link `{start}...` is longer than {} bytes", self.limits.path),
            )
            .hint("if paths may be that long, raise the limit with `--max-path`"));
        }
        let mut size = extension.size.unwrap_or(size);
        let kind = match kind {
            _ if extension.is_sparse => EntryKind::Other("a sparse file"),
            // Before 1988 a folder was a file whose name ends like this.
            0 if path.ends_with('/') => EntryKind::Folder,
            b'0' | b'7' | 0 => EntryKind::File,
            b'1' => EntryKind::Hard(link),
            b'2' => EntryKind::Symbolic(link),
            b'3' | b'4' => EntryKind::Other("a device"),
            b'5' => EntryKind::Folder,
            b'6' => EntryKind::Other("a pipe"),
            b'S' => {
                self.skip_sparse_map(block)?;
                EntryKind::Other("a sparse file")
            }
            _ => EntryKind::Other("of an unknown kind"),
        };
        // Some archivers tell the size of what a link leads to; nothing follows.
        if matches!(block[156], b'1'..=b'6') {
            size = 0;
        }
        (self.content, self.padding) = (size, padded(size)? - size);
        Ok(Entry { path, kind, size })
    }

    /// Reads a header; none where the archive ends, be it by two empty blocks or by nothing.
    fn header(&mut self) -> Result<Option<[u8; BLOCK]>, Error> {
        let Some(block) = self.block()? else { return Ok(None) };
        if block.iter().all(|byte| *byte == 0) {
            return match self.block()? {
                Some(block) if block.iter().any(|byte| *byte != 0) => Err(wrong("something behind its end")),
                _ => Ok(None),
            };
        }
        let sum = |signed: bool| -> i64 {
            let value = |(at, byte): (usize, &u8)| match at {
                148..156 => i64::from(b' '),
                _ if signed => i64::from(*byte as i8),
                _ => i64::from(*byte),
            };
            block.iter().enumerate().map(value).sum()
        };
        let stated = number(&block[148..156]).and_then(|number| i64::try_from(number).ok());
        match stated {
            Some(stated) if stated == sum(false) || stated == sum(true) => Ok(Some(block)),
            _ => Err(wrong("a header whose checksum is wrong")),
        }
    }

    /// Reads a block; none if nothing is left.
    fn block(&mut self) -> Result<Option<[u8; BLOCK]>, Error> {
        let mut block = [0; BLOCK];
        let first = self.read(&mut block)?;
        if first == 0 {
            return Ok(None);
        }
        self.fill(&mut block[first..])?;
        Ok(Some(block))
    }

    fn extension(&mut self, size: u64) -> Result<Vec<u8>, Error> {
        if size > EXTENSION {
            return Err(wrong("a long name of more than a MiB"));
        }
        let mut bytes = vec![0; usize::try_from(size).unwrap_or(0)];
        self.fill(&mut bytes)?;
        self.skip(padded(size)? - size)?;
        Ok(bytes)
    }

    /// The map of a sparse file goes on in further blocks (GNU tar, `struct sparse_header`).
    fn skip_sparse_map(&mut self, block: &[u8; BLOCK]) -> Result<(), Error> {
        let mut goes_on = block[482] != 0;
        while goes_on {
            goes_on = self.block()?.ok_or_else(cut)?[504] != 0;
        }
        Ok(())
    }

    fn skip(&mut self, mut length: u64) -> Result<(), Error> {
        let mut buffer = [0; 32 << 10];
        while length > 0 {
            let part = usize::try_from(length).unwrap_or(usize::MAX).min(buffer.len());
            self.fill(&mut buffer[..part])?;
            length -= part as u64;
        }
        Ok(())
    }

    fn fill(&mut self, mut buffer: &mut [u8]) -> Result<(), Error> {
        while !buffer.is_empty() {
            let read = self.read(buffer)?;
            if read == 0 {
                return Err(cut());
            }
            buffer = &mut buffer[read..];
        }
        Ok(())
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        loop {
            match self.reader.read(buffer) {
                Ok(read) => {
                    *self.left = self.left.checked_sub(read as u64).ok_or_else(|| {
                        Error::new(
                            Kind::TooLarge,
                            format!("the image unpacks to more than {} bytes", self.limits.unpacked),
                        )
                        .hint("if the image may be that large, raise the limit with `--max-unpacked`")
                    })?;
                    return Ok(read);
                }
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => return Err(cut()),
                Err(cause) => {
                    return Err(Error::new(Kind::Corrupt, format!("it cannot be decompressed: {cause}"))
                        .hint("build and push the image again"));
                }
            }
        }
    }
}

impl<R: Read + Seek> Archive<'_, BufReader<R>> {
    /// Leaves out the content of the entry that came last, and says where it begins.
    pub(in crate::oci) fn leave(&mut self) -> Result<u64, Error> {
        let mut leave = || -> io::Result<u64> {
            let start = self.reader.stream_position()?;
            let length = i64::try_from(self.content.saturating_add(self.padding));
            self.reader.seek_relative(length.unwrap_or(i64::MAX))?;
            Ok(start)
        };
        let start = leave().map_err(|_| cut())?;
        (self.content, self.padding) = (0, 0);
        Ok(start)
    }
}

impl Extension {
    /// Reads PAX records, `length key=value` and a line end, of which the length counts all.
    fn read_pax(&mut self, mut records: &[u8]) -> Result<(), Error> {
        while !records.is_empty() && records[0] != 0 {
            let fault = || wrong("a PAX header that is not one");
            let blank = records.iter().position(|byte| *byte == b' ').ok_or_else(fault)?;
            let length = std::str::from_utf8(&records[..blank]).ok().and_then(|text| text.parse().ok());
            let length: usize = length.filter(|length| *length > blank + 1).ok_or_else(fault)?;
            let record = records.get(blank + 1..length).and_then(|record| record.strip_suffix(b"\n"));
            let record = record.ok_or_else(fault)?;
            let equals = record.iter().position(|byte| *byte == b'=').ok_or_else(fault)?;
            let (key, value) = (&record[..equals], &record[equals + 1..]);
            match key {
                // An empty value takes back what was said.
                b"path" => self.path = Some(text(value)).filter(|text| !text.is_empty()),
                b"linkpath" => self.link = Some(text(value)).filter(|text| !text.is_empty()),
                b"size" => {
                    let size = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
                    self.size = Some(size.ok_or_else(fault)?);
                }
                key if key.starts_with(b"GNU.sparse.") => self.is_sparse = true,
                _ => {}
            }
            records = &records[length..];
        }
        Ok(())
    }
}

/// The name in a header: ustar puts the beginning of a long one elsewhere.
fn name(block: &[u8; BLOCK]) -> String {
    let last = terminated(&block[..100]);
    let prefix = match &block[257..263] {
        b"ustar\0" if &block[508..] == b"tar\0" => terminated(&block[345..476]),
        b"ustar\0" => terminated(&block[345..500]),
        _ => &[],
    };
    if prefix.is_empty() { text(last) } else { format!("{}/{}", text(prefix), text(last)) }
}

/// Octal digits, or 256 as base after a set bit, as GNU tar writes what is large.
fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        let first = u64::from(field[0] & 0x7f);
        return field[1..].iter().try_fold(first, |number, byte| {
            number.checked_mul(256).and_then(|number| number.checked_add(u64::from(*byte)))
        });
    }
    let digits = field.iter().skip_while(|byte| **byte == b' ').take_while(|byte| !matches!(byte, 0 | b' '));
    digits.copied().try_fold(0_u64, |number, digit| match digit {
        b'0'..=b'7' => number.checked_mul(8)?.checked_add(u64::from(digit - b'0')),
        _ => None,
    })
}

fn padded(size: u64) -> Result<u64, Error> {
    size.checked_next_multiple_of(BLOCK as u64).ok_or_else(|| wrong("a size that is not a number"))
}

fn terminated(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.escape_ascii().to_string(),
    }
}

fn wrong(what: &str) -> Error {
    Error::new(Kind::Corrupt, format!("it is no tar archive: it has {what}"))
        .hint("build and push the image again")
}

fn cut() -> Error {
    Error::new(Kind::Corrupt, "it ends in the middle").hint("build and push the image again")
}
