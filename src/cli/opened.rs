//! The catalog that a command is about: the project's, one on disk, or one in an image.

use std::path::Path;

use super::choice::Choice;
use super::project;
use super::pull_args::PullArgs;
use super::rulebook::Rulebook;
use super::{ExitStatus, Ui};
use crate::catalog::Catalog;
use crate::diag::{Error, Report};
use crate::load::Image;
use crate::settings::Contract;
use crate::text::Sources;

/// A catalog, and what the project says that its installer expects.
pub(super) struct Opened<'s> {
    pub(super) catalog: Catalog<'s>,
    pub(super) contract: Option<Contract>,
    /// Whether there were findings; they are printed.
    pub(super) status: ExitStatus,
    /// Whether nothing of it was lost by what OLM would refuse.
    pub(super) is_whole: bool,
}

/// Opens a catalog; without a path, that of the project. What is wrong with it is printed beside the result; none
/// where it is so wrong that there is nothing to work with.
pub(super) fn open<'s>(
    path: Option<&Path>,
    pull: &PullArgs,
    root: &Path,
    sources: &'s Sources,
    ui: &Ui,
) -> Result<Option<Opened<'s>>, Error> {
    let opened = open_in_part(path, pull, root, sources, ui)?;
    // A part would be taken for the whole; of a project that was read, faults and all, it helps.
    Ok(opened.filter(|opened| path.is_none() || opened.status == ExitStatus::Clean))
}

/// Opens a catalog as [`open`] does, for who can do with the part of it that can be read.
pub(super) fn open_in_part<'s>(
    path: Option<&Path>,
    pull: &PullArgs,
    root: &Path,
    sources: &'s Sources,
    ui: &Ui,
) -> Result<Option<Opened<'s>>, Error> {
    let mut report = Report::default();
    let (catalog, contract) = match path {
        Some(path) => {
            let book = Rulebook::read(root, &Choice::default(), sources, &mut report)?;
            (read(path, pull, root, sources, &mut report, ui)?, book.contract)
        }
        None => {
            let project = project::check(root, sources, &mut report, ui)?;
            let mut catalog = Catalog::default();
            project.packages.into_iter().for_each(|(_, package)| catalog.append(package));
            (catalog, project.contract)
        }
    };
    let is_whole = !report.is_refused();
    let status = ui.report_aside(&mut report, sources);
    if status == ExitStatus::Findings && catalog.is_empty() {
        return Ok(None);
    }
    Ok(Some(Opened { catalog, contract, status, is_whole }))
}

/// Says why two catalogs are not compared: one of them, the project if no path leads to it, could not be read whole, and
/// what is missing would be taken for new or for gone.
pub(super) fn uncompared(broken: Option<&Path>) -> String {
    let broken = broken.map_or("the project".to_owned(), |path| path.display().to_string());
    format!("could not be compared: {broken} has findings")
}

/// Reads a catalog that a path or a reference names: a folder, a file, a layout or an image.
pub(super) fn read<'s>(
    path: &Path,
    pull: &PullArgs,
    root: &Path,
    sources: &'s Sources,
    report: &mut Report,
    ui: &Ui,
) -> Result<Catalog<'s>, Error> {
    let paths = [path.to_owned()];
    match pull.images(&paths, sources, report, ui)?.pop().flatten() {
        Some(Image::Catalog(catalog)) => Ok(catalog),
        Some(Image::Bundle(_)) => {
            Err(Error::new(format!("cannot read a catalog in {}: it is a bundle image", path.display()))
                .hint("name a catalog image; `olmcat render` prints a bundle image"))
        }
        None => project::catalog(path, root, sources, report),
    }
}
