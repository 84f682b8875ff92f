//! Makes an index: bundles one by one, then what ties them together.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Write};

use rayon::prelude::*;

use super::bundle::Piece;
use super::tables::{Bundle, Channel, Entry, File, Meta, Package, Strings, Tables};
use super::{MAGIC, structure};
use crate::catalog::{self, Catalog, Graph};
use crate::diag::Error;
use crate::oci::{Digest, Hashing};

/// A file of the catalog that an index is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Its path below the catalog's folder.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its digest.
    pub digest: Digest,
}

impl Stamp {
    /// Makes the stamp of a file.
    pub fn of(path: &str, bytes: &[u8]) -> Self {
        Stamp { path: path.to_owned(), size: bytes.len() as u64, digest: Digest::of(bytes) }
    }
}

/// An index in the making.
#[derive(Debug)]
pub struct Writer<W: Write> {
    sink: Hashing<W>,
    at: u64,
    bundles: Vec<Row>,
    metas: Vec<(String, String, u32)>,
}

#[derive(Debug)]
struct Row {
    piece: Piece,
    common: u32,
    manifests: u32,
}

impl<W: Write> Writer<W> {
    /// Makes the index of a catalog that nothing is wrong with.
    ///
    /// # Errors
    /// When a bundle cannot be served; see [`Piece::new`].
    pub fn whole(catalog: &Catalog<'_>, files: &[Stamp], sink: W) -> Result<W, Error> {
        let packages: HashMap<&str, _> =
            catalog.packages.iter().map(|package| (package.name.as_ref(), package)).collect();
        let mut bundles: Vec<_> = catalog.bundles.iter().collect();
        bundles.sort_by_key(|bundle| (&bundle.package, &bundle.name));
        let mut writer = Writer::new(sink)?;
        for batch in bundles.chunks(4 * rayon::current_num_threads()) {
            let piece = |blob: &&catalog::BundleBlob<'_>| match packages.get(blob.package.as_ref()) {
                Some(package) => Piece::new(blob, package),
                None => Err(Error::new(format!("bundle `{}` is of a package that is not there", blob.name))),
            };
            for piece in batch.par_iter().map(piece).collect::<Vec<_>>() {
                writer.bundle(piece?)?;
            }
        }
        for meta in in_order(catalog) {
            writer.meta(meta)?;
        }
        writer.finish(catalog, files)
    }

    /// Begins an index.
    ///
    /// # Errors
    /// What the system says.
    pub fn new(sink: W) -> Result<Self, Error> {
        let mut writer = Writer { sink: Hashing::new(sink), at: 0, bundles: Vec::new(), metas: Vec::new() };
        writer.put(MAGIC)?;
        Ok(writer)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<u32, Error> {
        let length = u32::try_from(bytes.len());
        let length = length.map_err(|_| Error::new("a blob of more than 4 GiB cannot be served"))?;
        self.sink.write_all(bytes).map_err(unwritten)?;
        self.at += u64::from(length);
        Ok(length)
    }

    /// Adds a bundle. Bundles come in the order of package and name.
    ///
    /// # Errors
    /// What the system says.
    pub fn bundle(&mut self, mut piece: Piece) -> Result<(), Error> {
        let (common, manifests) = (self.put(&piece.common)?, self.put(&piece.manifests)?);
        (piece.common, piece.manifests) = (Vec::new(), Vec::new());
        self.bundles.push(Row { piece, common, manifests });
        Ok(())
    }

    /// Adds a blob of another schema. They come behind the bundles, in the order of [`in_order`].
    ///
    /// # Errors
    /// What the system says.
    pub fn meta(&mut self, meta: &catalog::Meta<'_>) -> Result<(), Error> {
        let mut out = Vec::new();
        let tree = meta.blob.tree().map_err(|fault| Error::new(fault.message))?;
        tree.root().into_iter().for_each(|root| structure::write(root, &mut out));
        let length = self.put(&out)?;
        self.metas.push((meta.schema.to_string(), meta.package.to_string(), length));
        Ok(())
    }

    /// Writes the tables and returns the sink. Of the catalog its names and edges are looked at only.
    ///
    /// # Errors
    /// What the system says; a catalog that does not hold together.
    pub fn finish(self, catalog: &Catalog<'_>, files: &[Stamp]) -> Result<W, Error> {
        let mut tables = tables(catalog, &self.bundles, &self.metas, files)?.write();
        let size = tables.len() as u64;
        let end = self.at;
        let (answers, mut sink) = self.sink.finish();
        tables.extend_from_slice(&end.to_le_bytes());
        tables.extend_from_slice(&size.to_le_bytes());
        tables.extend_from_slice(&answers.bytes());
        let seal = Digest::of(&tables);
        tables.extend_from_slice(&seal.bytes());
        tables.extend_from_slice(MAGIC);
        sink.write_all(&tables).map_err(unwritten)?;
        Ok(sink)
    }
}

/// Returns the blobs of other schemas in the order in which they are written.
pub fn in_order<'c>(catalog: &'c Catalog<'c>) -> Vec<&'c catalog::Meta<'c>> {
    let mut metas: Vec<_> = catalog.others.iter().collect();
    metas.sort_by_key(|meta| (&meta.schema, &meta.package));
    metas
}

