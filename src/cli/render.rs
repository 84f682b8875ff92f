//! `olmcat render`: the project's catalog files, or what a reference renders to.

use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::project::{self, below};
use super::{ExitStatus, Ui, replace};
use crate::catalog::{self, Catalog, Format};
use crate::diag::{Error, Report};
use crate::load;
use crate::render;
use crate::text::Sources;

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
    if args.references.is_empty() { project(args.check, root, ui) } else { print(args, ui) }
}

fn project(check: bool, root: &Path, ui: &Ui) -> Result<ExitStatus, Error> {
    let (sources, mut report) = (Sources::default(), Report::default());
    let project = project::check(root, &sources, &mut report, ui)?;
    if ui.report_aside(&mut report, &sources) == ExitStatus::Findings {
        return Ok(ExitStatus::Findings);
    }
    let mut status = ExitStatus::Clean;
    for target in project.settings.targets() {
        for (package, text) in project.texts(&target) {
            let path = below(root, "catalog").join(&package).join(&target.file);
            let is_fresh = fs::read(&path).is_ok_and(|old| old == text.as_bytes());
            if is_fresh {
                continue;
            }
            if check {
                ui.note(&format!("{} is stale: run `olmcat render` and commit it", path.display()));
                status = ExitStatus::Findings;
            } else {
                replace(&path, text.as_bytes())?;
                ui.note(&format!("wrote {}", path.display()));
            }
        }
    }
    Ok(status)
}

fn print(args: &Args, ui: &Ui) -> Result<ExitStatus, Error> {
    let (sources, mut report) = (Sources::default(), Report::default());
    let mut whole = Catalog::default();
    let parts: Vec<(Report, Result<Catalog<'_>, Error>)> =
        args.references.par_iter().map(|path| read(path, args, &sources, ui)).collect();
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
fn read<'s>(path: &Path, args: &Args, sources: &'s Sources, ui: &Ui) -> (Report, Result<Catalog<'s>, Error>) {
    ui.step(format!("rendering {}", path.display()));
    let mut report = Report::default();
    let catalog = if load::is_bundle(path) {
        bundle(path, args.image.as_deref(), sources, &mut report)
    } else if path.exists() {
        load::catalog(path, sources, &mut report)
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
    let blob = render::bundle(&bundle).map_err(|why| {
        Error::new(format!("cannot render {}: {why}", path.display()))
            .hint(format!("`olmcat validate {}` shows where", path.display()))
    })?;
    Ok(Catalog { bundles: vec![blob], ..Catalog::default() })
}
