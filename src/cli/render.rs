//! `olmcat render`: the project's catalog files, or what a reference renders to.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::project;
use super::{ExitStatus, Ui, stage};
use crate::catalog::{self, Catalog, Format};
use crate::diag::{Diagnostic, Error, Report, codes};
use crate::load;
use crate::render;
use crate::text::{Place, Sources};

/// Render the catalog of the project, or print what folders render to
///
/// Without REF the project is checked, and `catalog/<package>/catalog.yaml` is written for every
/// package. With REF, a bundle folder, a catalog folder or a file of FBC, the result is printed
/// without any check, as `opm render` does.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Bundle folders, catalog folders or FBC files to print.
    #[arg(value_name = "REF")]
    references: Vec<PathBuf>,
    /// Write nothing; findings if a file of the project is not what it would be rendered to.
    #[arg(long, conflicts_with = "references")]
    check: bool,
    /// The notation of what is printed.
    #[arg(long, short, value_enum, default_value_t = Output::Yaml, requires = "references")]
    output: Output,
    /// Print `olm.csv.metadata` in the place of manifests, for bundles that have an image.
    #[arg(long, requires = "references")]
    migrate: bool,
    /// The image of printed bundle folders: `{package}`, `{version}` and `{name}` stand for theirs.
    #[arg(long, requires = "references", value_name = "PATTERN")]
    image: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Output {
    Yaml,
    Json,
}

pub(super) fn run(args: &Args, root: &Path, ui: &mut Ui) -> Result<ExitStatus, Error> {
    if args.references.is_empty() { project(args.check, root, ui) } else { print(args, root, ui) }
}

fn project(check: bool, root: &Path, ui: &Ui) -> Result<ExitStatus, Error> {
    let (sources, mut report) = (Sources::default(), Report::default());
    let project = project::check(root, &sources, &mut report, ui)?;
    if ui.report_aside(&mut report, &sources) == ExitStatus::Findings {
        return Ok(ExitStatus::Findings);
    }
    if check {
        return Ok(if project.is_fresh(root, ui) { ExitStatus::Clean } else { ExitStatus::Findings });
    }
    let stale = project.stale(root);
    let staged: Vec<_> =
        stale.iter().map(|(path, text)| stage(path, text.as_bytes())).collect::<Result<_, _>>()?;
    for (file, (path, _)) in staged.into_iter().zip(&stale) {
        file.put()?;
        ui.note(&format!("wrote {}", path.display()));
    }
    Ok(ExitStatus::Clean)
}

fn print(args: &Args, root: &Path, ui: &Ui) -> Result<ExitStatus, Error> {
    let (sources, mut report) = (Sources::default(), Report::default());
    let mut whole = Catalog::default();
    let parts: Vec<(Report, Result<Catalog<'_>, Error>)> =
        args.references.par_iter().map(|path| read(path, args, root, &sources, ui)).collect();
    for (faults, part) in parts {
        report.append(faults);
        match part {
            Ok(part) => whole.append(part),
            Err(error) => {
                ui.report_aside(&mut report, &sources);
                return Err(error);
            }
        }
    }
    // Faults in reading mean that something is missing from what would be printed.
    if ui.report_aside(&mut report, &sources) == ExitStatus::Findings {
        return Ok(ExitStatus::Findings);
    }
    whole.bundles.iter_mut().for_each(render::tidy);
    if args.migrate {
        render::migrate(&mut whole);
    }
    let format = if args.output == Output::Json { Format::Json } else { Format::Yaml };
    ui.print_parts(|take| catalog::write_parts(&whole, format, take))?;
    Ok(ExitStatus::Clean)
}

/// Reads what a reference renders to.
fn read<'s>(
    path: &Path,
    args: &Args,
    root: &Path,
    sources: &'s Sources,
    ui: &Ui,
) -> (Report, Result<Catalog<'s>, Error>) {
    ui.step(format!("rendering {}", path.display()));
    let mut report = Report::default();
    let catalog = if load::is_bundle(path) {
        bundle(path, args.image.as_deref(), sources, &mut report)
    } else if load::exists(path) {
        let catalog = project::part(path, root, sources, &mut report);
        if catalog.as_ref().is_ok_and(Catalog::is_empty) && !report.has_errors() {
            ui.note(&format!("{} holds no blobs, so there is nothing to print", path.display()));
        }
        catalog
    } else {
        Err(Error::new(format!("cannot render {}: there is no such file or folder", path.display()))
            .hint("images cannot be rendered yet: unpack them first, for example with `skopeo copy`"))
    };
    (report, catalog)
}

fn bundle<'s>(
    path: &Path,
    image: Option<&str>,
    sources: &'s Sources,
    report: &mut Report,
) -> Result<Catalog<'s>, Error> {
    let mut bundle = load::bundle(path, sources, report)?;
    if let Some(pattern) = image {
        let image = pattern
            .replace("{package}", &bundle.package())
            .replace("{version}", &bundle.version())
            .replace("{name}", &bundle.name());
        bundle.image = image.into();
    }
    let mut catalog = Catalog::default();
    match render::bundle(&bundle) {
        Ok(blob) => catalog.bundles.push(blob),
        // What was found in reading says why already.
        Err(_) if report.has_errors() => {}
        Err(why) => {
            let place = Place::file(bundle.home);
            let mut finding = Diagnostic::new(&codes::UNRENDERABLE_BUNDLE, place, why);
            finding.help(format!("mend the bundle: `olmcat validate {}` says more", path.display()));
            report.push(finding);
        }
    }
    Ok(catalog)
}
