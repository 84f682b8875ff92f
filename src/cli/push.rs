//! `olmcat push`: the catalog image goes to a registry.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::image_args::{self, Built, ImageArgs};
use super::registry_args::RegistryArgs;
use super::transfer::TransferArgs;
use super::trust_args::TrustArgs;
use super::{ExitStatus, Ui};
use crate::diag::Error;
use crate::oci::layout::Layout;
use crate::oci::remote::{Options, Planned};
use crate::oci::{Artifact, Reference};

/// Build the catalog image and push it to a registry
///
/// What the registry has already is not uploaded again, and the tag is set last, so that an
/// interrupted push changes nothing. The digest that the tag names at the end is the only thing on
/// standard output. Logins are those of docker and podman.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where to push: `registry.example/team/catalog:tag`, or several such. If not given, the image of
    /// `catalog/olmcat.yaml`, with the name of the target as its tag.
    #[arg(value_name = "REF")]
    references: Vec<String>,
    /// Further tags in the repository of each reference.
    #[arg(long, value_name = "TAG", value_delimiter = ',')]
    tag: Vec<String>,
    /// Push the image of an OCI layout, a folder or an archive, instead of building one.
    #[arg(long, value_name = "DIR", requires = "references", conflicts_with_all = image_args::OPTIONS)]
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
    #[command(flatten)]
    trust: TrustArgs,
}

pub(super) fn run(args: &Args, root: &Path, ui: &mut Ui) -> Result<ExitStatus, Error> {
    // A reference that cannot be parsed is told before the work begins.
    let given = args.references.iter().map(|text| reference(text)).collect::<Result<Vec<_>, _>>()?;
    let given = tagged(given, &args.tag)?;
    let mut trust = args.trust.ready()?;
    let built = match &args.layout {
        Some(layout) => Built::given(Layout::open(layout)?.artifact(args.name.as_deref())?),
        None => match args.image.build(root, &args.registry, false, ui)? {
            Some(built) => built,
            None => return Ok(ExitStatus::Findings),
        },
    };
    let references = match (given.is_empty(), &built.image) {
        (false, _) => given,
        (true, Some(image)) => {
            tagged(vec![Reference::parse(&format!("{image}:{}", built.target))?], &args.tag)?
        }
        (true, None) => {
            return Err(Error::new("where to push is not said")
                .hint("write `olmcat push REF`, or set `image` in `catalog/olmcat.yaml`"));
        }
    };
    trust.record(&built, &args.image, root)?;
    if args.dry_run {
        for reference in &references {
            ui.step(format!("asking {reference}"));
            let remote = args.registry.remote(reference, args.registry.options())?;
            ui.print(&planned(&remote.plan(&built.artifact, reference)?))?;
        }
        ui.print(&trust.planned(&references, built.artifact.digest()))?;
        return Ok(ExitStatus::Clean);
    }
    // What is in one repository of a registry is mounted in another.
    let mut known: Vec<Reference> = built.base.into_iter().collect();
    for reference in &references {
        let named =
            args.mount_from.iter().map(|name| Reference::parse(&format!("{}/{name}", reference.host())));
        let mut sources = known.clone();
        sources.extend(named.collect::<Result<Vec<_>, _>>()?);
        push(&built.artifact, reference, &sources, &args.registry, &args.transfer, ui)?;
        known.push(reference.clone());
    }
    trust.publish(&built.artifact, &references, args.image.epoch(), &args.registry, ui)?;
    ui.print(&format!("{}\n", built.artifact.digest()))?;
    Ok(ExitStatus::Clean)
}

/// Reads a reference, which may be spelt as skopeo spells it.
fn reference(text: &str) -> Result<Reference, Error> {
    Ok(Reference::parse(text.strip_prefix("docker://").unwrap_or(text))?)
}

/// Adds further tags to each repository, each once.
fn tagged(references: Vec<Reference>, tags: &[String]) -> Result<Vec<Reference>, Error> {
    let mut all = Vec::new();
    for reference in references {
        let repository = format!("{}/{}", reference.host(), reference.repository());
        let more = tags.iter().map(|tag| Reference::parse(&format!("{repository}:{tag}")));
        // Without a tag of its own, those that are named are meant.
        if reference.tag().is_some() || tags.is_empty() {
            all.push(reference);
        }
        all.extend(more.collect::<Result<Vec<_>, _>>()?);
    }
    let mut seen = BTreeSet::new();
    all.retain(|reference| seen.insert(reference.clone()));
    Ok(all)
}

/// Pushes an artifact. Blobs that repositories of the same registry have, among `sources`, are mounted.
pub(super) fn push(
    artifact: &Artifact,
    reference: &Reference,
    sources: &[Reference],
    registry: &RegistryArgs,
    transfer: &TransferArgs,
    ui: &Ui,
) -> Result<(), Error> {
    let options = Options { mount_from: beside(reference, sources), ..registry.options() };
    let remote = registry.remote(reference, options)?;
    let transfer = transfer.show(ui, format!("pushing to {reference}"));
    let pushed = remote.push(artifact, reference, &|progress| transfer.tell(progress))?;
    transfer.end(&pushed);
    Ok(())
}

/// Other repositories of the registry of a reference, each once.
fn beside(reference: &Reference, sources: &[Reference]) -> Vec<String> {
    let elsewhere = |source: &&Reference| {
        source.host() == reference.host() && source.repository() != reference.repository()
    };
    let mut seen = BTreeSet::new();
    let names = sources.iter().filter(elsewhere).map(Reference::api_repository);
    names.filter(|name| seen.insert(name.clone())).collect()
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
