//! `olmcat build`: the project becomes a catalog image in an OCI layout.

use std::path::Path;

use super::image_args::ImageArgs;
use super::registry_args::RegistryArgs;
use super::{ExitStatus, Ui};
use crate::diag::Error;
use crate::oci::Place;

/// Check the project, render its catalog, and write the catalog image to an OCI layout
///
/// The digest of the image is the only thing on standard output, and the same for the same input on
/// every machine. `olmcat copy DIR REF` and `skopeo copy oci:DIR:TAG ...` take it from there.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The OCI layout to write, a folder or, if it ends with `.tar`, an archive; other images in it stay. The image is
    /// named after its target, or as it is said: `DIR:NAME`.
    #[arg(long, short, default_value = "target/image", value_name = "PLACE")]
    output: String,
    /// Do everything but write; findings, too, if a rendered catalog of the project is stale.
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    image: ImageArgs,
    #[command(flatten)]
    registry: RegistryArgs,
}

pub(super) fn run(args: &Args, root: &Path, ui: &mut Ui) -> Result<ExitStatus, Error> {
    let output = output(&args.output)?;
    let Some(built) = args.image.build(root, &args.registry, args.check, ui)? else {
        return Ok(ExitStatus::Findings);
    };
    if !args.check {
        ui.step("writing the image");
        output.write(&built.artifact, &built.target)?;
    }
    ui.print(&format!("{}\n", built.artifact.digest()))?;
    Ok(ExitStatus::Clean)
}

/// Reads the place that an image is written to.
pub(super) fn output(text: &str) -> Result<Place, Error> {
    match Place::spelt(text)? {
        Some(Place::Registry(_)) => Err(Error::new("images are written to disk here")
            .hint("write `olmcat push REF` to publish the image")),
        Some(place) => Ok(place),
        None => Ok(Place::path(text)),
    }
}
