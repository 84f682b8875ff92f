//! What a signature of cosign's legacy format is over: "simple signing" (containers-signature(5)), in the bytes
//! that cosign writes.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::oci::Digest;

/// The media type of the payload.
pub const PAYLOAD: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
const KIND: &str = "cosign container image signature";

/// What a payload says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Payload {
    /// The image, as who signed it calls it.
    pub(super) identity: String,
    /// What was signed.
    pub(super) digest: Digest,
}

impl Payload {
    /// The bytes that are signed: keys in their order, no blanks.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let critical = json!({
            "identity": { "docker-reference": self.identity },
            "image": { "docker-manifest-digest": self.digest },
            "type": KIND,
        });
        json!({ "critical": critical, "optional": null }).to_string().into_bytes()
    }

    /// Reads a payload, as strictly as podman does: in `critical`, nothing may be there that is not understood.
    ///
    /// # Errors
    ///
    /// Says what is wrong, a phrase.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Outer {
            critical: Critical,
            #[serde(rename = "optional")]
            _optional: Option<Value>,
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Critical {
            identity: Identity,
            image: Image,
            #[serde(rename = "type")]
            kind: String,
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        struct Identity {
            docker_reference: String,
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        struct Image {
            docker_manifest_digest: Digest,
        }
        let outer: Outer = serde_json::from_slice(bytes).map_err(|cause| cause.to_string())?;
        if outer.critical.kind != KIND {
            return Err(format!("its type is `{}`", outer.critical.kind.escape_debug()));
        }
        let identity = outer.critical.identity.docker_reference;
        Ok(Payload { identity, digest: outer.critical.image.docker_manifest_digest })
    }
}
