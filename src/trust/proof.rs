//! Signatures and attestations, made and judged.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use super::bundle;
use super::envelope::Envelope;
use super::key::{SigningKey, VerifyingKey};
use super::payload::Payload;
use super::statement::{self, SIGNATURE, Statement};
use crate::oci::{Digest, Reference};

/// How signatures and attestations are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// As cosign does before version 3, under tags; podman, CRI-O and catalogd verify no other.
    Legacy,
    /// Sigstore's bundle, in an artifact that refers to the image.
    Bundle,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Format::Legacy => "legacy",
            Format::Bundle => "bundle",
        })
    }
}

/// A signature that was made: the bytes to publish, and what stands beside them in the legacy format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The document: payload, envelope or bundle.
    pub document: Vec<u8>,
    /// The signature in base64 where it is not in the document.
    pub signature: String,
}

/// What was found beside an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// A legacy signature: a payload, and the signature over it in base64.
    Signature {
        /// What is signed.
        payload: Vec<u8>,
        /// The signature.
        signature: String,
    },
    /// A legacy attestation: an envelope.
    Attestation(Vec<u8>),
    /// A bundle, which is one or the other.
    Bundle(Vec<u8>),
    /// A bundle that is missing or damaged: why.
    Unread(String),
}

/// What a proof must be about.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The image.
    pub digest: Digest,
    /// What it is called: a repository, or with a tag exactly that. Without it, any name will do.
    pub identity: Option<&'a Reference>,
    /// Whose signature it must be.
    pub key: &'a VerifyingKey,
}

/// What a proof proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attested {
    /// How it is written.
    pub format: Format,
    /// The kind of statement; [`SIGNATURE`] for a signature.
    pub kind: String,
    /// The name under which a legacy signature was made.
    pub identity: Option<String>,
}

/// Why a proof proves nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It is not what it should be: why.
    Garbled(String),
    /// Another key made the signature, or what is signed was changed.
    OtherKey,
    /// It is about other images.
    OtherImage(Vec<Digest>),
    /// It is about the image under another name.
    OtherName(String),
}

/// Signs an image. Only the legacy format knows the name.
pub fn sign(digest: Digest, identity: &str, format: Format, key: &SigningKey) -> Signed {
    match format {
        Format::Legacy => {
            let document = Payload { identity: identity.to_owned(), digest }.bytes();
            let signature = BASE64_STANDARD.encode(key.sign(&document));
            Signed { document, signature }
        }
        Format::Bundle => {
            let statement =
                Statement { name: None, digest, kind: SIGNATURE.to_owned(), predicate: json!({}).into() };
            attest(&statement, format, key)
        }
    }
}

/// Signs a statement.
pub fn attest(statement: &Statement, format: Format, key: &SigningKey) -> Signed {
    let envelope = Envelope::sign(statement.bytes(), key);
    let document = match format {
        Format::Legacy => envelope.json(false).to_string().into_bytes(),
        Format::Bundle => bundle::write(&envelope, &key.verifying()),
    };
    Signed { document, signature: String::new() }
}

impl Proof {
    /// How it is written.
    pub fn format(&self) -> Format {
        match self {
            Proof::Bundle(_) | Proof::Unread(_) => Format::Bundle,
            Proof::Signature { .. } | Proof::Attestation(_) => Format::Legacy,
        }
    }

    /// Judges what was found. The signature comes first: nothing that a stranger wrote is interpreted.
    ///
    /// # Errors
    ///
    /// It proves nothing.
    pub fn judge(&self, wanted: &Wanted<'_>) -> Result<Attested, Fault> {
        match self {
            Proof::Unread(why) => Err(Fault::Garbled(why.clone())),
            Proof::Signature { payload, signature } => signed(payload, signature, wanted),
            Proof::Attestation(bytes) => {
                let value =
                    serde_json::from_slice(bytes).map_err(|cause| Fault::Garbled(cause.to_string()))?;
                let envelope = Envelope::read(&value).map_err(Fault::Garbled)?;
                stated(&envelope, Format::Legacy, wanted)
            }
            Proof::Bundle(bytes) => {
                stated(&bundle::read(bytes).map_err(Fault::Garbled)?, Format::Bundle, wanted)
            }
        }
    }
}

fn signed(payload: &[u8], signature: &str, wanted: &Wanted<'_>) -> Result<Attested, Fault> {
    if signature.is_empty() {
        return Err(Fault::Garbled("there is a payload, but no signature".to_owned()));
    }
    let signature = BASE64_STANDARD
        .decode(signature)
        .map_err(|_| Fault::Garbled("the signature is not base64".to_owned()))?;
    if !wanted.key.verify(payload, &signature) {
        return Err(Fault::OtherKey);
    }
    let payload = Payload::read(payload).map_err(Fault::Garbled)?;
    if payload.digest != wanted.digest {
        return Err(Fault::OtherImage(vec![payload.digest]));
    }
    if wanted.identity.is_some_and(|wanted| !is_named(&payload.identity, wanted)) {
        return Err(Fault::OtherName(payload.identity));
    }
    let kind = SIGNATURE.to_owned();
    Ok(Attested { format: Format::Legacy, kind, identity: Some(payload.identity) })
}

fn stated(envelope: &Envelope, format: Format, wanted: &Wanted<'_>) -> Result<Attested, Fault> {
    if !envelope.is_signed_by(wanted.key) {
        return Err(Fault::OtherKey);
    }
    let said = statement::read(&envelope.payload).map_err(Fault::Garbled)?;
    if !said.digests.contains(&wanted.digest) {
        return Err(Fault::OtherImage(said.digests));
    }
    Ok(Attested { format, kind: said.kind, identity: None })
}

/// Whether an identity is the name that is wanted. Cosign signs repositories, podman tags: a tag counts where both
/// have one.
fn is_named(identity: &str, wanted: &Reference) -> bool {
    let Ok(identity) = Reference::parse(identity) else { return false };
    let is_repository = (identity.host(), identity.repository()) == (wanted.host(), wanted.repository());
    let tags = identity.tag().zip(wanted.tag());
    is_repository && tags.is_none_or(|(signed, wanted)| signed == wanted)
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Garbled(why) => write!(f, "it cannot be read: {why}"),
            Fault::OtherKey => f.write_str("it is not made with this key"),
            Fault::OtherImage(digests) if digests.is_empty() => f.write_str("it is about no image"),
            Fault::OtherImage(digests) => {
                let digests: Vec<String> = digests.iter().take(3).map(Digest::to_string).collect();
                write!(f, "it is about another image: {}", digests.join(", "))
            }
            Fault::OtherName(name) => write!(f, "it is about `{}`", name.escape_debug()),
        }
    }
}
