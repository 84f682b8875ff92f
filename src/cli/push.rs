//! `olmcat push`: the catalog image goes to a registry.

use std::path::{Path, PathBuf};

use super::build::ImageArgs;
use super::registry_args::RegistryArgs;
use super::transfer::TransferArgs;
use super::{ExitStatus, Ui, project};
use crate::diag::{Error, Report};
use crate::oci::layout::Layout;
use crate::oci::remote::{Options, Planned};
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
    #[arg(long, value_name = "DIR", requires = "reference", conflicts_with_all = ["target", "platform", "onto", "packages"])]
    layout: Option<PathBuf>,
    /// The name of the image in the layout, if it has several.
    #[arg(long, value_name = "NAME", requires = "layout")]
    name: Option<String>,
    /// Print what would be sent, and send nothing.
    #[arg(long)]
    dry_run: bool,
    /// Repositories of the same registry that may hold some of the blobs: `team/base,team/other`. The registry
    /// takes them from there, so that they are not uploaded.
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    mount_from: Vec<String>,
    #[command(flatten)]
    transfer: TransferArgs,
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
    let beside = |name: &String| Reference::parse(&format!("{}/{name}", reference.host()));
    let sources = args.mount_from.iter().map(|name| Ok(beside(name)?.api_repository()));
    let mount_from = sources.collect::<Result<_, Error>>()?;
    let options = Options { mount_from, ..args.registry.options() };
    let remote = args.registry.remote(reference, options)?;
    if args.dry_run {
        ui.step(format!("asking {reference}"));
        ui.print(&planned(&remote.plan(artifact, reference)?))?;
        return Ok(ExitStatus::Clean);
    }
    let transfer = args.transfer.show(ui, format!("pushing to {reference}"));
    let pushed = remote.push(artifact, reference, &|progress| transfer.tell(progress))?;
    transfer.end(&pushed);
    ui.print(&format!("{}\n", pushed.digest))?;
    Ok(ExitStatus::Clean)
}

/// What a push would do, in lines.
fn planned(plan: &[Planned]) -> String {
    let mut text = String::new();
    for Planned { descriptor, exists } in plan {
        let what = if *exists { "exists" } else { "send  " };
        let (digest, size, kind) = (descriptor.digest, descriptor.size, &descriptor.media_type);
        text += &format!("{what}  {digest}  {size:>12}  {kind}\n");
    }
    let sent = || plan.iter().filter(|planned| !planned.exists);
    let bytes: u64 = sent().map(|planned| planned.descriptor.size).sum();
    text + &format!("{} of {} to send, {bytes} bytes\n", sent().count(), plan.len())
}
