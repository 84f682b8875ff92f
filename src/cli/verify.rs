//! `olmcat verify`: whether the signatures and attestations of an image hold.

use serde_json::json;

use super::beside::{Found, Subject, told};
use super::key_args;
use super::registry_args::RegistryArgs;
use super::statements::kind_of;
use super::{ExitStatus, Ui};
use crate::diag::{Code, Diagnostic, Error, Report, codes};
use crate::oci::{Place, Reference};
use crate::report::Format;
use crate::text::{Place as Spot, Sources};
use crate::trust::{Attested, SIGNATURE, Wanted};

/// Verify the signature of an image, and attestations of it
///
/// A signature of the key must be there, in either format. The verified digest is printed: use the image by it, since
/// a tag may move meanwhile. What was verified is told on standard error, or with `--format json` in the object
/// that is printed; formats that know but findings print that there are none, and the digest is told on standard error,
/// too. If nothing of the key is there, or what is there is about another image or another name, the
/// findings say so, and the exit code is 1.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The image: a reference, an OCI layout or an archive.
    #[arg(value_name = "PLACE")]
    place: String,
    /// The public key, ECDSA over P-256: a file in PEM, or `env://NAME` for a variable that holds one.
    #[arg(long, value_name = "KEY", allow_hyphen_values = true)]
    key: String,
    /// The name for which the image must be signed; if not given, its own repository, and on disk any. A tag counts
    /// where the signature has one, too. Bundles know no names.
    #[arg(long, value_name = "REF")]
    identity: Option<String>,
    /// What must be attested beside: `cyclonedx`, `spdx`, `slsaprovenance`, `sbom` for either of the first two, or
    /// the URI of a predicate type.
    #[arg(long, value_name = "TYPE", value_delimiter = ',')]
    attestation: Vec<String>,
    #[command(flatten)]
    registry: RegistryArgs,
}

pub(super) fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Error> {
    let key = key_args::verifying(&args.key)?;
    let identity = args.identity.as_deref().map(Reference::parse).transpose()?;
    let place = Place::parse(&args.place)?;
    ui.step(format!("verifying {place}"));
    let subject = Subject::find(&place, &args.registry)?;
    let identity = identity.as_ref().or(subject.reference.as_ref());
    let wanted = Wanted { digest: subject.digest(), identity, key: &key };
    let found = subject.proofs()?;
    let (mut proved, mut faults) = (Vec::new(), Vec::new());
    for Found { what, proof } in &found {
        match proof.judge(&wanted) {
            Ok(attested) if !proved.contains(&attested) => proved.push(attested),
            Ok(_) => {}
            Err(fault) => faults.push(format!("{what}: {fault}")),
        }
    }
    let missing = missing(&proved, &args.attestation);
    if missing.is_empty() {
        return verified(&subject, &proved, ui);
    }
    let sources = Sources::default();
    let mut report = Report::default();
    let spot = Spot::file(sources.add(place.to_string(), Vec::new()));
    let mut finding = |code: &'static Code, message: String, help: &str| {
        let mut finding = Diagnostic::new(code, spot.clone(), message);
        finding.help(help);
        report.push(finding);
    };
    for what in missing {
        let message = format!("no {what} of this key for {}", subject.digest());
        finding(
            &codes::UNSIGNED_IMAGE,
            message,
            "publish it with `olmcat sign`, `olmcat attest` or `olmcat push --sign-key`",
        );
    }
    for fault in faults {
        finding(&codes::INVALID_SIGNATURE, fault, "do not use the image until you know who published this");
    }
    ui.report(&mut report, &sources)
}

/// What is wanted and was not proved, in words.
fn missing(proved: &[Attested], attestations: &[String]) -> Vec<String> {
    let has = |kinds: &[&str]| proved.iter().any(|proved| kinds.contains(&proved.kind.as_str()));
    let mut missing = Vec::new();
    if !has(&[SIGNATURE]) {
        missing.push("signature".to_owned());
    }
    let lacks = |wanted: &&String| !has(&kind_of(wanted));
    missing.extend(attestations.iter().filter(lacks).map(|wanted| format!("attestation `{wanted}`")));
    missing
}

fn verified(subject: &Subject, proved: &[Attested], ui: &Ui) -> Result<ExitStatus, Error> {
    if ui.format() == Format::Json {
        let one = |proved: &Attested| json!({ "format": proved.format.to_string(), "kind": proved.kind, "identity": proved.identity });
        let verified: Vec<_> = proved.iter().map(one).collect();
        ui.print(&format!("{:#}\n", json!({ "digest": subject.digest(), "verified": verified })))?;
        return Ok(ExitStatus::Clean);
    }
    if !ui.is_quiet() {
        proved.iter().for_each(|proved| ui.note(&format!("verified: {}", told(proved))));
    }
    if matches!(ui.format(), Format::Human | Format::Concise) {
        ui.print(&format!("{}\n", subject.digest()))?;
        return Ok(ExitStatus::Clean);
    }
    // Whoever asks for such a document reads no other.
    ui.note(&subject.digest().to_string());
    ui.report(&mut Report::default(), &Sources::default())
}
