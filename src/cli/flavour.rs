//! The flavours of a catalog image: data only, or with a server that serves it.

use std::path::PathBuf;

use super::onto::{Files, ignore, is_hidden};
use crate::catalog::{self, Catalog};
use crate::diag::{Error, Report};
use crate::image::{self, Options, Program};
use crate::index::{Stamp, Writer};
use crate::load;
use crate::oci::{Artifact, Source};
use crate::text::Sources;

/// What an image of a catalog is besides the catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Flavour {
    /// The catalog and nothing else: OLM v1 and OLM v0 since 0.35 bring the server.
    Data,
    /// With a server, as every OLM v0 can run it.
    Serve,
}

/// The flavour of an image.
#[derive(Debug, clap::Args)]
pub(super) struct FlavourArgs {
    /// What the image holds besides the catalog.
    #[arg(long, value_enum, default_value = "data")]
    flavour: Flavour,
    /// The static olmcat that the image runs; several for several platforms. If not given, this program, if it is
    /// static.
    #[arg(long, value_name = "FILE")]
    server: Vec<PathBuf>,
}

impl FlavourArgs {
    /// Makes the image of the files of a checked catalog.
    pub(super) fn make(&self, files: &Files, options: &Options) -> Result<Artifact, Error> {
        let sources: Vec<(String, Source<'_>)> =
            files.iter().map(|(path, bytes)| (path.clone(), Source::Bytes(bytes))).collect();
        if self.flavour == Flavour::Data {
            if !self.server.is_empty() {
                return Err(Error::new("a server was named, but an image of data has none")
                    .hint("add `--flavour serve`, or leave `--server` out"));
            }
            return Ok(image::catalog(&sources, options)?);
        }
        if options.base.is_some() {
            return Err(Error::new("an image has either a base or our server")
                .hint("leave out `--from`, or `--flavour serve`"));
        }
        let programs = programs(&self.server, "--server")?;
        let index = index(files)?;
        Ok(image::serving(&sources, &index, &programs, options)?)
    }

    /// Returns whether the image is data only, of which no file need be held.
    pub(super) fn is_data(&self) -> bool {
        self.flavour == Flavour::Data && self.server.is_empty()
    }

    /// Whether a program is named.
    pub(super) fn is_named(&self) -> bool {
        !self.server.is_empty()
    }

    /// Its name on the command line.
    pub(super) fn name(&self) -> &'static str {
        match self.flavour {
            Flavour::Data => "data",
            Flavour::Serve => "serve",
        }
    }

    /// The programs that go into the image, under the names by which they were given.
    pub(super) fn servers(&self) -> Result<Vec<(String, PathBuf)>, Error> {
        match self.flavour {
            Flavour::Data => Ok(Vec::new()),
            Flavour::Serve => named(&self.server),
        }
    }
}

/// Reads static programs; this one, if none is given.
pub(super) fn programs(given: &[PathBuf], flag: &str) -> Result<Vec<Program>, Error> {
    let program = |path: &PathBuf| {
        Program::new(load::read_file(path, load::LIMIT)?).map_err(|why| {
            let hint = format!("`make dist` builds a static one in target/dist; name it with `{flag} FILE`");
            Error::new(format!("{} cannot be the program of an image: it {why}", path.display())).hint(hint)
        })
    };
    named(given)?.iter().map(|(_, path)| program(path)).collect()
}

/// Programs under the names by which they were given; this one, if none was.
fn named(given: &[PathBuf]) -> Result<Vec<(String, PathBuf)>, Error> {
    if !given.is_empty() {
        return Ok(given.iter().map(|path| (path.display().to_string(), path.clone())).collect());
    }
    match std::env::current_exe() {
        Ok(path) => Ok(vec![("olmcat".to_owned(), path)]),
        Err(cause) => Err(Error::new(format!("cannot find this program: {cause}"))),
    }
}

/// Makes the index of the files of a catalog that was checked.
fn index(files: &Files) -> Result<Vec<u8>, Error> {
    let ignore = ignore(files);
    let mut shown: Vec<(&String, &Vec<u8>)> =
        files.iter().filter(|(path, _)| !is_hidden(&ignore, path)).collect();
    // The order of a walk: `a/b` comes before `a.b`.
    shown.sort_by_key(|(path, _)| path.split('/').collect::<Vec<_>>());
    let (sources, mut report) = (Sources::default(), Report::default());
    let mut whole = Catalog::default();
    for (path, bytes) in &shown {
        let file = sources.add(path.as_str(), bytes.to_vec());
        whole.append(catalog::read(&sources, file, &mut report));
    }
    let stamps: Vec<Stamp> = shown.iter().map(|(path, bytes)| Stamp::of(path, bytes)).collect();
    Writer::whole(&whole, &stamps, Vec::new())
}
