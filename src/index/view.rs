//! Packages, channels and entries of an index: rows of its tables, with their surroundings.

use std::io;
use std::ops::Range;

use super::tables::{Bundle, Channel, Entry, Package};
use super::{Index, wire};

/// Which parts of a bundle are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// With manifests, without what the channel says it replaces and skips.
    Single,
    /// With what it replaces and skips, and with manifests only if there is no image to get them from.
    Listed,
}

/// A package of an index.
#[derive(Debug, Clone, Copy)]
pub struct PackageView<'i> {
    index: &'i Index,
    row: &'i Package,
}

impl<'i> PackageView<'i> {
    pub(super) fn new(index: &'i Index, row: &'i Package) -> Self {
        PackageView { index, row }
    }

    /// Returns its name.
    pub fn name(self) -> &'i str {
        self.index.text(self.row.name)
    }

    /// Returns the name of its default channel.
    pub fn default_channel(self) -> &'i str {
        self.index.text(self.row.default_channel)
    }

    /// Returns what users are told, if it is deprecated.
    pub fn deprecation(self) -> Option<&'i str> {
        self.row.deprecation.map(|number| self.index.text(number))
    }

    /// Returns its channels, by name.
    pub fn channels(self) -> impl Iterator<Item = ChannelView<'i>> {
        let rows =
            &self.index.tables.channels[self.row.channels.start as usize..self.row.channels.end as usize];
        rows.iter().map(move |row| ChannelView { index: self.index, row })
    }

    /// Finds one of its channels.
    pub fn channel(self, name: &str) -> Option<ChannelView<'i>> {
        self.channels().find(|channel| channel.name() == name)
    }
}

/// A channel of an index.
#[derive(Debug, Clone, Copy)]
pub struct ChannelView<'i> {
    index: &'i Index,
    row: &'i Channel,
}

impl<'i> ChannelView<'i> {
    /// Returns its name.
    pub fn name(self) -> &'i str {
        self.index.text(self.row.name)
    }

    /// Returns the package.
    pub fn package(self) -> PackageView<'i> {
        PackageView { index: self.index, row: &self.index.tables.packages[self.row.package as usize] }
    }

    /// Returns what users are told, if it is deprecated.
    pub fn deprecation(self) -> Option<&'i str> {
        self.row.deprecation.map(|number| self.index.text(number))
    }

    /// Returns its head.
    pub fn head(self) -> EntryView<'i> {
        EntryView { index: self.index, row: &self.index.tables.entries[self.row.head as usize] }
    }

    /// Returns its entries, by name.
    pub fn entries(self) -> impl Iterator<Item = EntryView<'i>> {
        let rows = &self.index.tables.entries[self.row.entries.start as usize..self.row.entries.end as usize];
        rows.iter().map(move |row| EntryView { index: self.index, row })
    }

    /// Finds one of its entries.
    pub fn entry(self, name: &str) -> Option<EntryView<'i>> {
        self.entries().find(|entry| entry.name() == name)
    }
}

/// A bundle's seat in a channel.
#[derive(Debug, Clone, Copy)]
pub struct EntryView<'i> {
    index: &'i Index,
    row: &'i Entry,
}

impl<'i> EntryView<'i> {
    pub(super) fn new(index: &'i Index, row: &'i Entry) -> Self {
        EntryView { index, row }
    }

    /// Returns the bundle's name.
    pub fn name(self) -> &'i str {
        self.index.text(self.row.name)
    }

    /// Returns the channel.
    pub fn channel(self) -> ChannelView<'i> {
        ChannelView { index: self.index, row: &self.index.tables.channels[self.row.channel as usize] }
    }

    /// Returns the name of the entry that it replaces; empty if none.
    pub fn replaces(self) -> &'i str {
        self.index.text(self.row.replaces)
    }

    /// Returns the names of the entries that it skips.
    pub fn skips(self) -> impl Iterator<Item = &'i str> {
        let skips = &self.index.tables.skips[self.row.skips.start as usize..self.row.skips.end as usize];
        skips.iter().map(|skip| self.index.text(*skip))
    }

    /// Returns whether the bundle provides an API: group, version and kind.
    pub fn provides(self, api: [&str; 3]) -> bool {
        let Range { start, end } = self.bundle().apis;
        let apis = &self.index.tables.apis[start as usize..end as usize];
        apis.iter().any(|found| found.map(|number| self.index.text(number)) == api)
    }

    fn bundle(self) -> &'i Bundle {
        &self.index.tables.bundles[self.row.bundle as usize]
    }

    /// Appends the bundle as an `api.Bundle`.
    ///
    /// # Errors
    /// What the system says.
    pub fn read(self, view: View, out: &mut Vec<u8>) -> io::Result<()> {
        let (bundle, blobs) = (self.bundle(), &self.index.blobs);
        let channel = self.channel();
        let texts = [(1, self.name()), (2, channel.package().name()), (3, channel.name())];
        texts.into_iter().for_each(|(field, text)| wire::string(out, field, text));
        wire::string(out, 10, self.index.text(self.row.skip_range));
        if view == View::Listed {
            wire::string(out, 13, self.replaces());
            self.skips().for_each(|skip| wire::bytes(out, 14, skip.as_bytes()));
        }
        if let Some(message) = bundle.deprecation {
            wire::strings(out, 15, &[self.index.text(message)]);
        }
        if view == View::Listed && !bundle.is_inline {
            return blobs.read(bundle.start, bundle.common as usize, out);
        }
        blobs.read(bundle.start, bundle.common as usize + bundle.manifests as usize, out)?;
        let csv = (bundle.csv.end - bundle.csv.start) as usize;
        if csv > 0 {
            wire::head(out, 4, csv);
            let manifests = bundle.start + u64::from(bundle.common);
            blobs.read(manifests + u64::from(bundle.csv.start), csv, out)?;
        }
        Ok(())
    }
}
