//! `olmcat render`: the project's catalog files, or what a reference renders to.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::expand;
use super::large::Large;
use super::project;
use super::pull_args::PullArgs;
use super::{ExitStatus, Ui, files};
use crate::bundle::Bundle;
use crate::catalog::{self, Catalog, Drawing, Format, mermaid};
use crate::diag::{Diagnostic, Error, Report, codes};
use crate::load::{self, Image};
use crate::render;
use crate::text::{Place, Sources};

/// Render the catalog of the project, or print what folders render to
///
/// Without REF the project is checked, and `catalog/<package>/catalog.yaml` is written for every
/// package. With REF, a bundle folder, a catalog folder, a file of FBC, a template, or else the
/// reference of a bundle image or catalog image, the result is printed without any check, as
/// `opm render` does. The bundles of a template may be images, or folders relative to it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Bundle folders, catalog folders, FBC files or images to print.
    #[arg(value_name = "REF")]
    references: Vec<PathBuf>,
    /// Write nothing; findings if a file of the project is not what it would be rendered to.
    #[arg(long, conflicts_with = "references")]
    check: bool,
    /// Findings, too, if a file of the project was written, so that a hook stops the commit that lacks it.
    #[arg(long, conflicts_with_all = ["references", "check"])]
    exit_code: bool,
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
    /// The upgrade graphs, as a drawing.
    Mermaid,
}

impl Output {
    /// The format of FBC, if it is one.
    fn format(self) -> Option<Format> {
        match self {
            Output::Yaml => Some(Format::Yaml),
            Output::Json => Some(Format::Json),
            Output::Mermaid => None,
        }
    }
}

impl Args {
    /// Returns the image of a bundle folder; empty if no pattern names it.
    fn image_of(&self, bundle: &Bundle<'_>) -> String {
        let pattern = self.image.as_deref().unwrap_or_default();
        pattern
            .replace("{package}", &bundle.package())
            .replace("{version}", &bundle.version())
            .replace("{name}", &bundle.name())
    }
}

/// What becomes of the files of a project that are not what they would be rendered to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stale {
    /// They are named, and are findings.
    Named,
    /// They are written.
    Written,
    /// They are written, and are findings all the same.
    WrittenAndFound,
}

pub(super) fn run(args: &Args, root: &Path, ui: &mut Ui) -> Result<ExitStatus, Error> {
    match (args.references.is_empty(), args.check, args.exit_code) {
        (false, ..) => print(args, root, ui),
        (true, true, _) => project(Stale::Named, root, ui),
        (true, false, true) => project(Stale::WrittenAndFound, root, ui),
        (true, false, false) => project(Stale::Written, root, ui),
    }
}

/// Renders the catalog of a project.
pub(super) fn project(then: Stale, root: &Path, ui: &Ui) -> Result<ExitStatus, Error> {
    let (sources, mut report) = (Sources::default(), Report::default());
    let project = project::check(root, &sources, &mut report, ui)?;
    if ui.report_aside(&mut report, &sources) == ExitStatus::Findings {
        return Ok(ExitStatus::Findings);
    }
    if then == Stale::Named {
        return Ok(if project.is_fresh(root, ui) { ExitStatus::Clean } else { ExitStatus::Findings });
    }
    let stale = project.stale(root);
    files::write(&stale, ui)?;
    let is_found = then == Stale::WrittenAndFound && !stale.is_empty();
    Ok(if is_found { ExitStatus::Findings } else { ExitStatus::Clean })
}

fn print(args: &Args, root: &Path, ui: &Ui) -> Result<ExitStatus, Error> {
    if let [path] = args.references.as_slice()
        && let Some(large) = Large::of(path)
        && let Some(format) = args.output.format()
        && let Some(printed) = large.print(args.migrate, format, ui)
    {
        return printed.map(|()| ExitStatus::Clean);
    }
    let (sources, mut report) = (Sources::default(), Report::default());
    let mut whole = Catalog::default();
    let images = args.pull.images(&args.references, &sources, &mut report, ui)?;
    let references: Vec<_> = args.references.iter().zip(images).collect();
    let parts: Vec<(Report, Result<Catalog<'_>, Error>)> =
        references.into_par_iter().map(|(path, image)| read(path, image, args, root, &sources, ui)).collect();
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
    let Some(format) = args.output.format() else {
        return draw(&whole, Drawing { v0: true, ..Drawing::default() }, ui);
    };
    ui.print_parts(|take| catalog::write_parts(&whole, format, take))?;
    Ok(ExitStatus::Clean)
}

/// Reads what a reference renders to.
fn read<'s>(
    path: &Path,
    image: Option<Image<'s>>,
    args: &Args,
    root: &Path,
    sources: &'s Sources,
    ui: &Ui,
) -> (Report, Result<Catalog<'s>, Error>) {
    ui.step(format!("rendering {}", path.display()));
    let mut report = Report::default();
    let catalog = match image {
        Some(Image::Catalog(catalog)) => Ok(catalog),
        Some(Image::Bundle(image)) => Ok(bundle(&image, path, &mut report)),
        None if load::is_bundle(path) => folder(path, args, sources, &mut report),
        None if expand::is_template(path).is_ok_and(|is_template| is_template) => {
            expand::file(path, &|bundle| args.image_of(bundle), &args.pull, sources, &mut report, ui)
        }
        None => {
            let catalog = project::part(path, root, sources, &mut report);
            if catalog.as_ref().is_ok_and(Catalog::is_empty) && !report.has_errors() {
                ui.note(&format!("{} holds no blobs, so there is nothing to print", path.display()));
            }
            catalog
        }
    };
    (report, catalog)
}

/// Renders a bundle folder, whose image is named by a pattern.
fn folder<'s>(
    path: &Path,
    args: &Args,
    sources: &'s Sources,
    report: &mut Report,
) -> Result<Catalog<'s>, Error> {
    let mut loaded = load::bundle(path, sources, report)?;
    loaded.image = args.image_of(&loaded).into();
    Ok(bundle(&loaded, path, report))
}

fn bundle<'s>(bundle: &Bundle<'s>, path: &Path, report: &mut Report) -> Catalog<'s> {
    let mut catalog = Catalog::default();
    match render::bundle(bundle) {
        Ok(blob) => catalog.bundles.push(blob),
        // What was found in reading says why already.
        Err(_) if report.has_errors() => {}
        Err(why) => {
            let mut finding = Diagnostic::new(&codes::UNRENDERABLE_BUNDLE, Place::file(bundle.home), why);
            finding.help(format!("mend the bundle: `olmcat validate {}` says more", path.display()));
            report.push(finding);
        }
    }
    catalog
}

/// Prints upgrade graphs as a drawing, and warns of what it lacks.
pub(super) fn draw(catalog: &Catalog<'_>, drawing: Drawing<'_>, ui: &Ui) -> Result<ExitStatus, Error> {
    let (text, warnings) = mermaid(catalog, drawing).map_err(|why| {
        Error::new(format!("cannot draw the graph: {why}")).hint("`olmcat validate` says more")
    })?;
    warnings.iter().for_each(|warning| ui.note(&format!("warning: {warning}")));
    ui.print(&text)?;
    Ok(ExitStatus::Clean)
}
