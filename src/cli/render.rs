//! `olmcat render`: the project's catalog files, or what a reference renders to.

use std::path::{Path, PathBuf};

use super::project;
use super::pull_args::PullArgs;
use super::{ExitStatus, Ui, replace};
use crate::catalog::{self, Catalog, Format};
use crate::diag::{Error, Report};
use crate::load::{self, Image};
use crate::render;
use crate::text::Sources;

/// Render the catalog of the project, or print what folders render to
///
/// Without REF the project is checked, and `catalog/<package>/catalog.yaml` is written for every
/// package. With REF, a bundle folder, a catalog folder, a file of FBC, or else the reference of a
/// bundle image or catalog image, the result is printed without any check, as `opm render` does.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Bundle folders, catalog folders, FBC files or images to print.
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
    #[command(flatten)]
    pull: PullArgs,
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
    if check {
        return Ok(if project.is_fresh(root, ui) { ExitStatus::Clean } else { ExitStatus::Findings });
    }
    for (path, text) in project.stale(root) {
        replace(&path, text.as_bytes())?;
        ui.note(&format!("wrote {}", path.display()));
    }
    Ok(ExitStatus::Clean)
}

fn print(args: &Args, ui: &Ui) -> Result<ExitStatus, Error> {
    let (sources, mut report) = (Sources::default(), Report::default());
    let mut whole = Catalog::default();
    let images = args.pull.images(&args.references, &sources, &mut report, ui)?;
    for (path, image) in args.references.iter().zip(images) {
        ui.step(format!("rendering {}", path.display()));
        let bundle = match image {
            Some(Image::Bundle(bundle)) => bundle,
            Some(Image::Catalog(catalog)) => {
                whole.append(catalog);
                continue;
            }
            None if load::is_bundle(path) => {
                let mut bundle = load::bundle(path, &sources, &mut report)?;
                if let Some(pattern) = &args.image {
                    let image = pattern
                        .replace("{package}", &bundle.package())
                        .replace("{version}", &bundle.version())
                        .replace("{name}", &bundle.name());
                    bundle.image = image.into();
                }
                bundle
            }
            None => {
                whole.append(load::catalog(path, &sources, &mut report)?);
                continue;
            }
        };
        match render::bundle(&bundle) {
            Ok(blob) => whole.bundles.push(blob),
            Err(why) => {
                ui.report_aside(&mut report, &sources);
                return Err(Error::new(format!("cannot render {}: {why}", path.display()))
                    .hint(format!("`olmcat validate {}` shows where", path.display())));
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
    ui.print(&catalog::write(&whole, format))?;
    Ok(ExitStatus::Clean)
}
