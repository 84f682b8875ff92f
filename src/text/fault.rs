//! What is wrong with a text as text.

use std::ops::Range;

/// A text that cannot be read as the notation it should be in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// A phrase, lower-case start, no full stop.
    pub message: String,
    /// The guilty bytes of the file.
    pub span: Range<usize>,
    /// How to mend it, in the imperative.
    pub help: Option<&'static str>,
}

impl Fault {
    /// Makes a fault at `span`.
    pub fn new(message: impl Into<String>, span: Range<usize>) -> Self {
        Fault { message: message.into(), span, help: None }
    }

    /// Adds the remedy.
    #[must_use]
    pub fn help(mut self, help: &'static str) -> Self {
        self.help = Some(help);
        self
    }
}
