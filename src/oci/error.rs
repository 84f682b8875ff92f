//! What could not be done with an image: the reason, its kind and the remedy.
//!
//! Must not know operators, nor hold a secret: passwords and tokens never reach a message.

use std::fmt;
use std::path::Path;

/// An error about an image, a layout or a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// What failed and why: a phrase, lower-case start, no full stop.
    pub message: String,
    /// What to do, in the imperative.
    pub hint: Option<String>,
    /// What sort of failure it is.
    pub kind: Kind,
}

/// The sorts of failure that a caller may want to tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// What was given is wrong: a reference, a path, a setting.
    Input,
    /// A file could not be read or written.
    File,
    /// Bytes are not what their digest or size says.
    Corrupt,
    /// It is more than a limit allows.
    TooLarge,
    /// Nobody answered: refused, unknown host, TLS, timeout, broken connection.
    Unreachable,
    /// Status 401: who are you.
    Unauthorized,
    /// Status 403: you may not.
    Forbidden,
    /// Status 404: there is no such thing.
    NotFound,
    /// Status 429: too many requests.
    TooManyRequests,
    /// Any other answer that the protocol does not foresee.
    Registry,
}

impl Error {
    /// Makes an error.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Error { message: message.into(), hint: None, kind }
    }

    /// Adds the remedy.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Whether what was asked for is not there, or not what it should be. What else is beside it may be well.
    pub fn is_hole(&self) -> bool {
        matches!(self.kind, Kind::NotFound | Kind::Corrupt)
    }

    /// Makes the error of a file operation: `cannot <verb> <path>: <cause>`.
    pub(super) fn io(verb: &str, path: &Path, cause: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let error = Error::new(Kind::File, format!("cannot {verb} {}: {cause}", path.display()));
        match cause.kind() {
            ErrorKind::NotFound => {
                error.hint("check the path; relative paths start at the current directory")
            }
            ErrorKind::PermissionDenied => error.hint("check who owns the file and its mode"),
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                error.hint("free some space; nothing was replaced")
            }
            ErrorKind::FileTooLarge => {
                error.hint("raise the limit (`ulimit -f`), or use another disk; nothing was replaced")
            }
            ErrorKind::ReadOnlyFilesystem => error.hint("choose an output folder that can be written"),
            ErrorKind::NotADirectory => error.hint("check the path: a part of it is a file"),
            _ => error,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
