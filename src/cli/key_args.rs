//! Keys, from a file or from the environment. A key is never an argument: other users of the machine see those.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::password;
use crate::diag::Error;
use crate::trust::{SigningKey, VerifyingKey};

/// The largest file that is looked at as a key.
const LIMIT: u64 = 64 << 10;
/// What stands before the name of a variable.
const ENV: &str = "env://";

/// Reads the private key that an argument names: a file, or `env://NAME`.
///
/// # Errors
/// When it cannot be read, is no such key, or its password is wrong.
pub(super) fn signing(key: &str) -> Result<SigningKey, Error> {
    SigningKey::read(&text(key)?, passphrase)
}

/// Reads the public key that an argument names; of a private one, its public half counts.
///
/// # Errors
/// As [`signing`].
pub(super) fn verifying(key: &str) -> Result<VerifyingKey, Error> {
    VerifyingKey::read(&text(key)?, passphrase)
}

fn text(key: &str) -> Result<Vec<u8>, Error> {
    if key.contains("-----BEGIN") {
        return Err(Error::new("a key must not be an argument, which everybody on this machine can read")
            .hint("write it into a file, or into a variable and name that: `--key env://NAME`"));
    }
    if let Some(name) = key.strip_prefix(ENV) {
        let value = std::env::var(name).ok().filter(|value| !value.is_empty());
        return value.map(String::into_bytes).ok_or_else(|| {
            Error::new(format!("the variable {name} holds no key")).hint("set it to the key in PEM")
        });
    }
    let path = Path::new(key);
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LIMIT + 1).read_to_end(&mut bytes));
    read.map_err(|cause| Error::io("read", path, &cause))?;
    Ok(bytes)
}

/// The password of an encrypted key: that of cosign's variable, or what is typed.
fn passphrase() -> Result<String, Error> {
    match std::env::var("COSIGN_PASSWORD") {
        Ok(password) => Ok(password),
        Err(_) => password::ask("password of the key", true, "set COSIGN_PASSWORD; it may be empty"),
    }
}
