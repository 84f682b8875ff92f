//! DSSE envelopes: a statement and the signatures over it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::key::{SigningKey, VerifyingKey};

/// The media type of an envelope.
pub const ENVELOPE: &str = "application/vnd.dsse.envelope.v1+json";
/// The media type of a statement of in-toto, which envelopes hold.
pub const STATEMENT: &str = "application/vnd.in-toto+json";
/// More signatures than anybody puts on one envelope.
const SIGNATURES: usize = 32;

/// A statement that is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// What is signed, and of what media type it is.
    pub(super) payload: Vec<u8>,
    kind: String,
    signatures: Vec<Vec<u8>>,
}

impl Envelope {
    /// Signs a statement.
    pub fn sign(payload: Vec<u8>, key: &SigningKey) -> Self {
        let signature = key.sign(&encoded(STATEMENT, &payload));
        Envelope { payload, kind: STATEMENT.to_owned(), signatures: vec![signature] }
    }

    /// Whether one of its signatures is that of the key.
    pub(super) fn is_signed_by(&self, key: &VerifyingKey) -> bool {
        let message = encoded(&self.kind, &self.payload);
        self.signatures.iter().any(|signature| key.verify(&message, signature))
    }

    /// The envelope as JSON. In a bundle of Sigstore, no signature has an empty name.
    pub(super) fn json(&self, in_bundle: bool) -> Value {
        let signature = |signature: &Vec<u8>| match in_bundle {
            true => json!({ "sig": BASE64_STANDARD.encode(signature) }),
            false => json!({ "keyid": "", "sig": BASE64_STANDARD.encode(signature) }),
        };
        json!({
            "payload": BASE64_STANDARD.encode(&self.payload),
            "payloadType": self.kind,
            "signatures": self.signatures.iter().map(signature).collect::<Value>(),
        })
    }

    /// Reads an envelope.
    ///
    /// # Errors
    ///
    /// Says what is wrong, a phrase.
    pub(super) fn read(value: &Value) -> Result<Self, String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Wire {
            payload: String,
            payload_type: String,
            signatures: Vec<Signature>,
        }
        #[derive(Deserialize)]
        struct Signature {
            sig: String,
        }
        let wire = Wire::deserialize(value).map_err(|cause| cause.to_string())?;
        if wire.payload_type != STATEMENT {
            return Err(format!("it holds `{}`, not a statement", wire.payload_type.escape_debug()));
        }
        if wire.signatures.len() > SIGNATURES {
            return Err(format!("it has more than {SIGNATURES} signatures"));
        }
        let bytes = |text: &str| BASE64_STANDARD.decode(text).map_err(|_| "it is not base64".to_owned());
        let signatures = wire.signatures.iter().map(|signature| bytes(&signature.sig));
        Ok(Envelope {
            payload: bytes(&wire.payload)?,
            kind: wire.payload_type,
            signatures: signatures.collect::<Result<_, _>>()?,
        })
    }
}

/// The bytes that are signed: kind and payload, each behind its length, so that none passes for another
/// ("pre-authentication encoding").
fn encoded(kind: &str, payload: &[u8]) -> Vec<u8> {
    let mut message = format!("DSSEv1 {} {kind} {} ", kind.len(), payload.len()).into_bytes();
    message.extend_from_slice(payload);
    message
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn the_example_of_the_protocol() {
        let message = encoded("http://example.com/HelloWorld", b"hello world");
        assert_eq!(message, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }
}
