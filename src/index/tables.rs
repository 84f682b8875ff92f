//! The tables of an index: names and edges, small beside what they point at. Written as numbers of variable
//! length; reading checks every one, so that what was read can be used without a further look.

use std::ops::Range;

use super::wire;

/// Strings, sorted and each once: their numbers compare as they do.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Strings {
    pub(super) fn new<'s>(sorted: impl IntoIterator<Item = &'s str>) -> Self {
        let mut strings = Strings::default();
        for text in sorted {
            strings.text.push_str(text);
            strings.ends.push(strings.text.len() as u32);
        }
        strings
    }

    pub(super) fn get(&self, number: u32) -> &str {
        let number = number as usize;
        let start = if number == 0 { 0 } else { self.ends[number - 1] as usize };
        &self.text[start..self.ends[number] as usize]
    }

    pub(super) fn find(&self, text: &str) -> Option<u32> {
        let (mut low, mut high) = (0, self.ends.len() as u32);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.get(middle).cmp(text) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(middle),
            }
        }
        None
    }

    fn len(&self) -> u64 {
        self.ends.len() as u64
    }
}

/// A file of the catalog that the index was made of.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct File {
    pub(super) name: u32,
    pub(super) size: u64,
    pub(super) digest: u32,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Package {
    pub(super) name: u32,
    pub(super) default_channel: u32,
    /// The message, if the package is deprecated; so for channels and bundles.
    pub(super) deprecation: Option<u32>,
    pub(super) channels: Range<u32>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Channel {
    pub(super) name: u32,
    pub(super) package: u32,
    /// The number of an entry.
    pub(super) head: u32,
    pub(super) deprecation: Option<u32>,
    pub(super) entries: Range<u32>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: u32,
    /// The number of a channel.
    pub(super) channel: u32,
    /// The number of a bundle.
    pub(super) bundle: u32,
    pub(super) replaces: u32,
    pub(super) skip_range: u32,
    pub(super) skips: Range<u32>,
}

/// A bundle. Its bytes are two parts of a message one after the other: what everybody gets, and the manifests.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bundle {
    pub(super) deprecation: Option<u32>,
    /// Without an image: its manifests are in every answer.
    pub(super) is_inline: bool,
    pub(super) start: u64,
    pub(super) common: u32,
    pub(super) manifests: u32,
    /// Where the CSV is among the bytes of the manifests; empty if there is none.
    pub(super) csv: Range<u32>,
    pub(super) apis: Range<u32>,
}

/// A blob of another schema, as a `google.protobuf.Struct`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Meta {
    pub(super) schema: u32,
    pub(super) package: u32,
    pub(super) start: u64,
    pub(super) length: u32,
}

/// All tables. Packages are sorted by name; the channels of a package, the entries of a channel, and bundles,
/// too; other blobs by schema and package.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tables {
    pub(super) strings: Strings,
    pub(super) files: Vec<File>,
    pub(super) packages: Vec<Package>,
    pub(super) channels: Vec<Channel>,
    pub(super) entries: Vec<Entry>,
    pub(super) skips: Vec<u32>,
    pub(super) bundles: Vec<Bundle>,
    /// Group, version and kind.
    pub(super) apis: Vec<[u32; 3]>,
    pub(super) metas: Vec<Meta>,
}

impl Tables {
    pub(super) fn write(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let to = &mut out;
        let optional = |number: Option<u32>| number.map_or(0, |number| u64::from(number) + 1);
        wire::varint(to, self.strings.len());
        for number in 0..self.strings.len() as u32 {
            let text = self.strings.get(number);
            wire::varint(to, text.len() as u64);
            to.extend_from_slice(text.as_bytes());
        }
        wire::varint(to, self.files.len() as u64);
        for file in &self.files {
            [file.name.into(), file.size, file.digest.into()]
                .into_iter()
                .for_each(|number| wire::varint(to, number));
        }
        wire::varint(to, self.bundles.len() as u64);
        for bundle in &self.bundles {
            wire::varint(to, optional(bundle.deprecation));
            wire::varint(to, bundle.is_inline.into());
            [bundle.common, bundle.manifests, bundle.csv.start, bundle.csv.end - bundle.csv.start]
                .into_iter()
                .for_each(|number| wire::varint(to, number.into()));
            let apis = &self.apis[bundle.apis.start as usize..bundle.apis.end as usize];
            wire::varint(to, apis.len() as u64);
            apis.iter().flatten().for_each(|number| wire::varint(to, (*number).into()));
        }
        wire::varint(to, self.packages.len() as u64);
        for package in &self.packages {
            wire::varint(to, package.name.into());
            wire::varint(to, package.default_channel.into());
            wire::varint(to, optional(package.deprecation));
            wire::varint(to, package.channels.len() as u64);
            for channel in &self.channels[package.channels.start as usize..package.channels.end as usize] {
                wire::varint(to, channel.name.into());
                wire::varint(to, optional(channel.deprecation));
                wire::varint(to, channel.entries.len() as u64);
                wire::varint(to, u64::from(channel.head - channel.entries.start));
                for entry in &self.entries[channel.entries.start as usize..channel.entries.end as usize] {
                    [entry.name, entry.bundle, entry.replaces, entry.skip_range]
                        .into_iter()
                        .for_each(|number| wire::varint(to, number.into()));
                    wire::varint(to, entry.skips.len() as u64);
                    let skips = &self.skips[entry.skips.start as usize..entry.skips.end as usize];
                    skips.iter().for_each(|skip| wire::varint(to, (*skip).into()));
                }
            }
        }
        wire::varint(to, self.metas.len() as u64);
        for meta in &self.metas {
            [meta.schema, meta.package, meta.length]
                .into_iter()
                .for_each(|number| wire::varint(to, number.into()));
        }
        out
    }

