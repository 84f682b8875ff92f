//! `olmcat validate`: findings, and nothing else.

use std::path::{Path, PathBuf};

use super::project::{self, CONTRACT, Rulebook, SETTINGS, SMALL, below};
use super::pull_args::PullArgs;
use super::{ExitStatus, Ui};
use crate::catalog::Catalog;
use crate::diag::{Error, Report};
use crate::load::{self, Image};
use crate::rules;
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
    #[command(flatten)]
    pull: PullArgs,
}

pub(super) fn run(args: &Args, root: &Path, ui: &mut Ui) -> Result<ExitStatus, Error> {
    let (sources, mut report) = (Sources::default(), Report::default());
    if args.paths.is_empty() {
        project::check(root, &sources, &mut report, ui)?;
        return ui.report(&mut report, &sources);
    }
    // The rules of the project hold for its parts, too.
    let book = Rulebook::read(root, &sources, &mut report);
    let images = args.pull.images(&args.paths, &sources, &mut report, ui)?;
    for (path, image) in args.paths.iter().zip(images) {
        // Settings and contract were just read.
        if [SETTINGS, CONTRACT].iter().any(|name| is_same(path, &below(root, name))) {
            continue;
        }
        ui.step(format!("checking {}", path.display()));
        match image {
            Some(Image::Bundle(bundle)) => {
                let contract = book.as_ref().and_then(|book| book.contract.as_ref());
                report.append(rules::check_bundle(&bundle, contract));
            }
            Some(Image::Catalog(catalog)) => {
                check_catalog(&catalog, book.as_ref(), Report::default(), &mut report);
            }
            None => one(path, root, book.as_ref(), &sources, &mut report)?,
        }
    }
    if let Some(book) = &book {
        book.apply(&mut report, false);
    }
    ui.report(&mut report, &sources)
}

fn one(
    path: &Path,
    root: &Path,
    book: Option<&Rulebook>,
    sources: &Sources,
    report: &mut Report,
) -> Result<(), Error> {
    // opm wants both folders; but who has lost `metadata` has a broken bundle, and no catalog.
    if load::is_bundle(path) || path.join("manifests").is_dir() {
        let mut bundle = load::bundle(path, sources, report)?;
        let image = book.and_then(|book| book.settings.image_of(&bundle.package(), &bundle.version()));
        bundle.image = image.unwrap_or_default().into();
        report.append(rules::check_bundle(&bundle, book.and_then(|book| book.contract.as_ref())));
    } else if path.is_file() && is_template(path)? {
        if let Some(file) = load::text(path, SMALL, sources, report) {
            Template::read(sources, file, report);
        }
    } else {
        let mut faults = Report::default();
        let catalog = project::catalog(path, root, sources, &mut faults)?;
        check_catalog(&catalog, book, faults, report);
    }
    Ok(())
}

/// Checks a catalog in whose reading some faults were found. Rules would echo what could not be read.
fn check_catalog(catalog: &Catalog<'_>, book: Option<&Rulebook>, mut faults: Report, report: &mut Report) {
    if !faults.has_errors() {
        faults.append(rules::check_catalog(catalog));
    }
    // What is looked at may be a part of what the installer sees.
    let contract = book.and_then(|book| book.contract.as_ref()).filter(|_| !faults.has_errors());
    if let Some(contract) = contract {
        faults.append(rules::check_contract(&[catalog], contract, false));
    }
    report.append(faults);
}

/// Whether two paths lead to one file.
fn is_same(one: &Path, other: &Path) -> bool {
    one == other || one.canonicalize().ok().is_some_and(|one| other.canonicalize().ok() == Some(one))
}

/// Whether a file is named as templates are, or names the schema of one before any other.
fn is_template(path: &Path) -> Result<bool, Error> {
    use std::io::Read as _;
    if path.file_name().is_some_and(|name| name == "template.yaml") {
        return Ok(true);
    }
    let mut head = Vec::new();
    let file = std::fs::File::open(path).map_err(|cause| Error::io("read", path, &cause))?;
    file.take(64 << 10).read_to_end(&mut head).map_err(|cause| Error::io("read", path, &cause))?;
    let head = String::from_utf8_lossy(&head).to_lowercase();
    let schema = head.split("schema").nth(1).unwrap_or_default();
    let value = schema.trim_start_matches(['"', '\'', ':', ' ']);
    Ok(value.starts_with("olm.semver") || value.starts_with("olm.template."))
}
