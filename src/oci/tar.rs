//! Tar archives whose bytes depend on nothing but paths, contents and one time.
//!
//! POSIX ustar headers as GNU tar writes them with `--format=ustar --sort=name --numeric-owner
//! --owner=0 --group=0 -b1`; a path over 100 bytes takes a GNU `@LongLink` entry, since every
//! consumer reads that one and PAX records would tempt us to say more. There are only folders
//! (0755), plain files (0644), programs (0755) and links, all of user 0: what the kubelet, catalogd and
//! copy-content expect.

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
    pub bytes: &'a [u8],
}

/// What an archive may hold.
#[derive(Debug, Clone, Copy)]
pub enum Entry<'a> {
    /// A file to read.
    File(File<'a>),
    /// A file to run.
    Program(File<'a>),
    /// Another name for a file of the same folder.
    Link {
        /// The name.
        path: &'a str,
        /// The file's name.
        to: &'a str,
    },
}

/// What stands at a path.
enum Content<'a> {
    Folder,
    File(&'a [u8], u64),
    Link(&'a str),
}

/// Writes files and the folders on their way, sorted by path, with the time `mtime` in seconds of Unix.
///
/// # Errors
///
/// Refuses paths that lead out of the root, two entries of one path, and numbers that no header can
/// hold. `sink` is a buffer, a hash or a compressor: its errors end up in the message too.
pub(super) fn write(sink: &mut impl Write, files: &[Entry<'_>], mtime: u64) -> Result<(), Error> {
    if mtime > LARGEST {
        return Err(Error::new(
            Kind::Input,
            format!("the time {mtime} is after the year 2242, the last that tar knows"),
        )
        .hint("set SOURCE_DATE_EPOCH to seconds since 1970, not to milliseconds"));
    }
    let mut entries: BTreeMap<&str, Content<'_>> = BTreeMap::new();
    for file in files {
        let (path, content) = match file {
            Entry::File(file) => (file.path, Content::File(file.bytes, 0o644)),
            Entry::Program(file) => (file.path, Content::File(file.bytes, 0o755)),
            Entry::Link { path, to } => (*path, Content::Link(to)),
        };
        check_path(path)?;
        if let Content::File(bytes, _) = content
            && bytes.len() as u64 > LARGEST
        {
            return Err(Error::new(Kind::Input, format!("`{path}` is larger than 8 GiB")));
        }
        for (slash, _) in path.match_indices('/') {
            let folder = &path[..slash];
            let before = entries.insert(folder, Content::Folder);
            if before.is_some_and(|before| !matches!(before, Content::Folder)) {
                return Err(twice(folder));
            }
        }
        if entries.insert(path, content).is_some() {
            return Err(twice(path));
        }
    }
    let mut write = || -> io::Result<()> {
        for (path, content) in &entries {
            match content {
                Content::Folder => header(sink, &format!("{path}/"), 0o755, 0, mtime, b'5', "")?,
                Content::File(bytes, mode) => {
                    header(sink, path, *mode, bytes.len() as u64, mtime, b'0', "")?;
                    sink.write_all(bytes)?;
                    pad(sink, bytes.len())?;
                }
                Content::Link(to) => header(sink, path, 0o777, 0, mtime, b'2', to)?,
            }
        }
        sink.write_all(&[0; 2 * BLOCK])
    };
    write().map_err(|cause| Error::new(Kind::File, format!("cannot write the layer: {cause}")))
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
    pad(sink, name.len())?;
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

fn pad(sink: &mut impl Write, length: usize) -> io::Result<()> {
    sink.write_all(&[0; BLOCK][..length.next_multiple_of(BLOCK) - length])
}
