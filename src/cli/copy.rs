//! `olmcat copy`: an image goes from one place to another, byte for byte.

use super::beside::open;
use super::companions;
use super::mirror::{self, Mirrors};
use super::pull_args::PullArgs;
use super::push::push;
use super::transfer::TransferArgs;
use super::{ExitStatus, Ui};
use crate::diag::Error;
use crate::oci::{Artifact, Content, Place, Puller, Reference};

/// Copy an image between registries, OCI layouts and archives
///
/// A place is spelt as skopeo spells it: `docker://REF`, `oci:DIR[:NAME]`, `oci-archive:FILE[:NAME]`; or as a
/// reference, or as a path with a layout or an archive at it. To write a new layout or archive, begin the path with `/`
/// or `./`; one that ends with `.tar` is an archive. Nothing is changed on the way, so the digest stays: of an
/// index all images are copied. What DST has already is not sent again, and within a registry it is mounted. The
/// digest is printed.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where the image is.
    #[arg(value_name = "SRC")]
    source: String,
    /// Where it goes. In a layout, it is named like its tag, or `latest`, unless a name is given; in a registry, a
    /// reference without tag names it by its digest alone.
    #[arg(value_name = "DST")]
    target: String,
    /// Take SRC for a catalog, and copy every image that it needs with it: out of their registries into a layout or an
    /// archive, in which each keeps its reference as its name, and from there below a repository of another registry.
    /// `quay.io/demo/x:v1` becomes `DST/demo/x:v1`; what is named by its digest keeps it, and gets its first 12
    /// digits as a tag. The catalog comes last.
    #[arg(long)]
    all: bool,
    /// Print what tells a cluster of the copies instead of the digest. DST must be in a registry.
    #[arg(long, value_enum, requires = "all")]
    mirrors: Option<Mirrors>,
    /// Take along what is beside the image: signatures and attestations of cosign, and everything that refers to it or
    /// to one of its platforms.
    #[arg(long)]
    referrers: bool,
    #[command(flatten)]
    transfer: TransferArgs,
    #[command(flatten)]
    pull: PullArgs,
}

/// How images are copied.
pub(super) struct Way<'a> {
    pub(super) transfer: &'a TransferArgs,
    pub(super) pull: &'a PullArgs,
    pub(super) puller: &'a Puller,
    /// Whether what is beside an image goes along.
    pub(super) referrers: bool,
    pub(super) ui: &'a Ui,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> Result<ExitStatus, Error> {
    let (source, target) = (Place::parse(&args.source)?, Place::target(&args.target)?);
    let puller = args.pull.puller()?;
    let way =
        Way { transfer: &args.transfer, pull: &args.pull, puller: &puller, referrers: args.referrers, ui };
    if args.all {
        return mirror::run(&source, &target, args.mirrors, &way);
    }
    ui.step(format!("reading {source}"));
    let artifact = read(&source, args, &puller)?;
    let target = target.or_named(|| source.name().unwrap_or_else(|| "latest".to_owned()));
    write(&artifact, &source, &target, &way)?;
    if way.referrers {
        let beside = companions::find(&artifact, &source, &open(&source, args.pull.registry())?, &way)?;
        companions::write(&beside, &target, &way)?;
    }
    ui.print(&format!("{}\n", artifact.digest()))?;
    Ok(ExitStatus::Clean)
}

/// Reads an image; of one for several platforms all of it, unless one is asked for.
fn read(source: &Place, args: &Args, puller: &Puller) -> Result<Artifact, Error> {
    let artifact = puller.artifact(source)?;
    match args.pull.platform() {
        Some(platform) => Ok(Artifact::Image(artifact.image(Some(platform))?.clone())),
        None => Ok(artifact),
    }
}

/// Writes an image to a place.
pub(super) fn write(artifact: &Artifact, source: &Place, target: &Place, way: &Way<'_>) -> Result<(), Error> {
    way.ui.step(format!("writing {target}"));
    let Place::Registry(reference) = target else {
        if let Place::Registry(_) = source {
            // Several at once; what the cache cannot keep meanwhile comes once more.
            way.puller
                .each(&artifact.blobs(), Content::open)
                .into_iter()
                .try_for_each(|opened| opened.map(drop))?;
        }
        return Ok(target.write(artifact, "latest")?);
    };
    let pinned = reference.pinned(artifact.digest());
    let reference = match (reference.tag(), reference.digest()) {
        (None, None) => &pinned,
        _ => reference,
    };
    let from: Vec<Reference> = match source {
        Place::Registry(from) => vec![from.clone()],
        Place::Layout(..) | Place::Archive(..) => Vec::new(),
    };
    push(artifact, reference, &from, way.pull.registry(), way.transfer, way.ui)
}
