//! `olmcat sign`: an image gets a signature.

use super::beside::{Notation, Signer, Subject};
use super::key_args;
use super::registry_args::RegistryArgs;
use super::{ExitStatus, Ui};
use crate::diag::Error;
use crate::oci::{Place, Reference};

/// Sign an image with a key
///
/// What the place names is signed, of an index the index itself. The signature goes beside the image, into the same
/// repository, layout or archive, and the digest that was signed is printed. Signing again with the same key
/// changes nothing. Who signs the same image at the same time is waited for on disk; registries know no locks, so there
/// the list of signatures is read again after it was written, and completed if somebody else wrote it meanwhile, which
/// makes a loss unlikely but not impossible. Nothing is sent to a transparency log: verify with `olmcat verify`, with
/// `cosign verify --insecure-ignore-tlog`, or with `sigstoreSigned` in `policy.json` of podman, CRI-O and catalogd.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The image: a reference, an OCI layout or an archive.
    #[arg(value_name = "PLACE")]
    place: String,
    #[command(flatten)]
    signing: SigningArgs,
    #[command(flatten)]
    registry: RegistryArgs,
}

/// The key and the formats.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct SigningArgs {
    /// The private key, ECDSA over P-256: a file in PEM (PKCS#8, SEC1, or cosign's, for which COSIGN_PASSWORD has the
    /// password), or `env://NAME` for a variable that holds one.
    #[arg(long, value_name = "KEY", allow_hyphen_values = true)]
    key: String,
    /// How signatures are written; both can be named.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "FORMATS", default_value = "legacy")]
    signature_format: Vec<Notation>,
    /// The name that the legacy format signs; if not given, the repository without tag, as cosign has it: `policy.json`
    /// then needs `signedIdentity` of type `matchRepository`. With a tag, the signature is good for this tag alone.
    #[arg(long, value_name = "REF")]
    identity: Option<String>,
}

pub(super) fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Error> {
    let key = key_args::signing(&args.signing.key)?;
    let identity = args.signing.identity.as_deref();
    identity.map(Reference::parse).transpose()?;
    let place = Place::parse(&args.place)?;
    ui.step(format!("signing {place}"));
    let subject = Subject::find(&place, &args.registry)?;
    let name = subject.name();
    let signer = Signer { key: &key, notations: &args.signing.signature_format };
    subject.sign(signer, identity.or(name.as_deref()))?;
    ui.print(&format!("{}\n", subject.digest()))?;
    Ok(ExitStatus::Clean)
}
