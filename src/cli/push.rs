//! `olmcat push`: the catalog image goes to a registry.

use std::path::{Path, PathBuf};

use super::build::ImageArgs;
use super::pull_args::RegistryArgs;
use super::{ExitStatus, Ui, project};
use crate::diag::{Error, Report};
use crate::oci::layout::Layout;
use crate::oci::remote::{Progress, Remote};
use crate::oci::{Artifact, Reference};
use crate::text::Sources;

/// Build the catalog image and push it to a registry
///
/// What the registry has already is not uploaded again, and the tag is set last, so that an
/// interrupted push changes nothing. The digest that the tag names at the end is the only thing on
/// standard output. Logins are those of docker and podman.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where to push: `registry.example/team/catalog:tag`. If not given, the image of
    /// `catalog/olmcat.yaml`, with the name of the target as its tag.
    #[arg(value_name = "REF")]
    reference: Option<String>,
    /// Push the image of an OCI layout instead of building one.
    #[arg(long, value_name = "DIR", requires = "reference", conflicts_with_all = ["target", "platform", "onto", "packages", "flavour", "server"])]
    layout: Option<PathBuf>,
    /// The name of the image in the layout, if it has several.
    #[arg(long, value_name = "NAME", requires = "layout")]
    name: Option<String>,
    #[command(flatten)]
    registry: RegistryArgs,
    #[command(flatten)]
    image: ImageArgs,
}

pub(super) fn run(args: &Args, root: &Path, ui: &mut Ui) -> Result<ExitStatus, Error> {
    // A reference that cannot be parsed is told before the work begins.
    let given = args.reference.as_deref().map(Reference::parse).transpose()?;
    if let (Some(layout), Some(reference)) = (&args.layout, &given) {
        let artifact = Layout::open(layout)?.artifact(args.name.as_deref())?;
        return push(args, &artifact, reference, ui);
    }
    let (sources, mut report) = (Sources::default(), Report::default());
    let project = project::check(root, &sources, &mut report, ui)?;
    if ui.report_aside(&mut report, &sources) == ExitStatus::Findings {
        return Ok(ExitStatus::Findings);
    }
    let Some((artifact, tag)) = args.image.make(&project, &args.registry, ui)? else {
        return Ok(ExitStatus::Findings);
    };
    let reference = match (given, &project.settings.image) {
        (Some(reference), _) => reference,
        (None, Some(image)) => Reference::parse(&format!("{image}:{tag}"))?,
        (None, None) => {
            return Err(Error::new("where to push is not said")
                .hint("write `olmcat push REF`, or set `image` in `catalog/olmcat.yaml`"));
        }
    };
    push(args, &artifact, &reference, ui)
}

fn push(args: &Args, artifact: &Artifact, reference: &Reference, ui: &Ui) -> Result<ExitStatus, Error> {
    ui.step(format!("pushing to {reference}"));
    let report = |progress: Progress<'_>| match progress {
        Progress::Sent { bytes, size, .. } => {
            ui.step(format!("pushing to {reference}: {bytes} of {size} bytes"))
        }
        Progress::Retry { doing, why, wait } => {
            ui.step(format!("{doing} failed ({why}), trying again in {} s", wait.as_secs().max(1)));
        }
        _ => {}
    };
    let pushed = Remote::new(reference, args.registry.options())?.push(artifact, reference, &report)?;
    ui.print(&format!("{}\n", pushed.digest))?;
    Ok(ExitStatus::Clean)
}
