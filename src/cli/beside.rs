//! What is published beside an image: signatures, attestations and other artifacts, wherever the image is.

use std::collections::BTreeMap;

use clap::ValueEnum;

use super::registry_args::RegistryArgs;
use crate::diag::Error;
use crate::oci::{
    self, Artifact, Blob, Content, Descriptor, Digest, Image, Place, Reference, Repository, companion_tag,
};
use crate::trust::{
    Attested, BUNDLE, ENVELOPE, Format, PAYLOAD, Proof, SIGNATURE, Signed, SigningKey, Statement, Wanted,
    attest, sign,
};

/// Where cosign writes a signature in its legacy format.
const SIGNATURE_NOTE: &str = "dev.cosignproject.cosign/signature";
/// Where it writes what an attestation says.
const PREDICATE_NOTE: &str = "predicateType";
const SIGNATURES: &str = ".sig";
const ATTESTATIONS: &str = ".att";
/// More bundles, and more bytes of them, than any image has beside it that is not attacked.
const BUNDLES: usize = 200;
const BYTES: usize = 128 << 20;
/// The tags that cosign makes of a digest; the last one is of before 2023.
pub(super) const SUFFIXES: [&str; 3] = [SIGNATURES, ATTESTATIONS, ".sbom"];

/// How signatures are written, as the command line names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Notation {
    /// cosign's of before version 3, under the tag `sha256-<digest>.sig`: podman, CRI-O and catalogd verify it.
    Legacy,
    /// Sigstore's bundle in a referrer, as cosign 3 writes it.
    Bundle,
}

impl Notation {
    fn format(self) -> Format {
        match self {
            Notation::Legacy => Format::Legacy,
            Notation::Bundle => Format::Bundle,
        }
    }
}

/// How and with which key something is signed.
#[derive(Clone, Copy)]
pub(super) struct Signer<'a> {
    pub(super) key: &'a SigningKey,
    pub(super) notations: &'a [Notation],
}

/// An image, and the repository or layout in which it is.
pub(super) struct Subject {
    pub(super) repository: Repository,
    /// The image.
    pub(super) descriptor: Descriptor,
    /// Its reference, if it is in a registry.
    pub(super) reference: Option<Reference>,
}

/// A proof as it was found, and where, in words.
pub(super) struct Found {
    pub(super) what: String,
    pub(super) proof: Proof,
}

impl Subject {
    /// Finds the image of a place.
    pub(super) fn find(place: &Place, registry: &RegistryArgs) -> Result<Self, Error> {
        let repository = open(place, registry)?;
        let reference = match place {
            Place::Registry(reference) => Some(reference.clone()),
            Place::Layout(..) | Place::Archive(..) => None,
        };
        let descriptor = repository.resolve()?;
        Ok(Subject { repository, descriptor, reference })
    }

    /// The image that was just pushed to a reference. Nobody is asked what it is: that would be believed.
    pub(super) fn pushed(
        artifact: &Artifact,
        reference: &Reference,
        registry: &RegistryArgs,
    ) -> Result<Self, Error> {
        let repository = open(&Place::Registry(reference.clone()), registry)?;
        let descriptor = artifact.manifest().descriptor();
        Ok(Subject { repository, descriptor, reference: Some(reference.clone()) })
    }

    pub(super) fn digest(&self) -> Digest {
        self.descriptor.digest
    }

    /// `HOST/REPOSITORY`, if it is in a registry.
    pub(super) fn name(&self) -> Option<String> {
        let reference = self.reference.as_ref()?;
        Some(format!("{}/{}", reference.host(), reference.repository()))
    }

    /// Signs it, under a name that the legacy format has; a signature that is there is not made again.
    pub(super) fn sign(&self, signer: Signer<'_>, identity: Option<&str>) -> Result<(), Error> {
        // Before anything is written, also where a bundle comes first.
        let identity = match identity {
            None if signer.notations.contains(&Notation::Legacy) => {
                return Err(Error::new("the legacy format signs a name, and an image on disk has none")
                    .hint("say what it will be called with `--identity registry.example/team/catalog`, or choose `--signature-format bundle`"));
            }
            identity => identity.unwrap_or_default(),
        };
        for notation in signer.notations {
            let format = notation.format();
            if format == Format::Bundle {
                let signed = sign(self.digest(), "", format, signer.key);
                self.attach_bundle(&signed, SIGNATURE)?;
                continue;
            }
            let key = signer.key.verifying();
            let wanted = Wanted { digest: self.digest(), identity: None, key: &key };
            let is_there = |found: &Found| {
                found.proof.judge(&wanted).is_ok_and(|proved| proved.identity.as_deref() == Some(identity))
            };
            let signed = sign(self.digest(), identity, format, signer.key);
            let notes = BTreeMap::from([(SIGNATURE_NOTE.to_owned(), signed.signature)]);
            let document = Blob::new(PAYLOAD, signed.document);
            self.list(SIGNATURES, &document, &notes, |old| Ok(legacy(old)?.iter().any(is_there)))?;
        }
        Ok(())
    }

