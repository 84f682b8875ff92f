//! `olmcat bundle build`: a bundle becomes a bundle image, on disk or in a registry.

use std::path::{Path, PathBuf};

use super::choice::Choice;
use super::notation_args::NotationArgs;
use super::push::push;
use super::registry_args::RegistryArgs;
use super::rulebook::Rulebook;
use super::transfer::TransferArgs;
use super::{ExitStatus, Ui};
use crate::diag::{Error, Report};
use crate::image;
use crate::load;
use crate::oci::Place;
use crate::rules;
use crate::text::Sources;

/// Check a bundle, and write or push its image
///
/// The image holds the folders `manifests` and `metadata`, and `tests` if there is one, a layer each; its labels are
/// the annotations of the bundle. Nothing is written if the bundle has faults that OLM would refuse. The
/// digest of the image is the only thing on standard output, and the same for the same files on every machine.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The bundle: a folder with `manifests` and `metadata`.
    #[arg(value_name = "DIR")]
    bundle: PathBuf,
    /// Where the image goes: a reference, an OCI layout (`oci:DIR:NAME`) or an archive (`./FILE.tar`).
    #[arg(value_name = "PLACE")]
    place: String,
    #[command(flatten)]
    notation: NotationArgs,
    #[command(flatten)]
    transfer: TransferArgs,
    #[command(flatten)]
    registry: RegistryArgs,
}

/// The folders of a bundle that its image holds: those that OLM reads, and the tests of operator-sdk's scorecard.
const FOLDERS: [&str; 3] = ["manifests", "metadata", "tests"];

pub(super) fn run(args: &Args, root: &Path, ui: &Ui) -> Result<ExitStatus, Error> {
    // What cannot be written is told before the work begins.
    let place = Place::target(&args.place)?;
    let (sources, mut report) = (Sources::default(), Report::default());
    ui.step(format!("checking {}", args.bundle.display()));
    let mut bundle = load::bundle(&args.bundle, &sources, &mut report)?;
    let book = Rulebook::read(root, &Choice::default(), &sources, &mut report)?;
    let known = book.settings.image_of(&bundle.package(), &bundle.version());
    bundle.image = known.unwrap_or_default().into();
    report.append(rules::check_bundle(&bundle, &book.context()));
    book.apply(&mut report, &sources, false, ui)?;
    if ui.report_aside(&mut report, &sources) == ExitStatus::Findings {
        return Ok(ExitStatus::Findings);
    }
    ui.step("building the image");
    let mut files = Vec::new();
    for folder in FOLDERS {
        let path = args.bundle.join(folder);
        if path.is_dir() {
            files.extend(load::files_below(&path, folder)?);
        }
    }
    let artifact = image::bundle(&files, &bundle.annotations(), &args.notation.options())?;
    match &place {
        Place::Registry(reference) => push(&artifact, reference, &[], &args.registry, &args.transfer, ui)?,
        Place::Layout(..) | Place::Archive(..) => place.write(&artifact, "latest")?,
    }
    ui.print(&format!("{}\n", artifact.digest()))?;
    Ok(ExitStatus::Clean)
}
