//! What `serve` serves: the index beside a catalog, or one that is made of the catalog, which is checked first.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use super::changes::{Seen, look};
use super::large::Large;
use super::opened;
use super::project;
use super::pull_args::PullArgs;
use super::{ExitStatus, Ui};
use crate::catalog::{self, Catalog};
use crate::diag::{Error, Report};
use crate::index::{Blobs, Index, Lines, LinesWriter, Spool, Stamp, Writer, line};
use crate::load;
use crate::oci::{self, Digest, Temporary};
use crate::report::{self, Format};
use crate::rules;
use crate::serve::{Content, Event, Level, Log};
use crate::text::{Place, Sources};

/// What an index is called in a folder for it.
const CACHED: &str = "olmcat.index";

/// Where a catalog comes from, and how it is made ready.
#[derive(Clone)]
pub(super) struct Serving {
    /// A folder, a file, a layout or an image; the project if none.
    pub(super) catalog: Option<PathBuf>,
    pub(super) root: PathBuf,
    pub(super) pull: PullArgs,
    /// Whether catalogd's API is wanted, too.
    pub(super) has_lines: bool,
    /// A folder where the index is kept.
    pub(super) cache: Option<PathBuf>,
    /// Whether everything is read before it is trusted.
    pub(super) verifies: bool,
    pub(super) log: Log,
}

/// Why there is nothing to serve.
pub(super) enum Refusal {
    /// Something is wrong with the catalog.
    Findings(Box<(Report, Sources)>),
    Error(Error),
}

impl<E: Into<Error>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Refusal::Error(error.into())
    }
}

impl Refusal {
    /// Says it as other commands do.
    ///
    /// # Errors
    /// When it is an error and not findings.
    pub(super) fn tell(self, ui: &Ui) -> Result<ExitStatus, Error> {
        match self {
            Refusal::Error(error) => Err(error),
            Refusal::Findings(mut found) => Ok(ui.report_aside(&mut found.0, &found.1)),
        }
    }

    /// Says it in a line, for the log.
    pub(super) fn line(self) -> String {
        match self {
            Refusal::Error(error) => error.message,
            Refusal::Findings(found) => {
                let (mut report, sources) = *found;
                report.sort(&sources);
                let text = report::render(&report, &sources, Format::Concise, false);
                let mut lines = text.lines();
                let first: Vec<&str> = lines.by_ref().take(3).collect();
                let more = match lines.count() {
                    0 => String::new(),
                    more => format!("; and {more} more"),
                };
                first.join("; ") + &more
            }
        }
    }
}

impl Serving {
    /// Makes the catalog ready.
    pub(super) fn content(&self, ui: &Ui) -> Result<Content, Refusal> {
        let folder =
            self.catalog.as_deref().filter(|path| path.is_dir() && oci::Place::on_disk(path).is_none());
        let kept = folder.and_then(|folder| self.kept(folder));
        if let (Some(folder), Some(file)) = (folder, &kept)
            && !self.has_lines
        {
            match self.prebuilt(folder, file) {
                Ok(index) => return Ok(self.with(index, None)),
                Err(cause) => self.warn("the index does not fit and is made again", &cause.message),
            }
        }
        if let Some(path) = &self.catalog
            && let Some(large) = Large::of(path)
        {
            let stamps = self.stamps(folder)?;
            let mut lines = self.has_lines.then(|| LinesWriter::new(Self::spool()));
            if let Some(written) = large.index(&stamps, Self::spool(), lines.as_mut()) {
                return self.finish(written?, lines);
            }
        }
        let (sources, mut report) = (Sources::default(), Report::default());
        match self.whole(folder, &sources, &mut report, ui)? {
            Some(content) => Ok(content),
            None => Err(Refusal::Findings(Box::new((report, sources)))),
        }
    }

    /// Reads and checks a catalog that fits into memory; none if something is wrong with it.
    fn whole(
        &self,
        folder: Option<&Path>,
        sources: &Sources,
        report: &mut Report,
        ui: &Ui,
    ) -> Result<Option<Content>, Refusal> {
        let catalog = match &self.catalog {
            Some(path) => opened::read(path, &self.pull, &self.root, sources, report, ui)?,
            None => {
                let project = project::check(&self.root, sources, report, ui)?;
                if report.has_errors() {
                    return Ok(None);
                }
                // Read again as they are written, as the image has them.
                let mut catalog = Catalog::default();
                for (package, text) in project.texts(&project.target(None)?) {
                    let file = sources.add(format!("catalog/{package}/catalog.yaml"), text.into_bytes());
                    catalog.append(catalog::read(sources, file, report));
                }
                catalog
            }
        };
        if !report.has_errors() {
            report.append(rules::check_catalog(&catalog));
        }
        if report.has_errors() {
            return Ok(None);
        }
        if catalog.is_empty() {
            let what =
                self.catalog.as_ref().map_or("the project".to_owned(), |path| path.display().to_string());
            return Err(Error::new(format!("{what} holds no catalog: there is no blob in it"))
                .hint("name a folder of file-based catalogs")
                .into());
        }
        let mut lines = self.has_lines.then(|| LinesWriter::new(Self::spool()));
        if let Some(lines) = &mut lines {
            let places = catalog::places_by_file(&catalog, sources).into_iter();
            for text in places.filter_map(|place| text(sources, place)) {
                let line = line(text).map_err(|fault| Error::new(fault.message))?;
                lines.add(line).map_err(|cause| Error::new(format!("cannot keep the catalog: {cause}")))?;
            }
        }
        let spool = Writer::whole(&catalog, &self.stamps(folder)?, Spool::Memory(Vec::new()))?;
        self.finish(spool, lines).map(Some)
    }