    /// Attests something of it; a statement that is there is not made again.
    pub(super) fn attest(&self, statement: &Statement, signer: Signer<'_>) -> Result<(), Error> {
        for notation in signer.notations {
            let format = notation.format();
            let signed = attest(statement, format, signer.key);
            if format == Format::Bundle {
                self.attach_bundle(&signed, &statement.kind)?;
                continue;
            }
            let document = Blob::new(ENVELOPE, signed.document);
            let notes = [(SIGNATURE_NOTE, ""), (PREDICATE_NOTE, statement.kind.as_str())];
            let notes = notes.map(|(key, value)| (key.to_owned(), value.to_owned()));
            self.list(ATTESTATIONS, &document, &notes.into(), |old| {
                let is_it = |layer: &Content| layer.digest() == document.digest();
                Ok(old.is_some_and(|old| old.layers().iter().any(is_it)))
            })?;
        }
        Ok(())
    }

    /// Attaches documents as an artifact of some type. Returns what it is called.
    pub(super) fn attach(
        &self,
        artifact_type: &str,
        documents: &[(Blob, BTreeMap<String, String>)],
        annotations: &BTreeMap<String, String>,
    ) -> Result<Digest, Error> {
        let artifact = Artifact::Image(Image::about(&self.descriptor, artifact_type, documents, annotations));
        let digest = artifact.digest();
        self.repository.add(&[(None, artifact)])?;
        Ok(digest)
    }

    fn attach_bundle(&self, signed: &Signed, kind: &str) -> Result<(), Error> {
        let notes =
            [("dev.sigstore.bundle.content", "dsse-envelope"), ("dev.sigstore.bundle.predicateType", kind)];
        let notes = notes.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let document = (Blob::new(BUNDLE, signed.document.clone()), BTreeMap::new());
        self.attach(BUNDLE, &[document], &notes.into()).map(|_| ())
    }

    /// The list of documents under one of cosign's tags.
    fn listed(&self, suffix: &str) -> Result<Option<Image>, Error> {
        Ok(self.repository.tagged(&companion_tag(self.digest(), suffix))?)
    }

    /// Adds a document to such a list, unless it is there.
    fn list(
        &self,
        suffix: &str,
        document: &Blob,
        notes: &BTreeMap<String, String>,
        is_there: impl Fn(Option<&Image>) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        self.repository.change(&companion_tag(self.digest(), suffix), |old| match is_there(old)? {
            true => Ok(None),
            false => Ok(Some(Image::listing(old, document, notes)?)),
        })
    }

    /// Everything beside it that may prove something, of both formats.
    pub(super) fn proofs(&self) -> Result<Vec<Found>, Error> {
        let mut found = legacy(self.listed(SIGNATURES)?.as_ref())?;
        found.extend(legacy(self.listed(ATTESTATIONS)?.as_ref())?);
        let is_bundle = |referrer: &Descriptor| referrer.artifact_type.as_deref() == Some(BUNDLE);
        let (mut bundles, mut bytes) = (0, 0);
        for referrer in self.repository.referrers(self.digest())?.iter().filter(|it| is_bundle(it)) {
            let what = format!("bundle {}", referrer.digest);
            let proofs = match self.bundles(referrer) {
                // A list may keep what its registry swept away.
                Err(hole) if hole.is_hole() => vec![Proof::Unread(hole.message)],
                bundles => bundles?.into_iter().map(Proof::Bundle).collect(),
            };
            for proof in proofs {
                bundles += 1;
                bytes += if let Proof::Bundle(document) = &proof { document.len() } else { 0 };
                if bundles > BUNDLES || bytes > BYTES {
                    let message = format!(
                        "more than {BUNDLES} bundles, or {BYTES} bytes of them, refer to {}",
                        self.digest()
                    );
                    return Err(Error::new(message)
                        .hint("delete what nobody needs; an attacker may have filled the list"));
                }
                found.push(Found { what: what.clone(), proof });
            }
        }
        Ok(found)
    }

    /// The bundles in an artifact.
    fn bundles(&self, referrer: &Descriptor) -> Result<Vec<Vec<u8>>, oci::Error> {
        let Artifact::Image(image) = self.repository.artifact(referrer)? else { return Ok(Vec::new()) };
        let documents = image.documents()?.into_iter().filter(|(document, _)| document.media_type == BUNDLE);
        Ok(documents.map(|(_, bytes)| bytes).collect())
    }
}

/// Opens the repository, the layout or the archive of an image.
pub(super) fn open(place: &Place, registry: &RegistryArgs) -> Result<Repository, Error> {
    Repository::at(place, |reference| registry.remote(reference, registry.options()))
}

/// The proofs of a list of documents. What else is in it is not ours to judge.
fn legacy(listing: Option<&Image>) -> Result<Vec<Found>, Error> {
    let documents = listing.map(Image::documents).transpose()?.unwrap_or_default();
    let found = documents.into_iter().filter_map(|(descriptor, bytes)| {
        let digest = descriptor.digest;
        match descriptor.media_type.as_str() {
            PAYLOAD => {
                let signature = descriptor.annotations.get(SIGNATURE_NOTE).cloned().unwrap_or_default();
                let proof = Proof::Signature { payload: bytes, signature };
                Some(Found { what: format!("signature {digest}"), proof })
            }
            ENVELOPE => {
                Some(Found { what: format!("attestation {digest}"), proof: Proof::Attestation(bytes) })
            }
            _ => None,
        }
    });
    Ok(found.collect())
}

/// What was proved, in words.
pub(super) fn told(proved: &Attested) -> String {
    let Attested { format, kind, identity } = proved;
    match (kind.as_str(), identity) {
        (SIGNATURE, Some(identity)) => format!("signature, {format} format, as {}", identity.escape_debug()),
        (SIGNATURE, None) => format!("signature, {format} format"),
        (kind, _) => format!("attestation, {format} format: {}", kind.escape_debug()),
    }
}