fn unwritten(cause: io::Error) -> Error {
    Error::new(format!("cannot write the index: {cause}"))
}

fn tables(
    catalog: &Catalog<'_>,
    bundles: &[Row],
    metas: &[(String, String, u32)],
    files: &[Stamp],
) -> Result<Tables, Error> {
    // What is deprecated, by package, schema and name.
    let mut deprecations: HashMap<(&str, &str, &str), &str> = HashMap::new();
    for blob in &catalog.deprecations {
        for entry in blob.entries.iter().flatten() {
            deprecations.insert((&blob.package, &entry.schema, &entry.name), &entry.message);
        }
    }
    let digests: Vec<String> = files.iter().map(|file| file.digest.to_string()).collect();
    let mut texts: BTreeSet<&str> = BTreeSet::from([""]);
    texts.extend(deprecations.values());
    texts.extend(files.iter().map(|file| file.path.as_str()).chain(digests.iter().map(String::as_str)));
    texts.extend(metas.iter().flat_map(|(schema, package, _)| [schema.as_str(), package]));
    texts.extend(catalog.packages.iter().flat_map(|blob| [blob.name.as_ref(), &blob.default_channel]));
    for channel in &catalog.channels {
        texts.insert(&channel.name);
        for entry in channel.entries() {
            texts.extend([entry.name.as_ref(), &entry.replaces, &entry.skip_range]);
            texts.extend(entry.skips.iter().map(AsRef::as_ref));
        }
    }
    texts.extend(bundles.iter().flat_map(|row| row.piece.apis.iter().flatten()).map(String::as_str));
    let numbers: HashMap<&str, u32> = texts.iter().zip(0..).map(|(text, number)| (*text, number)).collect();
    let number = |text: &str| numbers[text];
    let mut tables = Tables { strings: Strings::new(texts.iter().copied()), ..Tables::default() };

    let deprecation = |package: &str, schema: &str, name: &str| {
        deprecations.get(&(package, schema, name)).map(|message| number(message))
    };
    let mut start = MAGIC.len() as u64;
    let mut rows: HashMap<(&str, &str), u32> = HashMap::new();
    for Row { piece, common, manifests } in bundles {
        rows.insert((&piece.package, &piece.name), tables.bundles.len() as u32);
        let first = tables.apis.len() as u32;
        tables.apis.extend(piece.apis.iter().map(|api| api.each_ref().map(|text| number(text))));
        tables.bundles.push(Bundle {
            deprecation: deprecation(&piece.package, "olm.bundle", &piece.name),
            is_inline: piece.is_inline,
            start,
            common: *common,
            manifests: *manifests,
            csv: piece.csv.start as u32..piece.csv.end as u32,
            apis: first..tables.apis.len() as u32,
        });
        start += u64::from(*common) + u64::from(*manifests);
    }
    let mut channels: BTreeMap<&str, BTreeMap<&str, &catalog::Channel<'_>>> = BTreeMap::new();
    for channel in &catalog.channels {
        channels.entry(&channel.package).or_default().insert(&channel.name, channel);
    }
    let packages: BTreeMap<&str, _> =
        catalog.packages.iter().map(|blob| (blob.name.as_ref(), blob)).collect();
    for (name, package) in packages {
        let first = tables.channels.len() as u32;
        for channel in channels.get(name).into_iter().flat_map(BTreeMap::values) {
            let entries: BTreeMap<&str, _> =
                channel.entries().iter().map(|entry| (entry.name.as_ref(), entry)).collect();
            let heads = Graph::new(channel).heads();
            let start = tables.entries.len() as u32;
            let head = heads.first().and_then(|head| entries.keys().position(|name| name == head));
            let fault =
                |why: &str| Error::new(format!("channel `{}` of package `{name}` {why}", channel.name));
            let head = head.ok_or_else(|| fault("cannot be served: it has no head"))?;
            for entry in entries.into_values() {
                let bundle = rows.get(&(name, entry.name.as_ref()));
                let bundle = bundle.ok_or_else(|| fault(&format!("has no bundle `{}`", entry.name)))?;
                let skips = tables.skips.len() as u32;
                tables.skips.extend(entry.skips.iter().map(|skip| number(skip)));
                tables.entries.push(Entry {
                    name: number(&entry.name),
                    channel: tables.channels.len() as u32,
                    bundle: *bundle,
                    replaces: number(&entry.replaces),
                    skip_range: number(&entry.skip_range),
                    skips: skips..tables.skips.len() as u32,
                });
            }
            tables.channels.push(Channel {
                name: number(&channel.name),
                package: tables.packages.len() as u32,
                head: start + head as u32,
                deprecation: deprecation(name, "olm.channel", &channel.name),
                entries: start..tables.entries.len() as u32,
            });
        }
        tables.packages.push(Package {
            name: number(name),
            default_channel: number(&package.default_channel),
            deprecation: deprecation(name, "olm.package", ""),
            channels: first..tables.channels.len() as u32,
        });
    }
    for (schema, package, length) in metas {
        tables.metas.push(Meta { schema: number(schema), package: number(package), start, length: *length });
        start += u64::from(*length);
    }
    for (file, digest) in files.iter().zip(&digests) {
        tables.files.push(File { name: number(&file.path), size: file.size, digest: number(digest) });
    }
    Ok(tables)
}
