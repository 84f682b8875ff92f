//! `olmcat report`: a catalog as one page, for whoever reviews a change of it.

use std::path::{Path, PathBuf};

use super::choice::Choice;
use super::opened::{Opened, open, read};
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
    /// Show the difference to this catalog, too.
    #[arg(long, value_name = "OLD")]
    against: Option<PathBuf>,
    #[command(flatten)]
    pull: PullArgs,
}

pub(super) fn run(args: &Args, root: &Path, ui: &mut Ui) -> Result<ExitStatus, Error> {
    let (sources, mut report) = (Sources::default(), Report::default());
    let old = match &args.against {
        None => None,
        Some(path) => match open(Some(path), &args.pull, root, &sources, ui)? {
            Some(Opened { catalog, .. }) => Some((path.display().to_string(), catalog)),
            // What could not be read of it would be shown as new.
            None => return Ok(ExitStatus::Findings),
        },
    };
    let (title, catalog, sights) = look(args, root, &sources, &mut report, ui)?;
    report.sort(&sources);
    let against = old.as_ref().map(|(name, old)| (name.as_str(), compare::catalogs(old, &catalog)));
    ui.step("drawing");
    let subject = Subject {
        title: &title,
        catalog: &catalog,
        sights: &sights,
        report: &report,
        sources: &sources,
        against: against.as_ref().map(|(name, difference)| (*name, difference)),
    };
    let mut text = Vec::new();
    page::write(&subject, &mut text)
        .map_err(|cause| Error::new(format!("cannot write the page: {cause}")))?;
    match &args.output {
        Some(path) => stage(path, &text)?.put()?,
        None => ui.print(&String::from_utf8_lossy(&text))?,
    }
    Ok(if report.has_errors() { ExitStatus::Findings } else { ExitStatus::Clean })
}

/// Reads, checks and looks at the catalog, and says what it is called.
fn look<'s>(
    args: &Args,
    root: &Path,
    sources: &'s Sources,
    report: &mut Report,
    ui: &Ui,
) -> Result<(String, Catalog<'s>, Vec<Sight>), Error> {
    let Some(path) = &args.path else {
        let (project, sights) = project::see(root, sources, report, ui)?;
        let mut catalog = Catalog::default();
        project.packages.into_iter().for_each(|(_, package)| catalog.append(package));
        let sights = sights.unwrap_or_else(|| compare::sights(&catalog));
        return Ok((project.settings.image.unwrap_or_else(|| "catalog".to_owned()), catalog, sights));
    };
    let book = Rulebook::read(root, &Choice::default(), sources, report)?;
    let mut faults = Report::default();
    let catalog = read(path, &args.pull, root, sources, &mut faults, ui)?;
    ui.step("checking the catalog");
    let sights = see_catalog(&catalog, faults, &book, report);
    book.apply(report, sources, false, ui)?;
    Ok((path.display().to_string(), catalog, sights))
}
