//! Statements of in-toto: what is said of which images.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use crate::oci::Digest;

/// What cosign says when it signs: nothing but that it did.
pub const SIGNATURE: &str = "https://sigstore.dev/cosign/sign/v1";
/// How something was built (SLSA, version 1).
pub const PROVENANCE: &str = "https://slsa.dev/provenance/v1";
/// A bill of materials of CycloneDX.
pub const CYCLONEDX: &str = "https://cyclonedx.org/bom";
/// A bill of materials of SPDX.
pub const SPDX: &str = "https://spdx.dev/Document";

const KIND: &str = "https://in-toto.io/Statement/v1";
/// What cosign still writes.
const OLD_KIND: &str = "https://in-toto.io/Statement/v0.1";

/// A statement: a predicate about an image.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// Which image, where that is known: its repository. Nobody judges by it.
    pub name: Option<String>,
    /// The image.
    pub digest: Digest,
    /// What sort of thing is said: a URI.
    pub kind: String,
    /// What is said.
    pub predicate: Predicate,
}

/// What a statement says: JSON, to the byte. A tree would change it: long numbers lose digits, and of a key that is
/// there twice one goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Predicate(String);

impl Predicate {
    /// Takes JSON as it stands.
    ///
    /// # Errors
    ///
    /// It is none.
    pub fn read(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str::<IgnoredAny>(text).map(|_| Predicate(text.trim().to_owned()))
    }

    /// The JSON.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Value> for Predicate {
    fn from(value: Value) -> Self {
        Predicate(value.to_string())
    }
}

/// What is read of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) digests: Vec<Digest>,
    pub(super) kind: String,
}

impl Statement {
    /// The statement as JSON.
    pub fn bytes(&self) -> Vec<u8> {
        let mut subject = json!({ "digest": { "sha256": self.digest.hex() } });
        if let Some(name) = &self.name {
            subject["name"] = name.as_str().into();
        }
        // Keys in their order, no blanks, as everything else that is signed.
        let (kind, subject) = (json!(self.kind), json!([subject]));
        let predicate = self.predicate.as_str();
        let statement = format!(
            "{{\"_type\":\"{KIND}\",\"predicate\":{predicate},\"predicateType\":{kind},\"subject\":{subject}}}"
        );
        statement.into_bytes()
    }
}

/// Reads of which images a statement says what.
///
/// # Errors
///
/// Says what is wrong, a phrase.
pub(super) fn read(bytes: &[u8]) -> Result<Said, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Wire {
        #[serde(rename = "_type")]
        kind: String,
        subject: Vec<Subject>,
        predicate_type: String,
    }
    #[derive(Deserialize)]
    struct Subject {
        digest: Digests,
    }
    #[derive(Deserialize)]
    struct Digests {
        sha256: Option<String>,
    }
    let wire: Wire = serde_json::from_slice(bytes).map_err(|cause| cause.to_string())?;
    if ![KIND, OLD_KIND].contains(&wire.kind.as_str()) {
        return Err(format!("it is a `{}`", wire.kind.escape_debug()));
    }
    let digest = |subject: &Subject| format!("sha256:{}", subject.digest.sha256.as_deref()?).parse().ok();
    Ok(Said { digests: wire.subject.iter().filter_map(digest).collect(), kind: wire.predicate_type })
}
