//! What `olmcat push` publishes beside the image: a signature, a bill of materials, the provenance.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::attest::BUILDER;
use super::beside::{self, Signer};
use super::image_args::{Built, ImageArgs};
use super::registry_args::RegistryArgs;
use super::statements::{self, Notation};
use super::{Ui, inputs, key_args, onto};
use crate::diag::Error;
use crate::oci::{Artifact, Blob, Digest, Place, Reference, companion_tag};
use crate::trust::{PROVENANCE, Predicate, STATEMENT, SigningKey, Statement, provenance};

/// What is published beside an image.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Trust")]
pub(super) struct TrustArgs {
    /// Sign what was pushed, and what is attested of it, with this private key: a file in PEM, or `env://NAME`, as in
    /// `olmcat sign`.
    #[arg(long, value_name = "KEY", allow_hyphen_values = true)]
    sign_key: Option<String>,
    /// How signatures are written; both can be named.
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        value_name = "FORMATS",
        default_value = "legacy",
        requires = "sign_key"
    )]
    signature_format: Vec<beside::Notation>,
    /// Publish the bill of materials of the catalog: attested with the key, or without one attached as it is.
    #[arg(long, value_enum, num_args = 0..=1, default_missing_value = "cyclonedx", require_equals = true, value_name = "NOTATION")]
    sbom: Option<Notation>,
    /// Publish what the image was built from, as the bill of materials is published.
    #[arg(long, conflicts_with = "layout")]
    provenance: bool,
    /// Who is trusted to have built the image so: a URI.
    #[arg(long, value_name = "URI", default_value = BUILDER, requires = "provenance")]
    builder_id: String,
}

/// What is published, with the key at hand.
pub(super) struct Trust<'a> {
    args: &'a TrustArgs,
    key: Option<SigningKey>,
    /// What the image was built from.
    provenance: Option<Predicate>,
}

impl TrustArgs {
    /// Reads the key, before the work begins.
    pub(super) fn ready(&self) -> Result<Trust<'_>, Error> {
        let key = self.sign_key.as_deref().map(key_args::signing).transpose()?;
        Ok(Trust { args: self, key, provenance: None })
    }
}

impl Trust<'_> {
    /// Keeps what an image was built from, if that is to be published. It must be known before the push: after it, files
    /// may be others, and a tag that was built upon names the image itself.
    pub(super) fn record(&mut self, built: &Built, image: &ImageArgs, root: &Path) -> Result<(), Error> {
        if self.args.provenance {
            let build = inputs::build(built, image, root, &self.args.builder_id)?;
            self.provenance = Some(provenance(&build).into());
        }
        Ok(())
    }

    /// Whether nothing is.
    fn is_idle(&self) -> bool {
        self.key.is_none() && self.args.sbom.is_none() && self.provenance.is_none()
    }

    /// What would be published beside an image, in lines.
    pub(super) fn planned(&self, references: &[Reference], digest: Digest) -> String {
        let mut text = String::new();
        for reference in each_repository(references) {
            self.plan(reference, digest, &mut text);
        }
        text
    }

    fn plan(&self, reference: &Reference, digest: Digest, text: &mut String) {
        let repository = format!("{}/{}", reference.host(), reference.repository());
        let provenance = self.provenance.as_ref().map(|_| PROVENANCE);
        let statements = self.args.sbom.map(Notation::kind).into_iter().chain(provenance);
        let mut line =
            |what: &str, tag: &str| *text += &format!("attach  {what} to {repository}@{digest}{tag}\n");
        if self.key.is_none() {
            return statements.for_each(|kind| line(kind, ""));
        }
        let legacy = |suffix| format!(", under the tag {}", companion_tag(digest, suffix));
        for notation in &self.args.signature_format {
            let (signatures, attestations) = match notation {
                beside::Notation::Legacy => (legacy(".sig"), legacy(".att")),
                beside::Notation::Bundle => Default::default(),
            };
            line("a signature", &signatures);
            statements.clone().for_each(|kind| line(kind, &attestations));
        }
    }

    /// Publishes it beside an image that was pushed to some references, once in each repository.
    pub(super) fn publish(
        &self,
        artifact: &Artifact,
        references: &[Reference],
        epoch: Option<u64>,
        registry: &RegistryArgs,
        ui: &Ui,
    ) -> Result<(), Error> {
        if self.is_idle() {
            return Ok(());
        }
        let about = |mut error: Error| {
            error.message = format!("the image is published, but not all beside it: {}", error.message);
            error
        };
        for reference in each_repository(references) {
            ui.step(format!("signing {reference}"));
            // The digest, since the tag may name something else by now.
            let reference = reference.pinned(artifact.digest());
            self.beside(artifact, &reference, epoch, registry, ui).map_err(about)?;
        }
        Ok(())
    }

    fn beside(
        &self,
        artifact: &Artifact,
        reference: &Reference,
        epoch: Option<u64>,
        registry: &RegistryArgs,
        ui: &Ui,
    ) -> Result<(), Error> {
        let subject = beside::Subject::pushed(artifact, reference, registry)?;
        let signer = self.key.as_ref().map(|key| Signer { key, notations: &self.args.signature_format });
        let mut statements: Vec<(&str, &str, Predicate)> = Vec::new();
        if let Some(notation) = self.args.sbom {
            let place = Place::Registry(reference.clone());
            let of = statements::Subject { artifact, place: &place, platform: None, epoch };
            let bill = statements::bill(&of, notation, &onto::puller(registry)?, ui)?;
            let bill = bill.ok_or_else(|| Error::new("the catalog cannot be read back"))?;
            statements.push((notation.kind(), notation.media_type(), bill.into()));
        }
        if let Some(provenance) = &self.provenance {
            statements.push((PROVENANCE, STATEMENT, provenance.clone()));
        }
        if let Some(signer) = signer {
            subject.sign(signer, subject.name().as_deref())?;
        }
        for (kind, media_type, predicate) in statements {
            let (name, digest) = (subject.name(), subject.digest());
            let statement = Statement { name, digest, kind: kind.to_owned(), predicate };
            if let Some(signer) = signer {
                subject.attest(&statement, signer)?;
                continue;
            }
            let document = match media_type {
                STATEMENT => statement.bytes(),
                _ => statement.predicate.as_str().into(),
            };
            let document = Blob::new(media_type, document);
            subject.attach(media_type, &[(document, BTreeMap::new())], &BTreeMap::new())?;
        }
        Ok(())
    }
}

/// The first reference in each repository.
fn each_repository(references: &[Reference]) -> impl Iterator<Item = &Reference> {
    let mut seen = BTreeSet::new();
    references.iter().filter(move |reference| seen.insert((reference.host(), reference.repository())))
}
