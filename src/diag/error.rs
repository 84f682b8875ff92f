//! What we could not do: a file that cannot be read, a registry that does not answer.

use std::fmt;

/// An error, with the remedy where one is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// What could not be done and why: a phrase, lower-case start, no full stop.
    pub message: String,
    /// What to do, in the imperative.
    pub hint: Option<String>,
}

impl Error {
    /// Makes an error.
    pub fn new(message: impl Into<String>) -> Self {
        Error { message: message.into(), hint: None }
    }

    /// Adds the remedy.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Makes the error of a file operation: `cannot <verb> <path>: <cause>`.
    pub fn io(verb: &str, path: &std::path::Path, cause: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let error = Error::new(format!("cannot {verb} {}: {cause}", path.display()));
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
            ErrorKind::ReadOnlyFilesystem => error.hint("choose a folder that can be written"),
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
