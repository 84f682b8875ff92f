//! The lookup table of `serve`: a catalog as the registry API's answers, encoded, with tables of names and
//! edges to find them by.
//!
//! The tables are read at start and are small; the answers stay where they are, in a file that is read by
//! offset, so that starting takes milliseconds and memory does not grow with the catalog. A file begins with
//! the answers; then come the tables, and a footer of fixed length with their place and checksum. A bundle is
//! there once, however many channels have it: what a channel says of it is put before it when it is asked for,
//! since fields of a message may come in any order.

mod blobs;
mod bundle;
mod lines;
mod structure;
mod tables;
mod view;
pub mod wire;
mod write;

use std::io;

pub use blobs::{Blobs, Spool};
pub use bundle::Piece;
pub use lines::{Line, Lines, LinesWriter, line};
use tables::Tables;
pub use view::{ChannelView, EntryView, PackageView, View};
pub use write::{Stamp, Writer, in_order};

use crate::diag::Error;
use crate::oci::Digest;

const MAGIC: &[u8; 16] = b"olmcat index 1\r\n";
/// Where the tables begin and how long they are, and the digest of the answers; the digest of the tables and of
/// these; the magic again.
const FOOTER: usize = SEALED + 32 + 16;
/// What of the footer is under the digest of the tables.
const SEALED: usize = 8 + 8 + 32;
/// Tables of a catalog of 7,000 bundles take 2 MiB.
const TABLES_LIMIT: u64 = 1 << 30;

/// An index, open.
#[derive(Debug)]
pub struct Index {
    blobs: Blobs,
    tables: Tables,
    /// Where the tables begin, and the answers end.
    end: u64,
    answers: Digest,
    /// Entries in the order of (channel, package, name).
    listed: Vec<u32>,
}

impl Index {
    /// Opens an index: reads its tables and checks them.
    ///
    /// # Errors
    /// When the system says so, or the bytes are no index, or not one of this version, or damaged.
    pub fn open(blobs: Blobs) -> Result<Self, Error> {
        let fault =
            |why: &str| Error::new(format!("the index {why}")).hint("build the image or the cache again");
        let unread = |cause: io::Error| fault(&format!("cannot be read: {cause}"));
        let length = blobs.size().map_err(unread)?;
        let body = length.checked_sub(FOOTER as u64).filter(|body| *body >= MAGIC.len() as u64);
        let body = body.ok_or_else(|| fault("is truncated, or something else"))?;
        let mut ends = Vec::with_capacity(MAGIC.len() + FOOTER);
        blobs.read(0, MAGIC.len(), &mut ends).map_err(unread)?;
        blobs.read(body, FOOTER, &mut ends).map_err(unread)?;
        let (magic, footer) = ends.split_at(MAGIC.len());
        if magic[..14] != MAGIC[..14] && magic.starts_with(&MAGIC[..12]) {
            return Err(fault("is one of another version of olmcat"));
        }
        if magic != MAGIC || !footer.ends_with(MAGIC) {
            return Err(fault("is truncated, or something else"));
        }
        let number = |at: usize| u64::from_le_bytes(std::array::from_fn(|byte| footer[at + byte]));
        let digest = |at: usize| Digest::from_bytes(std::array::from_fn(|byte| footer[at + byte]));
        let (end, size) = (number(0), number(8));
        if end.checked_add(size) != Some(body) || size > TABLES_LIMIT {
            return Err(fault("is damaged: its parts do not fill it"));
        }
        let mut bytes = Vec::new();
        blobs.read(end, size as usize, &mut bytes).map_err(unread)?;
        bytes.extend_from_slice(&footer[..SEALED]);
        if Digest::of(&bytes) != digest(SEALED) {
            return Err(fault("is damaged: its checksum is wrong"));
        }
        let tables = Tables::read(&bytes[..size as usize], MAGIC.len() as u64, end);
        let tables = tables.ok_or_else(|| fault("is damaged: its tables do not fit together"))?;
        let mut channels: Vec<_> = tables.channels.iter().collect();
        channels.sort_by_key(|channel| (channel.name, channel.package));
        let listed = channels.into_iter().flat_map(|channel| channel.entries.clone()).collect();
        Ok(Index { blobs, tables, end, answers: digest(16), listed })
    }

    /// Returns the files of the catalog that it was made of: path, size and digest, in their order.
    pub fn files(&self) -> impl Iterator<Item = (&str, u64, &str)> {
        let text = |number| self.tables.strings.get(number);
        self.tables.files.iter().map(move |file| (text(file.name), file.size, text(file.digest)))
    }

    /// Reads everything, and says whether it is what was written.
    ///
    /// # Errors
    /// What the system says.
    pub fn is_intact(&self) -> io::Result<bool> {
        let mut hash = crate::oci::Hashing::new(io::sink());
        self.blobs.copy(self.end, &mut hash)?;
        Ok(hash.digest() == self.answers)
    }

    /// Returns how many packages, channels and bundles there are.
    pub fn counts(&self) -> [usize; 3] {
        [self.tables.packages.len(), self.tables.channels.len(), self.tables.bundles.len()]
    }

    /// Returns the packages, by name.
    pub fn packages(&self) -> impl Iterator<Item = PackageView<'_>> {
        self.tables.packages.iter().map(|row| PackageView::new(self, row))
    }

    /// Finds a package.
    pub fn package(&self, name: &str) -> Option<PackageView<'_>> {
        let name = self.tables.strings.find(name)?;
        let at = self.tables.packages.binary_search_by_key(&name, |package| package.name).ok()?;
        Some(PackageView::new(self, &self.tables.packages[at]))
    }

    /// Returns all entries, by channel, package and name.
    pub fn entries(&self) -> impl Iterator<Item = EntryView<'_>> {
        (0..).map_while(|at| self.entry(at))
    }

    /// Returns an entry by its place among all.
    pub fn entry(&self, at: usize) -> Option<EntryView<'_>> {
        let number = *self.listed.get(at)?;
        Some(EntryView::new(self, &self.tables.entries[number as usize]))
    }

    /// Returns the blobs of another schema that belong to a package, or to none if it is called nothing: where
    /// each is, for [`Index::meta`].
    pub fn metas(&self, schema: &str, package: &str) -> Vec<(u64, u32)> {
        let find = |text| self.tables.strings.find(text);
        let Some(key) = find(schema).zip(find(package)) else { return Vec::new() };
        let metas = &self.tables.metas;
        let first = metas.partition_point(|meta| (meta.schema, meta.package) < key);
        let found = metas[first..].iter().take_while(|meta| (meta.schema, meta.package) == key);
        found.map(|meta| (meta.start, meta.length)).collect()
    }

    /// Reads a blob of another schema, as a `google.protobuf.Struct`.
    ///
    /// # Errors
    /// What the system says.
    pub fn meta(&self, place: (u64, u32)) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        self.blobs.read(place.0, place.1 as usize, &mut out)?;
        Ok(out)
    }

    fn text(&self, number: u32) -> &str {
        self.tables.strings.get(number)
    }
}