    fn finish(&self, spool: Spool, lines: Option<LinesWriter<Spool>>) -> Result<Content, Refusal> {
        let unread = |cause: io::Error| Error::new(format!("cannot read what was just written: {cause}"));
        let blobs = spool.finish().map_err(unread)?;
        if let Some(cache) = &self.cache
            && let Err(cause) = keep(&blobs, cache)
        {
            self.warn("the index cannot be kept", &cause.to_string());
        }
        let lines = match lines.map(LinesWriter::finish) {
            Some((lines, spool)) => Some(Lines::new(lines, spool.finish().map_err(unread)?)),
            None => None,
        };
        Ok(self.with(Index::open(blobs)?, lines))
    }

    fn with(&self, index: Index, lines: Option<Lines>) -> Content {
        let signature = self.signature();
        let modified = signature.iter().map(|(_, _, time)| *time).max();
        Content { index: Arc::new(index), lines, modified: modified.unwrap_or_else(SystemTime::now) }
    }

    fn warn(&self, message: &'static str, cause: &str) {
        (self.log)(Event { level: Level::Warn, message, fields: vec![("cause", cause.to_owned())] });
    }

    /// Finds the index of a folder: where it is kept, or beside the folder.
    fn kept(&self, folder: &Path) -> Option<PathBuf> {
        let beside = || {
            let folder = folder.canonicalize().ok()?;
            let name = folder.file_name()?.to_str()?;
            Some(folder.with_file_name(format!("{name}.index")))
        };
        let cached = self.cache.as_ref().map(|cache| cache.join(CACHED));
        cached.into_iter().chain(beside()).find(|file| file.exists())
    }

    /// Opens an index that was made before, if it is one of the catalog in a folder: paths and sizes of the
    /// files are those that it names.
    fn prebuilt(&self, folder: &Path, file: &Path) -> Result<Index, Error> {
        let index =
            Index::open(Blobs::File(File::open(file).map_err(|cause| Error::io("read", file, &cause))?))?;
        let files = load::catalog_files(folder)?;
        let mut named = index.files();
        for path in &files {
            let size = fs::metadata(path).map_err(|cause| Error::io("read", path, &cause))?.len();
            let known = named.next();
            if known.map(|(name, size, _)| (name, size)) != Some((&below(folder, path), size)) {
                return Err(Error::new(format!("{} is not a file that it was made of", path.display())));
            }
            if let (true, Some((_, _, digest))) = (self.verifies, known)
                && Digest::of(&load::read_file(path, load::LIMIT)?).to_string() != digest
            {
                return Err(Error::new(format!("{} has another content", path.display())));
            }
        }
        if let Some((name, ..)) = named.next() {
            return Err(Error::new(format!("`{name}`, which it was made of, is not there")));
        }
        drop(named);
        if self.verifies && !index.is_intact().map_err(|cause| Error::io("read", file, &cause))? {
            return Err(Error::new(format!("{} is damaged", file.display())));
        }
        Ok(index)
    }

    /// The files that an index is made of, if it is to be kept.
    fn stamps(&self, folder: Option<&Path>) -> Result<Vec<Stamp>, Error> {
        let Some(folder) = folder.filter(|_| self.cache.is_some()) else { return Ok(Vec::new()) };
        let stamp =
            |path: PathBuf| Ok(Stamp::of(&below(folder, &path), &load::read_file(&path, load::LIMIT)?));
        load::catalog_files(folder)?.into_iter().map(stamp).collect()
    }

    /// A place for many bytes: a file without a name, or memory where none can be made.
    fn spool() -> Spool {
        let file = Temporary::create(&std::env::temp_dir(), ".olmcat-index").and_then(Temporary::anonymous);
        file.map_or_else(|_| Spool::Memory(Vec::new()), |file| Spool::File(BufWriter::new(file)))
    }

    /// What can be seen of a catalog without reading it.
    pub(super) fn signature(&self) -> Seen {
        match &self.catalog {
            Some(path) => look([path]),
            None => look(["catalog", "bundles"].map(|part| self.root.join(part))),
        }
    }
}

/// A path below a folder, with `/` between its parts.
fn below(folder: &Path, path: &Path) -> String {
    path.strip_prefix(folder).unwrap_or(path).to_string_lossy().into_owned()
}

/// The text of a blob.
fn text<'s>(sources: &'s Sources, place: &Place) -> Option<&'s str> {
    sources.get(place.file).text().get(place.document_bytes()?.clone())
}

/// Keeps an index for the next start: whole, or not at all.
fn keep(blobs: &Blobs, cache: &Path) -> io::Result<()> {
    fs::create_dir_all(cache)?;
    let mut beside = Temporary::create(cache, &format!(".{CACHED}"))?;
    blobs.copy(blobs.size()?, &mut beside.file)?;
    beside.file.sync_all()?;
    beside.keep(&cache.join(CACHED))
}
