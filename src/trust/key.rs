//! Keys: ECDSA over P-256 with SHA-256, which is what cosign makes and everybody verifies.

use std::fmt;

use p256::ecdsa::signature::{Signer as _, Verifier as _};
use p256::ecdsa::{self, Signature};
use p256::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _, EncodePublicKey as _};

use super::pem::{self, Block};
use super::sealed;
use crate::diag::Error;
use crate::oci::Digest;

/// A private key. Nothing prints it.
pub struct SigningKey(ecdsa::SigningKey);

/// A public key.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifyingKey(ecdsa::VerifyingKey);

impl SigningKey {
    /// Reads a key in PEM: PKCS#8 (`PRIVATE KEY`), SEC1 (`EC PRIVATE KEY`), or cosign's, for which `password` is
    /// asked.
    ///
    /// # Errors
    ///
    /// It is no such key; the password is wrong. The error shows nothing of either.
    pub fn read(text: &[u8], password: impl FnOnce() -> Result<String, Error>) -> Result<Self, Error> {
        let blocks = pem::read(text)?;
        // `openssl ecparam -genkey` writes the curve before the key.
        let block = blocks.iter().find(|block| block.label.ends_with("PRIVATE KEY"));
        let Some(Block { label, bytes }) = block else {
            let label = blocks.first().map_or("nothing", |block| block.label.as_str());
            return Err(Error::new(format!("a private key is needed to sign, and this is `{label}`"))
                .hint("give the private key; the public one is for `olmcat verify`"));
        };
        let key = match label.as_str() {
            "PRIVATE KEY" => ecdsa::SigningKey::from_pkcs8_der(bytes).ok(),
            "EC PRIVATE KEY" => {
                p256::SecretKey::from_sec1_der(bytes).ok().map(|key| ecdsa::SigningKey::from(&key))
            }
            "ENCRYPTED SIGSTORE PRIVATE KEY" | "ENCRYPTED COSIGN PRIVATE KEY" => {
                let opened = sealed::open(bytes, password()?.as_bytes())?;
                ecdsa::SigningKey::from_pkcs8_der(&opened).ok()
            }
            "ENCRYPTED PRIVATE KEY" => {
                return Err(Error::new("the key is encrypted in a way that is not known here")
                    .hint("turn it into cosign's with `cosign import-key-pair --key FILE`, or write it without password: `openssl pkcs8 -topk8 -nocrypt -in FILE -out NEW`"));
            }
            _ => None,
        };
        key.map(SigningKey).ok_or_else(|| other_kind("private key"))
    }

    /// Signs a message: the signature in DER, always the same for the same message (RFC 6979).
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature: Signature = self.0.sign(message);
        signature.to_der().as_bytes().to_vec()
    }

    /// The public key that belongs to it.
    pub fn verifying(&self) -> VerifyingKey {
        VerifyingKey(*self.0.verifying_key())
    }
}

impl VerifyingKey {
    /// Reads a key in PEM: a public one (`PUBLIC KEY`), or the public half of what [`SigningKey::read`] reads.
    ///
    /// # Errors
    ///
    /// It is no such key; the password of a private one is wrong.
    pub fn read(text: &[u8], password: impl FnOnce() -> Result<String, Error>) -> Result<Self, Error> {
        let blocks = pem::read(text)?;
        match blocks.iter().find(|block| block.label == "PUBLIC KEY") {
            Some(block) => ecdsa::VerifyingKey::from_public_key_der(&block.bytes)
                .map(VerifyingKey)
                .map_err(|_| other_kind("public key")),
            None if blocks.iter().any(|block| block.label.ends_with("PRIVATE KEY")) => {
                Ok(SigningKey::read(text, password)?.verifying())
            }
            None if blocks.iter().any(|block| block.label.ends_with("CERTIFICATE")) => {
                Err(Error::new("a public key is needed to verify, and this is a certificate")
                    .hint("take the key out of it: `openssl x509 -pubkey -noout -in FILE`"))
            }
            None => Err(other_kind("public key")),
        }
    }

    /// Whether a signature, in DER, is that of the key over a message.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_der(signature).is_ok_and(|signature| self.0.verify(message, &signature).is_ok())
    }

    /// What the key is called: the digest of its DER.
    pub fn fingerprint(&self) -> Digest {
        let der = self.0.to_public_key_der().map(|der| der.as_bytes().to_vec());
        Digest::of(&der.unwrap_or_default())
    }
}

fn other_kind(what: &str) -> Error {
    Error::new(format!("the {what} is not one of ECDSA over P-256"))
        .hint("make one with `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256`, or `cosign generate-key-pair`")
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({})", self.fingerprint())
    }
}
