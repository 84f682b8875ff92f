//! What `olmcat push` publishes beside the image: a signature, a bill of materials, the provenance.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::attest::BUILDER;
use super::beside::{self, Signer};
use super::image_args::ImageArgs;
use super::registry_args::RegistryArgs;
use super::statements::{self, Notation};
use super::{Ui, inputs, key_args, onto};
use crate::diag::Error;
use crate::oci::{Artifact, Blob, Digest, Place, Reference, companion_tag};
use crate::trust::{PROVENANCE, STATEMENT, SigningKey, Statement, provenance};

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
}

impl TrustArgs {
    /// Reads the key, before the work begins.
    pub(super) fn ready(&self) -> Result<Trust<'_>, Error> {
        Ok(Trust { args: self, key: self.sign_key.as_deref().map(key_args::signing).transpose()? })
    }
}

impl Trust<'_> {
    /// Whether nothing is.
    fn is_idle(&self) -> bool {
        self.key.is_none() && self.args.sbom.is_none() && !self.args.provenance
    }

    /// What would be published beside an image, in lines.
    pub(super) fn planned(&self, reference: &Reference, digest: Digest) -> String {
        let args = self.args;
        let repository = format!("{}/{}", reference.host(), reference.repository());
        let statements =
            args.sbom.map(Notation::kind).into_iter().chain(args.provenance.then_some(PROVENANCE));
        let mut text = String::new();
        let mut line =
            |what: &str, tag: &str| text += &format!("attach  {what} to {repository}@{digest}{tag}\n");
        if self.key.is_none() {
            statements.for_each(|kind| line(kind, ""));
            return text;
        }
        let legacy = |suffix| format!(", under the tag {}", companion_tag(digest, suffix));
        for notation in &args.signature_format {
            let (signatures, attestations) = match notation {
                beside::Notation::Legacy => (legacy(".sig"), legacy(".att")),
                beside::Notation::Bundle => Default::default(),
            };
            line("a signature", &signatures);
            statements.clone().for_each(|kind| line(kind, &attestations));
        }
        text
    }

    /// Publishes it beside an image that was pushed to some references, once in each repository.
    pub(super) fn publish(
        &self,
        artifact: &Artifact,
        references: &[Reference],
        image: &ImageArgs,
        root: &Path,
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
        let mut seen = BTreeSet::new();
        for reference in references {
            if seen.insert((reference.host(), reference.repository())) {
                ui.step(format!("signing {reference}"));
                self.beside(artifact, reference, image, root, registry, ui).map_err(about)?;
            }
        }
        Ok(())
    }

    fn beside(
        &self,
        artifact: &Artifact,
        reference: &Reference,
        image: &ImageArgs,
        root: &Path,
        registry: &RegistryArgs,
        ui: &Ui,
    ) -> Result<(), Error> {
        // The digest, since the tag may name something else by now.
        let place = Place::Registry(reference.pinned(artifact.digest()));
        let subject = beside::Subject::find(&place, registry)?;
        let signer = self.key.as_ref().map(|key| Signer { key, notations: &self.args.signature_format });
        let mut statements: Vec<(&str, &str, Value)> = Vec::new();
        if let Some(notation) = self.args.sbom {
            // The tag is part of the name by which the bill knows the image.
            let place = Place::Registry(reference.clone());
            let digest = artifact.digest();
            let of =
                statements::Subject { artifact, place: &place, platform: None, digest, epoch: image.epoch() };
            let bill = statements::bill(&of, notation, &onto::puller(registry)?, ui)?;
            let bill = bill.ok_or_else(|| Error::new("the catalog cannot be read back"))?;
            statements.push((notation.kind(), notation.media_type(), bill));
        }
        if self.args.provenance {
            let build = inputs::build(image, root, registry, &self.args.builder_id)?;
            statements.push((PROVENANCE, STATEMENT, provenance(&build)));
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
                _ => statement.predicate.to_string().into_bytes(),
            };
            let document = Blob::new(media_type, document);
            subject.attach(media_type, &[(document, BTreeMap::new())], &BTreeMap::new())?;
        }
        Ok(())
    }
}
