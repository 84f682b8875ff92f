//! Catalogs that are too large to be held in memory: read piece by piece, and what is needed again is read
//! again. Only where nothing is wrong; findings want to be shown, and then everything is read as usual.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use rayon::prelude::*;

use super::Ui;
use crate::catalog::{self, Catalog, Format, skeleton};
use crate::diag::{Error, Report};
use crate::load::{self, Window};
use crate::oci;
use crate::render;
use crate::rules;
use crate::text::{FileId, Place, Sources};

/// From how many bytes on a catalog is large.
const LARGE: u64 = 16 << 20;
/// How many bytes are written at a time, for each core.
const PART: usize = 1 << 20;

/// A large catalog: its files, and what is known of it.
pub(super) struct Large {
    files: Vec<PathBuf>,
    /// In the order of the files; names only.
    names: Sources,
    ids: Vec<FileId>,
}

/// Something is wrong with the catalog, or it cannot be read; reading it as usual says what.
struct Fault;

impl From<io::Error> for Fault {
    fn from(_: io::Error) -> Self {
        Fault
    }
}

impl Large {
    /// Looks at the size of a catalog. None if it is not large, or no catalog that could be read.
    pub(super) fn of(path: &Path) -> Option<Self> {
        if oci::Place::on_disk(path).is_some() {
            return None;
        }
        let files = match fs::metadata(path).ok()?.is_dir() {
            true => load::catalog_files(path).ok()?,
            false => vec![path.to_owned()],
        };
        let size: u64 = files.iter().map(|file| fs::metadata(file).map_or(0, |file| file.len())).sum();
        let is_regular = |file: &PathBuf| fs::metadata(file).is_ok_and(|file| file.is_file());
        if size < LARGE || !files.iter().all(is_regular) {
            return None;
        }
        let names = Sources::default();
        let ids = files.iter().map(|file| names.add(file.display().to_string(), Vec::new())).collect();
        Some(Large { files, names, ids })
    }

    /// Whether the catalog has no finding at all, and at least one blob.
    pub(super) fn is_clean(&self) -> bool {
        self.clean().is_some()
    }

    /// Returns the files as texts without content, for their names.
    pub(super) fn names(&self) -> &Sources {
        &self.names
    }

    /// Returns the names and edges of a catalog that has no finding, and at least one blob.
    pub(super) fn clean(&self) -> Option<Catalog<'static>> {
        let whole = self.read(true)?;
        (!whole.is_empty() && rules::check_catalog(&whole).diagnostics().is_empty()).then_some(whole)
    }

    /// Opens the files, to read from them again.
    pub(super) fn open(&self) -> Option<HashMap<FileId, File>> {
        let open = |(id, path): (&FileId, &PathBuf)| Some((*id, File::open(path).ok()?));
        self.ids.iter().zip(&self.files).map(open).collect()
    }

    /// Prints the catalog as `render` does. None if it must be read as usual, and nothing was printed.
    pub(super) fn print(&self, migrates: bool, format: Format, ui: &Ui) -> Option<Result<(), Error>> {
        let whole = self.read(false)?;
        let files = self.open()?;
        let documents: Vec<(FileId, std::ops::Range<usize>)> = (catalog::places(&whole).into_iter())
            .map(|place| Some((place.file, place.document_bytes()?.clone())))
            .collect::<Option<_>>()?;
        drop(whole);
        let parts = batches(&documents, PART * rayon::current_num_threads(), |(_, bytes)| bytes.len());
        let text = |(file, bytes): &(FileId, std::ops::Range<usize>)| {
            let mut content = vec![0; bytes.len()];
            files[file].read_exact_at(&mut content, bytes.start as u64)?;
            Ok(write(content, migrates, format))
        };
        let mut unread = None;
        let printed = ui.print_parts(|take| {
            for part in parts {
                let texts: io::Result<Vec<String>> = part.par_iter().map(text).collect();
                match texts {
                    Ok(texts) => texts.iter().try_for_each(|text| take(text))?,
                    Err(cause) => {
                        unread = Some(changed(&cause));
                        break;
                    }
                }
            }
            Ok(())
        });
        Some(unread.map_or(printed, Err))
    }

    /// Reads all files and returns what is left of them; none if something is wrong. With `checks`, each
    /// bundle is checked while it is there.
    pub(super) fn read(&self, checks: bool) -> Option<Catalog<'static>> {
        // Files end in their own order, and what stands in them must not.
        let parts = Mutex::new(Vec::new());
        let read = |index: usize| -> Result<(), Fault> {
            let mut pending: Vec<Window> = Vec::new();
            let mut number = 0;
            let mut look = |pending: &mut Vec<Window>| -> Result<(), Fault> {
                let looked: Vec<Catalog<'static>> = (std::mem::take(pending).into_par_iter())
                    .map(|window| self.look(index, window, checks))
                    .collect::<Result<_, _>>()?;
                for part in looked {
                    parts
                        .lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner)
                        .push(((index, number), part));
                    number += 1;
                }
                Ok(())
            };
            load::windows(&self.files[index], &mut |window| {
                pending.push(window);
                if pending.len() < rayon::current_num_threads() { Ok(()) } else { look(&mut pending) }
            })?;
            look(&mut pending)
        };
        (0..self.files.len()).into_par_iter().try_for_each(read).ok()?;
        let mut parts = parts.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        parts.sort_by_key(|(key, _)| *key);
        let mut whole = Catalog::default();
        parts.into_iter().for_each(|(_, part)| whole.append(part));
        Some(whole)
    }

    fn look(&self, index: usize, window: Window, checks: bool) -> Result<Catalog<'static>, Fault> {
        let (sources, mut report) = (Sources::default(), Report::default());
        let file = sources.add(self.names.get(self.ids[index]).name(), window.bytes);
        let part = catalog::read(&sources, file, &mut report);
        if checks {
            report.append(rules::check_alone(&part));
        }
        if !report.diagnostics().is_empty() {
            return Err(Fault);
        }
        let offset = usize::try_from(window.offset).map_err(|_| Fault)?;
        let moved = |place: &Place| match place.document_bytes() {
            Some(bytes) => Place::document(self.ids[index], bytes.start + offset..bytes.end + offset),
            None => place.clone(),
        };
        Ok(skeleton(&part, moved))
    }
}

/// Cuts a list into parts that have about as many bytes each.
pub(super) fn batches<T>(list: &[T], full: usize, size: impl Fn(&T) -> usize) -> Vec<&[T]> {
    let (mut parts, mut start, mut bytes) = (Vec::new(), 0, 0);
    for (index, one) in list.iter().enumerate() {
        bytes += size(one);
        if bytes >= full || index + 1 == list.len() {
            parts.push(&list[start..=index]);
            (start, bytes) = (index + 1, 0);
        }
    }
    parts
}

/// Writes one document again.
fn write(content: Vec<u8>, migrates: bool, format: Format) -> String {
    let (sources, mut report) = (Sources::default(), Report::default());
    let file = sources.add("", content);
    let mut blob = catalog::read(&sources, file, &mut report);
    blob.bundles.iter_mut().for_each(render::tidy);
    if migrates {
        render::migrate(&mut blob);
    }
    catalog::write(&blob, format)
}

fn changed(cause: &io::Error) -> Error {
    Error::new(format!("cannot read the catalog again: {cause}"))
        .hint("nobody may change it while it is rendered; try again")
}
