//! Splits a stream into documents, as text, the way Kubernetes' `YAMLReader` does.

use std::ops::Range;

use crate::text::Fault;

/// A document of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its bytes, without the separators.
    pub bytes: Range<usize>,
    /// Whether it holds anything but blanks and comments.
    pub has_content: bool,
}

/// Splits a text at the lines that start with `---`, which must hold nothing else but a comment.
///
/// # Errors
/// At the first separator that carries content (`--- {a: b}`), which Kubernetes' reader refuses.
pub fn documents(text: &str) -> Result<Vec<Document>, Fault> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut start = 0;
    // An iterator over separators only, so that long lines cost one fast search.
    let finder = memchr::memmem::Finder::new("\n---");
    let mut search = 0;
    let mut separator = if bytes.starts_with(b"---") { Some(0) } else { None };
    loop {
        let at = match separator.take() {
            Some(at) => Some(at),
            None => finder.find(&bytes[search..]).map(|at| search + at + 1),
        };
        let Some(at) = at else { break };
        let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |newline| at + newline + 1);
        let rest = text[at + 3..end].trim_matches([' ', '\t', '\r', '\n']);
        if !rest.is_empty() && !rest.starts_with('#') {
            return Err(Fault::new(
                "a document separator carries content",
                at..at + text[at..end].trim_end().len(),
            )
            .help("put `---` on a line of its own"));
        }
        push(text, start..at, &mut found);
        start = end;
        search = end.saturating_sub(1);
    }
    push(text, start..bytes.len(), &mut found);
    Ok(found)
}

fn push(text: &str, bytes: Range<usize>, found: &mut Vec<Document>) {
    if !bytes.is_empty() {
        let has_content = text[bytes.clone()].lines().any(|line| {
            let line = line.trim_start_matches(['\u{feff}', ' ', '\t']);
            !line.is_empty() && !line.starts_with('#')
        });
        found.push(Document { bytes, has_content });
    }
}
