//! `olmcat validate`: findings, and nothing else.

use std::path::{Path, PathBuf};

use super::choice::Choice;
use super::expand;
use super::fix;
use super::project::{self, CONTRACT, SETTINGS, SMALL, below};
use super::pull_args::PullArgs;
use super::rulebook::Rulebook;
use super::{ExitStatus, Ui};
use crate::catalog::Catalog;
use crate::compare::{self, Sight};
use crate::diag::{Error, Report};
use crate::load::{self, Image};
use crate::rules;
use crate::settings::Settings;
use crate::template::Template;
use crate::text::Sources;

/// Check bundles, catalogs, templates, or the whole project
///
/// PATH is a bundle folder (with `manifests` and `metadata`), a catalog folder, a file of FBC, a
/// template, or else the reference of a bundle image or catalog image. Without PATH the project is checked
/// from its bundles to its upgrade graphs. Findings are printed on standard output; `olmcat explain RULE`
/// says more about one.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What to check; the project if not given.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Mend what can be mended without asking; comments and layout of the files stay.
    #[arg(long, conflicts_with = "write_baseline")]
    fix: bool,
    /// Print what `--fix` would change, and change nothing.
    #[arg(long, conflicts_with = "write_baseline")]
    diff: bool,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    pull: PullArgs,
}

pub(super) fn run(args: &Args, root: &Path, ui: &mut Ui) -> Result<ExitStatus, Error> {
    let (sources, mut report) = (Sources::default(), Report::default());
    let settings = check(args, root, &sources, &mut report, ui)?;
    let rendered: Vec<String> = settings.targets().into_iter().map(|target| target.file).collect();
    if args.diff && fix::diff(&report, &sources, &rendered, ui)? {
        return Ok(ExitStatus::Findings);
    }
    if args.fix && !args.diff && fix::fix(&report, &sources, &rendered, ui)? {
        let (sources, mut report) = (Sources::default(), Report::default());
        check(args, root, &sources, &mut report, ui)?;
        return ui.report(&mut report, &sources);
    }
    ui.report(&mut report, &sources)
}

/// Checks what the arguments name, and returns the settings that held.
fn check(
    args: &Args,
    root: &Path,
    sources: &Sources,
    report: &mut Report,
    ui: &Ui,
) -> Result<Settings, Error> {
    if args.paths.is_empty() {
        return Ok(project::check_with(root, &args.choice, sources, report, ui)?.settings);
    }
    // The rules of the project hold for its parts, too.
    let book = Rulebook::read(root, &args.choice, sources, report)?;
    let images = args.pull.images(&args.paths, sources, report, ui)?;
    for (path, image) in args.paths.iter().zip(images) {
        // Settings and contract were just read.
        if [SETTINGS, CONTRACT].iter().any(|name| is_same(path, &below(root, name))) {
            continue;
        }
        ui.step(format!("checking {}", path.display()));
        match image {
            Some(Image::Bundle(bundle)) => {
                report.append(rules::check_bundle(&bundle, &book.context()));
            }
            Some(Image::Catalog(catalog)) => check_catalog(&catalog, Report::default(), &book, report),
            None => one(path, root, &book, sources, report)?,
        }
    }
    book.apply(report, sources, false, ui)?;
    Ok(book.settings)
}

fn one(
    path: &Path,
    root: &Path,
    book: &Rulebook,
    sources: &Sources,
    report: &mut Report,
) -> Result<(), Error> {
    // opm wants both folders; but who has lost `metadata` has a broken bundle, and no catalog.
    if load::is_bundle(path) || path.join("manifests").is_dir() {
        let mut bundle = load::bundle(path, sources, report)?;
        let image = book.settings.image_of(&bundle.package(), &bundle.version());
        bundle.image = image.unwrap_or_default().into();
        report.append(rules::check_bundle(&bundle, &book.context()));
    } else if expand::is_template(path)? {
        if let Some(file) = load::text(path, SMALL, sources, report) {
            Template::read(sources, file, report);
        }
    } else {
        let mut faults = Report::default();
        let catalog = project::catalog(path, root, sources, &mut faults)?;
        check_catalog(&catalog, faults, book, report);
    }
    Ok(())
}

/// Checks a catalog in whose reading some faults were found. Rules would echo what could not be read.
/// What upgrades do, and the installer gets, is asked only where the graph is right.
pub(super) fn check_catalog(catalog: &Catalog<'_>, faults: Report, book: &Rulebook, report: &mut Report) {
    let upgrades = || rules::check_upgrades(&[catalog], &[], book.contract.as_ref());
    check_catalog_and(catalog, faults, book, report, upgrades);
}

/// Does what [`check_catalog`] does, and says what there is to see of each package.
pub(super) fn see_catalog(
    catalog: &Catalog<'_>,
    faults: Report,
    book: &Rulebook,
    report: &mut Report,
) -> Vec<Sight> {
    let mut sights = None;
    check_catalog_and(catalog, faults, book, report, || {
        let (found, seen) = rules::see_upgrades(&[catalog], &[], book.contract.as_ref());
        sights = Some(seen);
        found
    });
    sights.unwrap_or_else(|| compare::sights(catalog))
}

fn check_catalog_and(
    catalog: &Catalog<'_>,
    mut faults: Report,
    book: &Rulebook,
    report: &mut Report,
    check_upgrades: impl FnOnce() -> Report,
) {
    if !faults.has_errors() {
        faults.append(rules::check_catalog(catalog));
    }
    if !faults.has_errors() {
        faults.append(check_upgrades());
        // What is looked at may be a part of what the installer sees.
        if let Some(contract) = &book.contract {
            faults.append(rules::check_contract(&[catalog], contract, false));
        }
    }
    report.append(faults);
}

/// Whether two paths lead to one file.
fn is_same(one: &Path, other: &Path) -> bool {
    one == other || one.canonicalize().ok().is_some_and(|one| other.canonicalize().ok() == Some(one))
}
