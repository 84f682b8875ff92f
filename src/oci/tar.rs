//! Tar archives whose bytes depend on nothing but paths, contents and one time.
//!
//! POSIX ustar headers as GNU tar writes them with `--format=ustar --sort=name --numeric-owner
//! --owner=0 --group=0 -b1`; a path over 100 bytes takes a GNU `@LongLink` entry, since every
//! consumer reads that one and PAX records would tempt us to say more. There are only folders
//! (0755, or as it is said), plain files (0644), programs (0755) and links, all of user 0: what the kubelet, catalogd
//! and copy-content expect.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::error::{Error, Kind};

const BLOCK: usize = 512;
/// The largest number of eleven octal digits, for sizes and times: 8 GiB, and March 2242.
const LARGEST: u64 = 0o777_7777_7777;

/// A file on its way into an archive.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// Relative, with `/` between its components.
    pub path: &'a str,
    /// The content.
    pub source: Source<'a>,
}

/// Where the content of a file comes from.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    /// It is held.
    Bytes(&'a [u8]),
    /// It has so many bytes, which are written when their turn comes.
    Written(u64, &'a Writing<'a>),
}

/// Writes the content of a file.
pub type Writing<'a> = dyn Fn(&mut dyn Write) -> Result<(), Error> + Sync + 'a;

impl<'a> File<'a> {
    /// A file whose content is held.
    pub fn new(path: &'a str, bytes: &'a [u8]) -> Self {
        File { path, source: Source::Bytes(bytes) }
    }
}

impl Source<'_> {
    fn size(&self) -> u64 {
        match self {
            Source::Bytes(bytes) => bytes.len() as u64,
            Source::Written(size, _) => *size,
        }
    }

    fn write(&self, sink: &mut impl Write, path: &str) -> Result<(), Error> {
        match self {
            Source::Bytes(bytes) => sink.write_all(bytes).map_err(unwritten),
            Source::Written(size, write) => {
                let mut exact = Exact { sink, left: *size };
                write(&mut exact)?;
                match exact.left {
                    0 => Ok(()),
                    _ => Err(changed(path)),
                }
            }
        }
    }
}

impl std::fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.size())
    }
}

/// Takes no more than was announced.
struct Exact<W> {
    sink: W,
    left: u64,
}

impl<W: Write> Write for Exact<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() as u64 > self.left {
            return Err(io::Error::other("it became longer meanwhile"));
        }
        let written = self.sink.write(bytes)?;
        self.left -= written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

fn changed(path: &str) -> Error {
    Error::new(Kind::File, format!("`{path}` became shorter while it was read")).hint("try again")
}

fn unwritten(cause: io::Error) -> Error {
    Error::new(Kind::File, format!("cannot write the archive: {cause}"))
}

/// What an archive may hold.
#[derive(Debug, Clone, Copy)]
pub enum Entry<'a> {
    /// A file to read.
    File(File<'a>),
    /// A file to run.
    Program(File<'a>),
    /// A folder that holds nothing, or is not like others.
    Folder {
        /// Where it is.
        path: &'a str,
        /// Who may do what in it: `0o1777` for `/tmp`.
        mode: u64,
    },
    /// Another name for a file of the same folder.
    Link {
        /// The name.
        path: &'a str,
        /// The file's name.
        to: &'a str,
    },
}

impl<'a> From<File<'a>> for Entry<'a> {
    fn from(file: File<'a>) -> Self {
        Entry::File(file)
    }
}

