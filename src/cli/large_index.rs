//! The index of a large catalog: names and edges first, then bundle by bundle, so that no more than a few are in
//! memory.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use rayon::prelude::*;

use super::large::{Large, batches};
use crate::catalog::{self, Catalog, Icon, Package};
use crate::diag::{Error, Report};
use crate::index::{LinesWriter, Piece, Spool, Stamp, Writer, in_order, line};
use crate::text::{FileId, Place, Sources};

/// How many bytes are encoded at a time.
const BATCH: usize = 8 << 20;

/// The files of a catalog, open: documents are read again from them.
struct Documents<'l> {
    files: HashMap<FileId, File>,
    names: &'l Sources,
}

impl Documents<'_> {
    /// Reads a document and shows what it holds.
    fn with<T>(
        &self,
        place: &Place,
        look: impl FnOnce(&Catalog<'_>, &str) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let changed = |cause: &io::Error| {
            Error::new(format!("cannot read the catalog again: {cause}"))
                .hint("nobody may change it while it is read; try again")
        };
        let bytes = place.document_bytes().ok_or_else(|| Error::new("a blob of the catalog has no place"))?;
        let file =
            self.files.get(&place.file).ok_or_else(|| Error::new("a blob of the catalog has no file"))?;
        let mut content = vec![0; bytes.len()];
        file.read_exact_at(&mut content, bytes.start as u64).map_err(|cause| changed(&cause))?;
        let (sources, mut report) = (Sources::default(), Report::default());
        let id = sources.add("", content);
        let catalog = catalog::read(&sources, id, &mut report);
        look(&catalog, sources.get(id).text())
    }
}

impl Large {
    /// Writes the index of the catalog, and its lines if they are wanted. None if something is wrong with the
    /// catalog, which reading it as usual tells.
    pub(super) fn index(
        &self,
        stamps: &[Stamp],
        sink: Spool,
        lines: Option<&mut LinesWriter<Spool>>,
    ) -> Option<Result<Spool, Error>> {
        let whole = self.clean()?;
        let files = self.open()?;
        Some(write(&whole, &Documents { files, names: self.names() }, stamps, sink, lines))
    }
}

fn write(
    whole: &Catalog<'_>,
    documents: &Documents<'_>,
    stamps: &[Stamp],
    sink: Spool,
    lines: Option<&mut LinesWriter<Spool>>,
) -> Result<Spool, Error> {
    let mut packages = HashMap::new();
    for package in &whole.packages {
        let full = documents.with(&package.origin, |catalog, _| Ok(catalog.packages.first().map(owned)))?;
        packages.insert(package.name.as_ref(), full.unwrap_or_else(|| owned(package)));
    }
    let mut bundles: Vec<_> = whole.bundles.iter().collect();
    bundles.sort_by_key(|bundle| (&bundle.package, &bundle.name));
    let mut writer = Writer::new(sink)?;
    for batch in batches(&bundles, BATCH, |bundle| size(&bundle.origin)) {
        let piece = |bundle: &&catalog::BundleBlob<'_>| {
            let gone = || Error::new(format!("bundle `{}` is not there any more", bundle.name));
            let package = packages.get(bundle.package.as_ref()).ok_or_else(gone)?;
            documents.with(&bundle.origin, |catalog, _| {
                Piece::new(catalog.bundles.first().ok_or_else(gone)?, package)
            })
        };
        for piece in batch.par_iter().map(piece).collect::<Vec<_>>() {
            writer.bundle(piece?)?;
        }
    }
    for meta in in_order(whole) {
        documents.with(&meta.origin, |catalog, _| {
            catalog.others.first().map_or(Ok(()), |meta| writer.meta(meta))
        })?;
    }
    if let Some(lines) = lines {
        let places = catalog::places_by_file(whole, documents.names);
        for batch in batches(&places, BATCH, |place| size(place)) {
            let one = |place: &&Place| {
                documents.with(place, |_, text| line(text).map_err(|fault| Error::new(fault.message)))
            };
            for line in batch.par_iter().map(one).collect::<Vec<_>>() {
                lines.add(line?).map_err(|cause| Error::new(format!("cannot keep the catalog: {cause}")))?;
            }
        }
    }
    writer.finish(whole, stamps)
}

fn size(place: &Place) -> usize {
    place.document_bytes().map_or(0, |bytes| bytes.len())
}

fn owned(package: &Package<'_>) -> Package<'static> {
    let text = |text: &str| Cow::Owned(text.to_owned());
    Package {
        name: text(&package.name),
        default_channel: text(&package.default_channel),
        icon: package
            .icon
            .as_ref()
            .map(|icon| Icon { data: icon.data.as_deref().map(text), media_type: text(&icon.media_type) }),
        description: text(&package.description),
        properties: Vec::new(),
        origin: package.origin.clone(),
    }
}
