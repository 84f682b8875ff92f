//! Splits a stream into documents, as text, the way Kubernetes' `YAMLReader` does.

use std::ops::Range;

use crate::text::{Fault, Value};

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

/// Returns the first line behind the first document, whose root is this, if anything but blanks and comments stands
/// there: whoever reads one document never sees it.
pub fn behind(text: &str, root: Option<Value<'_, '_>>) -> Option<Range<usize>> {
    let span = root.map_or(0..0, Value::span);
    // What is in brackets ends with them; anything else goes on until a line says that it does not.
    let is_closed = text[span.start..].starts_with(['{', '[']);
    let (mut at, mut is_behind) = if is_closed { (span.end, true) } else { (span.start, false) };
    for line in text[at..].split_inclusive('\n') {
        let mark = ["---", "..."].into_iter().find_map(|mark| line.strip_prefix(mark));
        let mark = mark.filter(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace));
        is_behind |= mark.is_some();
        let content = mark.unwrap_or(line).trim();
        if is_behind && !content.is_empty() && !content.starts_with('#') {
            let start = at + line.rfind(content).unwrap_or_default();
            return Some(start..start + content.len());
        }
        at += line.len();
    }
    None
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

#[cfg(test)]
mod tests {
    use super::behind;
    use crate::text::{Tree, yaml};

    fn lost(text: &str) -> Option<&str> {
        let tree = yaml::read(text, 0..text.len()).unwrap();
        behind(text, Tree::root(&tree)).map(|line| &text[line])
    }

    #[test]
    fn what_stands_behind_a_document_is_found() {
        assert_eq!(lost("a: 1\n---\n# why\n  b: 2 # here\nc: 3\n"), Some("b: 2 # here"));
        assert_eq!(lost("a: 1\n...\r\nb: 2\r\n"), Some("b: 2"));
        assert_eq!(lost("a: 1\n--- {b: 2}\n"), Some("{b: 2}"));
        assert_eq!(lost("---\n---\nb: 2\n"), Some("b: 2"));
        assert_eq!(lost("{\"a\": 1} {\"b\": 2}"), Some("{\"b\": 2}"));
        assert_eq!(lost("- a\n---\n- b\n"), Some("- b"));
    }

    #[test]
    fn a_document_and_what_says_nothing_is_all() {
        let texts = [
            "",
            "\n# nothing\n",
            "~",
            "\u{feff}# why\n--- \n# and\na: 1\n---\n\n--- # end\n...\n",
            "a: |\n  ---\n  b: 2\nc: 3\n",
            "a: --- b\n---\n",
            "{\"a\": 1} # why\n\n",
            "%YAML 1.1\n---\na: {b: 1}\nc: [2]\n",
        ];
        for text in texts {
            assert_eq!(lost(text), None, "{text:?}");
        }
    }
}
