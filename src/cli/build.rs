//! `olmcat build`: the project becomes a catalog image in an OCI layout.

use std::path::{Path, PathBuf};

use super::project::{self, Project};
use super::{ExitStatus, Ui};
use crate::diag::{Error, Report};
use crate::image;
use crate::oci::{Artifact, Platform, layout};
use crate::text::Sources;

/// Check the project, render its catalog, and write the catalog image to an OCI layout
///
/// The digest of the image is the only thing on standard output, and the same for the same input on
/// every machine. `skopeo copy oci:DIR:TAG ...` and `olmcat push --layout DIR` take it from there.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The OCI layout to write; other images in it stay.
    #[arg(long, short, default_value = "target/image", value_name = "DIR")]
    output: PathBuf,
    /// Do everything but write; findings, too, if a rendered catalog of the project is stale.
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    image: ImageArgs,
}

/// What an image is made of.
#[derive(Debug, clap::Args)]
pub(super) struct ImageArgs {
    /// The target of `catalog/olmcat.yaml` to build; the first if not given.
    #[arg(long, value_name = "NAME")]
    pub(super) target: Option<String>,
    /// Make an index of these platforms, which share the one layer: `linux/amd64,linux/arm64`.
    #[arg(long, value_delimiter = ',', value_name = "OS/ARCH")]
    platform: Vec<String>,
    /// The time that files and image carry, in seconds since 1970.
    #[arg(long, env = "SOURCE_DATE_EPOCH", hide_env_values = true, value_name = "SECONDS")]
    source_date_epoch: Option<u64>,
}

pub(super) fn run(args: &Args, root: &Path, ui: &mut Ui) -> Result<ExitStatus, Error> {
    let (sources, mut report) = (Sources::default(), Report::default());
    let project = project::check(root, &sources, &mut report, ui)?;
    if ui.report_aside(&mut report, &sources) == ExitStatus::Findings {
        return Ok(ExitStatus::Findings);
    }
    let (artifact, tag) = args.image.make(&project, ui)?;
    if args.check {
        if !project.is_fresh(root, ui) {
            return Ok(ExitStatus::Findings);
        }
    } else {
        ui.step("writing the image");
        layout::write(&args.output, &artifact, &tag)?;
    }
    ui.print(&format!("{}\n", artifact.digest()))?;
    Ok(ExitStatus::Clean)
}

impl ImageArgs {
    /// Makes the image of a checked project, and says what its target is called.
    pub(super) fn make(&self, project: &Project<'_>, ui: &Ui) -> Result<(Artifact, String), Error> {
        let target = project.target(self.target.as_deref())?;
        ui.step("rendering the catalog");
        let files = project.texts(&target).into_iter();
        let files =
            files.map(|(package, text)| (format!("{package}/catalog.yaml"), text.into_bytes())).collect();
        let platforms =
            self.platform.iter().map(|platform| platform.parse::<Platform>()).collect::<Result<_, _>>()?;
        ui.step("building the image");
        let options =
            image::Options { epoch: self.source_date_epoch, platforms, ..image::Options::default() };
        Ok((image::catalog(files, &options)?, target.name))
    }
}
