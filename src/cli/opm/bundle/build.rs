//! `opm alpha bundle build`: without a container engine.

use std::path::PathBuf;

use super::generate::{BundleArgs, generate};
use crate::cli::opm::Stop;
use crate::cli::opm::source::Opener;
use crate::cli::{ExitStatus, Ui};
use crate::diag::Error;
use crate::image;
use crate::load;
use crate::oci::remote::Remote;
use crate::oci::{Reference, layout};

/// Build a bundle image
///
/// The image is made here, without docker or podman, and pushed to the tag; `--tag oci:DIR:NAME` writes it
/// to an OCI layout instead. Its digest is printed.
#[derive(Debug, clap::Args)]
pub(in crate::cli::opm) struct Args {
    #[command(flatten)]
    bundle: BundleArgs,
    /// The reference to push to, or `oci:DIR:NAME`.
    #[arg(long, short)]
    tag: String,
    /// Write metadata that is there anew.
    #[arg(long, short)]
    overwrite: bool,
    /// Taken and ignored: no container engine is needed.
    #[arg(long, short = 'b', default_value = "docker", value_name = "TOOL")]
    image_builder: String,
    /// Taken and ignored: the image has no base.
    #[arg(long, default_value = "scratch", value_name = "IMAGE")]
    base_image: String,
}

/// Where the image goes.
enum Target {
    Layout(PathBuf, String),
    Registry(Reference),
}

impl Target {
    fn parse(tag: &str) -> Result<Self, Error> {
        let Some(layout) = tag.strip_prefix("oci:") else {
            return Ok(Target::Registry(Reference::parse(tag)?));
        };
        let (folder, name) = layout.rsplit_once(':').unwrap_or((layout, "latest"));
        Ok(Target::Layout(folder.into(), name.to_owned()))
    }
}

pub(super) fn run(args: &Args, opener: &Opener, ui: &Ui) -> Result<ExitStatus, Stop> {
    let target = Target::parse(&args.tag)?;
    let generated = generate(&args.bundle, args.overwrite, ui)?;
    let mut files = load::files_below(&generated.manifests, "manifests")?;
    files.extend(load::files_below(&generated.folder, "metadata")?);
    ui.step("building the image");
    let artifact = image::bundle(&files, &generated.metadata.labels(), &image::Options::default())?;
    match target {
        Target::Layout(folder, name) => layout::write(&folder, &artifact, &name)?,
        Target::Registry(reference) => {
            ui.step(format!("pushing to {reference}"));
            Remote::new(&reference, opener.options()?.remote)?.push(&artifact, &reference, &|_| {})?;
        }
    }
    ui.print(&format!("{}\n", artifact.digest()))?;
    Ok(ExitStatus::Clean)
}
