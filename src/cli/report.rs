//! `olmcat report`: a catalog as one page, for whoever reviews a change of it.

use std::path::{Path, PathBuf};

use super::choice::Choice;
use super::opened::{open, read, uncompared};
use super::pull_args::PullArgs;
use super::rulebook::Rulebook;
use super::validate::see_catalog;
use super::{ExitStatus, Ui, project, stage};
use crate::catalog::Catalog;
use crate::compare::{self, Sight};
use crate::diag::{Error, Report};
use crate::page::{self, Subject};
use crate::text::Sources;

/// Show a catalog as one HTML page: its graphs, what each upgrade changes, and what is wrong
///
/// PATH is a catalog folder, a file of FBC, an OCI layout (`DIR` or `DIR:NAME`), or else the reference of a catalog
/// image; without it, the catalog of the project is shown. The page needs neither network nor server, and a job can
/// attach it to a pull request. It is written even if there are errors (exit code 1): they come first, and then what
/// could be read.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The catalog; the project's if not given.
    path: Option<PathBuf>,
    /// Where the page is written; standard output if not given.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Show the difference to this catalog, too; none where one of the two cannot be read whole (exit code 1).
    #[arg(long, value_name = "OLD")]
    against: Option<PathBuf>,
    #[command(flatten)]
    pull: PullArgs,
}

pub(super) fn run(args: &Args, root: &Path, ui: &mut Ui) -> Result<ExitStatus, Error> {
    let (sources, mut report) = (Sources::default(), Report::default());
    let old = match &args.against {
        None => None,
        Some(path) => open(Some(path), &args.pull, root, &sources, ui)?,
    };
    let Looked { title, catalog, sights, is_whole } = look(args, root, &sources, &mut report, ui)?;
    report.sort(&sources);
    let against = match (&args.against, &old) {
        (Some(path), Some(old)) if is_whole => {
            Some((path.display().to_string(), compare::catalogs(&old.catalog, &catalog)))
        }
        (Some(path), old) => {
            let why = uncompared(if old.is_none() { Some(path) } else { args.path.as_deref() });
            ui.note(&format!("the catalogs {why}"));
            None
        }
        (None, _) => None,
    };
    ui.step("drawing");
    let subject = Subject {
        title: &title,
        catalog: &catalog,
        sights: &sights,
        report: &report,
        sources: &sources,
        against: against.as_ref().map(|(name, difference)| (name.as_str(), difference)),
    };
    let mut text = Vec::new();
    page::write(&subject, &mut text)
        .map_err(|cause| Error::new(format!("cannot write the page: {cause}")))?;
    match &args.output {
        Some(path) => stage(path, &text)?.put()?,
        None => ui.print(&String::from_utf8_lossy(&text))?,
    }
    let is_fine = !report.has_errors() && args.against.is_some() == against.is_some();
    Ok(if is_fine { ExitStatus::Clean } else { ExitStatus::Findings })
}

/// A catalog, checked and looked at.
struct Looked<'s> {
    title: String,
    catalog: Catalog<'s>,
    /// What there is to see of each package.
    sights: Vec<Sight>,
    /// Whether nothing of it was lost by what is wrong with it.
    is_whole: bool,
}

/// Reads, checks and looks at the catalog.
fn look<'s>(
    args: &Args,
    root: &Path,
    sources: &'s Sources,
    report: &mut Report,
    ui: &Ui,
) -> Result<Looked<'s>, Error> {
    let Some(path) = &args.path else {
        let (project, sights) = project::see(root, sources, report, ui)?;
        let mut catalog = Catalog::default();
        project.packages.into_iter().for_each(|(_, package)| catalog.append(package));
        let sights = sights.unwrap_or_else(|| compare::sights(&catalog));
        let title = project.settings.image.unwrap_or_else(|| "catalog".to_owned());
        return Ok(Looked { title, catalog, sights, is_whole: !report.is_refused() });
    };
    let book = Rulebook::read(root, &Choice::default(), sources, report)?;
    let mut faults = Report::default();
    let catalog = read(path, &args.pull, root, sources, &mut faults, ui)?;
    let is_whole = !faults.has_errors();
    ui.step("checking the catalog");
    let sights = see_catalog(&catalog, faults, &book, report);
    book.apply(report, sources, false, ui)?;
    Ok(Looked { title: path.display().to_string(), catalog, sights, is_whole })
}