    /// Reads tables whose bundles and other blobs fill the bytes from `start` to `end`. None if anything does
    /// not fit together.
    pub(super) fn read(bytes: &[u8], start: u64, end: u64) -> Option<Self> {
        let mut input = Input { rest: bytes, strings: 0, start, end };
        let mut tables = Tables { strings: input.strings()?, ..Tables::default() };
        input.strings = tables.strings.len();
        for _ in 0..input.count()? {
            tables.files.push(File {
                name: input.string()?,
                size: input.number(u64::MAX)?,
                digest: input.string()?,
            });
        }
        for _ in 0..input.count()? {
            let bundle = input.bundle(&mut tables.apis)?;
            tables.bundles.push(bundle);
        }
        for number in 0..input.count()? {
            input.package(number, &mut tables)?;
        }
        for _ in 0..input.count()? {
            let (schema, package) = (input.string()?, input.string()?);
            let (start, length) = input.span()?;
            tables.metas.push(Meta { schema, package, start, length });
        }
        let is_sorted = tables.packages.is_sorted_by(|a, b| a.name < b.name)
            && tables.metas.is_sorted_by_key(|meta| (meta.schema, meta.package));
        (input.rest.is_empty() && input.start == end && is_sorted).then_some(tables)
    }
}

/// Bytes that are read as numbers, none larger than it may be.
struct Input<'b> {
    rest: &'b [u8],
    strings: u64,
    /// Where the next bundle or blob begins, and where the last one ends.
    start: u64,
    end: u64,
}

impl Input<'_> {
    fn number(&mut self, limit: u64) -> Option<u64> {
        wire::read_varint(&mut self.rest).filter(|number| *number <= limit)
    }

    fn small(&mut self) -> Option<u32> {
        self.number(u32::MAX.into()).map(|number| number as u32)
    }

    /// How many of something follow: each takes a byte at least.
    fn count(&mut self) -> Option<u32> {
        let limit = self.rest.len() as u64;
        self.small().filter(|count| u64::from(*count) <= limit)
    }

    fn string(&mut self) -> Option<u32> {
        self.small().filter(|number| u64::from(*number) < self.strings)
    }

    fn optional(&mut self) -> Option<Option<u32>> {
        let number = self.small()?;
        (u64::from(number) <= self.strings).then(|| number.checked_sub(1))
    }

    fn span(&mut self) -> Option<(u64, u32)> {
        let length = self.small()?;
        let start = self.start;
        self.start = start.checked_add(length.into()).filter(|next| *next <= self.end)?;
        Some((start, length))
    }

    fn strings(&mut self) -> Option<Strings> {
        let mut strings = Strings::default();
        for _ in 0..self.count()? {
            let length = self.small()? as usize;
            let (text, rest) = self.rest.split_at_checked(length)?;
            strings.text.push_str(std::str::from_utf8(text).ok()?);
            strings.ends.push(u32::try_from(strings.text.len()).ok()?);
            self.rest = rest;
        }
        let is_sorted =
            (1..strings.ends.len() as u32).all(|number| strings.get(number - 1) < strings.get(number));
        is_sorted.then_some(strings)
    }

    fn bundle(&mut self, apis: &mut Vec<[u32; 3]>) -> Option<Bundle> {
        let deprecation = self.optional()?;
        let is_inline = self.number(1)? == 1;
        let (start, common) = self.span()?;
        let (_, manifests) = self.span()?;
        let csv = self.small()?;
        let csv = csv..csv.checked_add(self.small()?)?;
        let first = apis.len() as u32;
        for _ in 0..self.count()? {
            apis.push([self.string()?, self.string()?, self.string()?]);
        }
        let apis = first..apis.len() as u32;
        (csv.end <= manifests).then_some(Bundle {
            deprecation,
            is_inline,
            start,
            common,
            manifests,
            csv,
            apis,
        })
    }

    fn package(&mut self, number: u32, tables: &mut Tables) -> Option<()> {
        let (name, default_channel, deprecation) = (self.string()?, self.string()?, self.optional()?);
        let first = tables.channels.len();
        for _ in 0..self.count()? {
            self.channel(number, tables)?;
        }
        let channels = first as u32..tables.channels.len() as u32;
        let is_sorted = tables.channels[first..].is_sorted_by(|a, b| a.name < b.name);
        tables.packages.push(Package { name, default_channel, deprecation, channels });
        is_sorted.then_some(())
    }

    fn channel(&mut self, package: u32, tables: &mut Tables) -> Option<()> {
        let (name, deprecation) = (self.string()?, self.optional()?);
        let count = self.count()?;
        // A channel has a head, so it has an entry.
        let head = self.small().filter(|head| *head < count)?;
        let channel = tables.channels.len() as u32;
        let first = tables.entries.len();
        for _ in 0..count {
            let name = self.string()?;
            let bundle = self.small().filter(|number| (*number as usize) < tables.bundles.len())?;
            let (replaces, skip_range) = (self.string()?, self.string()?);
            let skips = tables.skips.len() as u32;
            for _ in 0..self.count()? {
                tables.skips.push(self.string()?);
            }
            let skips = skips..tables.skips.len() as u32;
            tables.entries.push(Entry { name, channel, bundle, replaces, skip_range, skips });
        }
        let is_sorted = tables.entries[first..].is_sorted_by(|a, b| a.name < b.name);
        let entries = first as u32..tables.entries.len() as u32;
        let head = first as u32 + head;
        tables.channels.push(Channel { name, package, head, deprecation, entries });
        is_sorted.then_some(())
    }
}