/// What stands at a path.
enum Content<'a> {
    Folder(u64),
    File(Source<'a>, u64),
    Link(&'a str),
}

/// Writes files and the folders on their way, sorted by path, with the time `mtime` in seconds of Unix.
///
/// # Errors
///
/// Refuses paths that lead out of the root, two entries of one path, and numbers that no header can
/// hold. `sink` is a buffer, a hash or a compressor: its errors end up in the message too.
pub(super) fn write<'a, E>(sink: &mut impl Write, entries: &[E], mtime: u64) -> Result<(), Error>
where
    E: Into<Entry<'a>> + Copy,
{
    if mtime > LARGEST {
        return Err(Error::new(
            Kind::Input,
            format!("the time {mtime} is after the year 2242, the last that tar knows"),
        )
        .hint("set SOURCE_DATE_EPOCH to seconds since 1970, not to milliseconds"));
    }
    let mut found: BTreeMap<&str, Content<'_>> = BTreeMap::new();
    for entry in entries {
        let (path, content) = match (*entry).into() {
            Entry::File(file) => (file.path, Content::File(file.source, 0o644)),
            Entry::Program(file) => (file.path, Content::File(file.source, 0o755)),
            Entry::Folder { path, mode } => (path, Content::Folder(mode)),
            Entry::Link { path, to } => (path, Content::Link(to)),
        };
        check_path(path)?;
        if let Content::File(source, _) = content
            && source.size() > LARGEST
        {
            return Err(Error::new(Kind::Input, format!("`{path}` is larger than 8 GiB")));
        }
        for (slash, _) in path.match_indices('/') {
            let folder = &path[..slash];
            if !matches!(found.entry(folder).or_insert(Content::Folder(0o755)), Content::Folder(_)) {
                return Err(twice(folder));
            }
        }
        let is_folder = matches!(content, Content::Folder(_));
        match found.insert(path, content) {
            None => {}
            Some(Content::Folder(_)) if is_folder => {}
            Some(_) => return Err(twice(path)),
        }
    }
    for (path, content) in &found {
        match content {
            Content::Folder(mode) => {
                header(sink, &format!("{path}/"), *mode, 0, mtime, b'5', "").map_err(unwritten)?;
            }
            Content::Link(to) => header(sink, path, 0o777, 0, mtime, b'2', to).map_err(unwritten)?,
            Content::File(source, mode) => {
                header(sink, path, *mode, source.size(), mtime, b'0', "").map_err(unwritten)?;
                source.write(sink, path)?;
                pad(sink, source.size()).map_err(unwritten)?;
            }
        }
    }
    sink.write_all(&[0; 2 * BLOCK]).map_err(unwritten)
}

fn check_path(path: &str) -> Result<(), Error> {
    let wrong = |part: &str| part.is_empty() || part == "." || part == ".." || part.contains('\0');
    if path.split('/').any(wrong) {
        return Err(Error::new(
            Kind::Input,
            format!("`{}` is not a path within an image", path.escape_default()),
        )
        .hint("use a relative path without empty parts, `.` and `..`"));
    }
    Ok(())
}

fn twice(path: &str) -> Error {
    Error::new(Kind::Input, format!("the image would hold `{path}` twice"))
        .hint("rename one of the two files, or the folder that is named like a file")
}

fn header(
    sink: &mut impl Write,
    path: &str,
    mode: u64,
    size: u64,
    mtime: u64,
    kind: u8,
    to: &str,
) -> io::Result<()> {
    if to.len() > 100 {
        return Err(io::Error::other(format!("`{path}` links to a name of more than 100 bytes")));
    }
    if path.len() <= 100 {
        return sink.write_all(&block(path.as_bytes(), mode, size, mtime, kind, b"ustar\x0000", to));
    }
    // GNU's own magic marks both headers, so that a strict reader does not look for a ustar prefix.
    let magic = b"ustar  \0";
    let name = [path.as_bytes(), b"\0"].concat();
    sink.write_all(&block(b"././@LongLink", 0o644, name.len() as u64, 0, b'L', magic, ""))?;
    sink.write_all(&name)?;
    pad(sink, name.len() as u64)?;
    sink.write_all(&block(&path.as_bytes()[..100], mode, size, mtime, kind, magic, to))
}

fn block(name: &[u8], mode: u64, size: u64, mtime: u64, kind: u8, magic: &[u8; 8], to: &str) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, name);
    put(100, format!("{mode:07o}").as_bytes());
    put(108, b"0000000\x000000000");
    put(124, format!("{size:011o}").as_bytes());
    put(136, format!("{mtime:011o}").as_bytes());
    put(148, &[b' '; 8]);
    put(156, &[kind]);
    put(157, to.as_bytes());
    put(257, magic);
    put(329, b"0000000\x000000000");
    // The sum is taken over the header with spaces in its own place.
    let sum: u64 = block.iter().map(|byte| u64::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

fn pad(sink: &mut impl Write, length: u64) -> io::Result<()> {
    let over = length % BLOCK as u64;
    sink.write_all(&[0; BLOCK][..if over == 0 { 0 } else { BLOCK - over as usize }])
}
