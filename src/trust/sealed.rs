//! Cosign's private keys: JSON that names its parameters, scrypt (RFC 7914) for the password, and NaCl's secretbox
//! around a key in PKCS#8.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use poly1305::Poly1305;
use poly1305::universal_hash::KeyInit as _;
use salsa20::XSalsa20;
use salsa20::cipher::{KeyIvInit as _, StreamCipher as _};
use serde::Deserialize;

use crate::diag::Error;

/// Cosign takes 64 MiB; a file that wants more memory than this is not honest.
const MEMORY: u64 = 256 << 20;
/// Cosign works once.
const ROUNDS: u32 = 4;

#[derive(Deserialize)]
struct Sealed {
    kdf: Derivation,
    cipher: Cipher,
    ciphertext: String,
}

#[derive(Deserialize)]
struct Derivation {
    name: String,
    params: Parameters,
    salt: String,
}

#[derive(Deserialize)]
struct Parameters {
    #[serde(rename = "N")]
    cost: u64,
    r: u32,
    p: u32,
}

#[derive(Deserialize)]
struct Cipher {
    name: String,
    nonce: String,
}

/// Opens a key; what comes is PKCS#8.
pub(super) fn open(json: &[u8], password: &[u8]) -> Result<Vec<u8>, Error> {
    let fault = |why: &str| {
        Error::new(format!("the encrypted key cannot be read: {why}"))
            .hint("make it again with `cosign generate-key-pair` or `cosign import-key-pair`")
    };
    let sealed: Sealed = serde_json::from_slice(json).map_err(|_| fault("it is not what cosign writes"))?;
    if (sealed.kdf.name.as_str(), sealed.cipher.name.as_str()) != ("scrypt", "nacl/secretbox") {
        return Err(fault("only scrypt with nacl/secretbox is known"));
    }
    let bytes = |text: &str| BASE64_STANDARD.decode(text).map_err(|_| fault("it is not base64"));
    let (salt, nonce, mut boxed) =
        (bytes(&sealed.kdf.salt)?, bytes(&sealed.cipher.nonce)?, bytes(&sealed.ciphertext)?);
    let nonce: [u8; 24] = nonce.try_into().map_err(|_| fault("its nonce has not 24 bytes"))?;
    if boxed.len() < 16 {
        return Err(fault("it is too short"));
    }
    let key = derive(&sealed.kdf.params, &salt, password)
        .ok_or_else(|| fault("its password would take more memory or time to check than an honest key's"))?;

    // The first 32 bytes of the stream are the key of the tag, which stands before what it is about.
    let message = boxed.split_off(16);
    let mut stream = XSalsa20::new(&key.into(), &nonce.into());
    let mut tag_key = [0; 32];
    stream.apply_keystream(&mut tag_key);
    let tag = Poly1305::new(&tag_key.into()).compute_unpadded(&message);
    // Who compares, compares what only the owner of the file can see.
    if tag.as_slice() != boxed {
        return Err(Error::new("the password does not open the key")
            .hint("set COSIGN_PASSWORD to the password of the key; it may be empty"));
    }
    let mut message = message;
    stream.apply_keystream(&mut message);
    Ok(message)
}

fn derive(parameters: &Parameters, salt: &[u8], password: &[u8]) -> Option<[u8; 32]> {
    let Parameters { cost, r, p } = *parameters;
    let memory = cost.checked_mul(128)?.checked_mul(u64::from(r))?;
    if !cost.is_power_of_two() || memory > MEMORY || p > ROUNDS {
        return None;
    }
    let log_cost = u8::try_from(cost.trailing_zeros()).ok()?;
    let parameters = scrypt::Params::new(log_cost, r, p).ok()?;
    let mut key = [0; 32];
    scrypt::scrypt(password, salt, &parameters, &mut key).ok()?;
    Some(key)
}
