//! Sigstore's bundle, version 0.3: an envelope, and by which key it is to be verified. Certificates and logs, which
//! bundles may hold as well, are not looked at: the key that the user trusts decides.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::envelope::Envelope;
use super::key::VerifyingKey;

/// The media type of a bundle, and the type of the artifact that holds one.
pub const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

/// The bundle as JSON. The key is hinted at as cosign does it: by the SHA-256 of its DER.
pub(super) fn write(envelope: &Envelope, key: &VerifyingKey) -> Vec<u8> {
    let hint = BASE64_STANDARD.encode(key.fingerprint().bytes());
    let bundle = json!({
        "mediaType": BUNDLE,
        "verificationMaterial": { "publicKey": { "hint": hint } },
        "dsseEnvelope": envelope.json(true),
    });
    bundle.to_string().into_bytes()
}

/// Reads the envelope of a bundle.
///
/// # Errors
///
/// Says what is wrong, a phrase.
pub(super) fn read(bytes: &[u8]) -> Result<Envelope, String> {
    let bundle: Value = serde_json::from_slice(bytes).map_err(|cause| cause.to_string())?;
    match (bundle["mediaType"].as_str(), bundle.get("dsseEnvelope")) {
        (Some(BUNDLE), Some(envelope)) => Envelope::read(envelope),
        (Some(BUNDLE), None) => Err("it holds no envelope".to_owned()),
        (kind, _) => Err(format!("it is `{}`", kind.unwrap_or("nothing").escape_debug())),
    }
}
