//! `olmcat attest`: something is said of an image, and signed.

use std::fmt;
use std::path::{Path, PathBuf};

use super::beside::{Notation, Signer, Subject};
use super::image_args::ImageArgs;
use super::registry_args::RegistryArgs;
use super::statements::{self, kind_of};
use super::{ExitStatus, Ui, inputs, key_args, onto};
use crate::diag::Error;
use crate::load;
use crate::oci::Place;
use crate::trust::{CYCLONEDX, PROVENANCE, Predicate, SPDX, Statement, provenance};

/// The largest predicate that is read, in bytes.
const LIMIT: u64 = 16 << 20;

/// Attest something of an image: its bill of materials, how it was built, or what a file says
///
/// A statement of in-toto is signed and published beside the image, and the digest of the image is printed. For
/// `slsaprovenance` the image is built once more from the project with the options under *Image*, and what comes must
/// be what PLACE names: the statement then lists settings, templates, bundles and base images with their digests.
/// Attesting the same again changes nothing.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The image: a reference, an OCI layout or an archive.
    #[arg(value_name = "PLACE")]
    place: String,
    /// What is attested: `sbom` or `cyclonedx`, `spdx`, `slsaprovenance`, or the URI of a predicate type.
    #[arg(long = "type", value_name = "TYPE")]
    kind: String,
    /// A file with the predicate, JSON, instead of one that is made.
    #[arg(long, value_name = "FILE")]
    predicate: Option<PathBuf>,
    /// The private key: a file in PEM, or `env://NAME`, as in `olmcat sign`.
    #[arg(long, value_name = "KEY", allow_hyphen_values = true)]
    key: String,
    /// How the attestation is written: cosign's under a tag, or a bundle; both can be named.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "FORMATS", default_value = "legacy")]
    signature_format: Vec<Notation>,
    /// Who is trusted to have built the image so, in its provenance: a URI.
    #[arg(long, value_name = "URI", default_value = BUILDER)]
    builder_id: String,
    #[command(flatten)]
    registry: RegistryArgs,
    #[command(flatten)]
    image: ImageArgs,
}

/// The builder if nobody says which.
pub(super) const BUILDER: &str = "urn:olmcat:local";

pub(super) fn run(args: &Args, root: &Path, ui: &Ui) -> Result<ExitStatus, Error> {
    let key = key_args::signing(&args.key)?;
    let kind = match kind_of(&args.kind).first() {
        Some(kind) if kind.contains(':') => (*kind).to_owned(),
        _ => {
            return Err(Error::new(format!("`{}` is not a type of attestation", args.kind))
                .hint("write `sbom`, `cyclonedx`, `spdx`, `slsaprovenance`, or a URI"));
        }
    };
    if args.predicate.is_some() || kind != PROVENANCE {
        nothing_is_built(args)?;
    }
    let place = Place::parse(&args.place)?;
    ui.step(format!("attesting {place}"));
    let subject = Subject::find(&place, &args.registry)?;
    let Some(predicate) = predicate(args, &kind, &place, &subject, root, ui)? else {
        return Ok(ExitStatus::Findings);
    };
    let statement = Statement { name: subject.name(), digest: subject.digest(), kind, predicate };
    subject.attest(&statement, Signer { key: &key, notations: &args.signature_format })?;
    ui.print(&format!("{}\n", subject.digest()))?;
    Ok(ExitStatus::Clean)
}

fn predicate(
    args: &Args,
    kind: &str,
    place: &Place,
    subject: &Subject,
    root: &Path,
    ui: &Ui,
) -> Result<Option<Predicate>, Error> {
    if let Some(path) = &args.predicate {
        let bytes = load::read_file(path, LIMIT)?;
        let fault = |cause: &dyn fmt::Display| {
            Error::new(format!("{} is not JSON: {cause}", path.display()))
                .hint("give the predicate alone; the statement around it is made here")
        };
        let text = std::str::from_utf8(&bytes).map_err(|cause| fault(&cause))?;
        return Predicate::read(text).map(Some).map_err(|cause| fault(&cause));
    }
    let notation = match kind {
        CYCLONEDX => statements::Notation::Cyclonedx,
        SPDX => statements::Notation::Spdx,
        PROVENANCE => return built(args, subject, root, ui),
        _ => {
            return Err(Error::new(format!("what `{kind}` says is not known here"))
                .hint("give the predicate as a file with `--predicate FILE`"));
        }
    };
    let puller = onto::puller(&args.registry)?;
    // The digest, and not the tag, which may have moved since.
    let pinned = match place {
        Place::Registry(reference) => Place::Registry(reference.pinned(subject.digest())),
        Place::Layout(..) | Place::Archive(..) => place.clone(),
    };
    let artifact = puller.artifact(&pinned)?;
    let epoch = args.image.epoch();
    let bill = statements::Subject { artifact: &artifact, place, platform: None, epoch };
    Ok(statements::bill(&bill, notation, &puller, ui)?.map(Predicate::from))
}

/// Refuses options of the build and of its provenance, which would change nothing of what is attested.
fn nothing_is_built(args: &Args) -> Result<(), Error> {
    let builder = (args.builder_id != BUILDER).then(|| "builder-id".to_owned());
    let Some(option) = args.image.given().or(builder) else { return Ok(()) };
    Err(Error::new(format!("`--{option}` says how an image is built, and here none is"))
        .hint("leave it out, or attest `--type slsaprovenance` without `--predicate`"))
}

/// Builds the image once more: only who can is believed to know how.
fn built(args: &Args, subject: &Subject, root: &Path, ui: &Ui) -> Result<Option<Predicate>, Error> {
    let Some(built) = args.image.build(root, &args.registry, false, ui)? else { return Ok(None) };
    if built.artifact.digest() != subject.digest() {
        return Err(Error::new(format!(
            "the project builds {}, but the image is {}",
            built.artifact.digest(),
            subject.digest()
        ))
        .hint("check out what it was built from, and give the options with which it was built"));
    }
    if built.is_onto_itself() {
        return Err(Error::new(
            "the image of `--onto` is the image itself, which was built from another one",
        )
        .hint("name by its digest the catalog that was there before: `--onto REF@sha256:...`"));
    }
    Ok(Some(provenance(&inputs::build(&built, &args.image, root, &args.builder_id)?).into()))
}
