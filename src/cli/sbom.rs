//! `olmcat sbom`: the bill of materials of a catalog image.

use super::pull_args::PullArgs;
use super::statements::{self, Notation, Subject};
use super::{ExitStatus, Ui};
use crate::diag::Error;
use crate::oci::Place;

/// Print the bill of materials of a catalog image
///
/// It lists every bundle of the catalog by package and version, and every image that bundles need, with package URLs
/// and, where references have them, digests (`olmcat pin` writes them). The same image gives the same document.
/// `olmcat attest --type sbom` and `olmcat push --sbom` publish it beside the image.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The catalog image: a reference, an OCI layout or an archive.
    #[arg(value_name = "PLACE")]
    place: String,
    /// The notation.
    #[arg(long, value_enum, default_value = "cyclonedx", value_name = "NOTATION")]
    sbom_format: Notation,
    /// The time at which the bill is said to be made, in seconds since 1970. Without it, CycloneDX says none, and SPDX
    /// the beginning of 1970.
    #[arg(long, env = "SOURCE_DATE_EPOCH", hide_env_values = true, value_name = "SECONDS")]
    source_date_epoch: Option<u64>,
    #[command(flatten)]
    pull: PullArgs,
}

pub(super) fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Error> {
    let place = Place::parse(&args.place)?;
    let puller = args.pull.puller()?;
    ui.step(format!("reading {place}"));
    let artifact = puller.artifact(&place)?;
    let subject = Subject {
        artifact: &artifact,
        place: &place,
        platform: args.pull.platform(),
        epoch: args.source_date_epoch,
    };
    let Some(bill) = statements::bill(&subject, args.sbom_format, &puller, ui)? else {
        return Ok(ExitStatus::Findings);
    };
    ui.print(&format!("{bill:#}\n"))?;
    Ok(ExitStatus::Clean)
}
