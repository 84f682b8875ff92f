//! Finds comments that begin with a certain word, and the lines that they are about.

use std::ops::Range;

use super::{documents, read};
use crate::text::Kind;

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Its bytes, from the `#` to the end of the line.
    pub bytes: Range<usize>,
    /// The bytes of its text, without `#` and blanks at the ends.
    pub text: Range<usize>,
    /// The bytes of the line that it is about: its own if something stands before it, else the
    /// next one that is neither empty nor a comment.
    pub about: Range<usize>,
}

/// Returns the comments whose text begins with `word`. What stands in a string is none.
pub fn comments(text: &str, word: &str) -> Vec<Comment> {
    let mut found = Vec::new();
    for at in memchr::memmem::find_iter(text.as_bytes(), word) {
        let start = line_start(text, at);
        let Some(before) = text[start..at].trim_end_matches([' ', '\t']).strip_suffix('#') else { continue };
        if !before.is_empty() && !before.ends_with([' ', '\t']) {
            continue;
        }
        let line = start..line_end(text, at);
        let hash = start + before.len();
        let about = if before.trim_start_matches([' ', '\t', '\u{feff}']).is_empty() {
            next_line(text, line.end)
        } else {
            line.clone()
        };
        let end = start + text[line].trim_end().len();
        found.push(Comment { bytes: hash..end, text: at..end, about });
    }
    if !found.is_empty() {
        let strings = strings(text);
        found.retain(|comment| !strings.iter().any(|string| string.contains(&comment.bytes.start)));
    }
    found
}

/// Returns the bytes of every string of a stream.
fn strings(text: &str) -> Vec<Range<usize>> {
    let trees = documents(text)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|document| read(text, document.bytes).ok());
    let spans = |tree: crate::text::Tree<'_>| -> Vec<Range<usize>> {
        let strings = tree.nodes.iter().filter(|node| node.kind == Kind::Str);
        strings.map(|node| node.start as usize..node.end as usize).collect()
    };
    trees.flat_map(spans).collect()
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |newline| at + newline)
}

fn next_line(text: &str, mut end: usize) -> Range<usize> {
    while end < text.len() {
        let line = end + 1..line_end(text, end + 1);
        let content = text[line.clone()].trim();
        if !content.is_empty() && !content.starts_with('#') {
            return line;
        }
        end = line.end;
    }
    text.len()..text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(text: &str) -> Vec<(&str, &str)> {
        let found = comments(text, "tool:");
        found.iter().map(|comment| (&text[comment.text.clone()], &text[comment.about.clone()])).collect()
    }

    #[test]
    fn a_comment_is_about_its_line_or_the_next_one() {
        assert_eq!(about("a: 1 # tool: x  \nb: 2\n"), [("tool: x", "a: 1 # tool: x  ")]);
        assert_eq!(about("# tool: x\n# more\n\n  b: 2\r\n"), [("tool: x", "  b: 2\r")]);
        assert_eq!(about("#tool: x"), [("tool: x", "")]);
        assert_eq!(about("a: 1\n#\ttool: x\n"), [("tool: x", "")]);
    }

    #[test]
    fn what_is_no_comment_is_left_alone() {
        for text in [
            "a: x# tool: y\n",
            "a: '# tool: y'\n",
            "a: \"x # tool: y\"\n",
            "a: |\n  # tool: y\n  x\n",
            "a: |\n  x # tool: y\n",
            "a: tool: x\n",
            "# the tool: x\n",
            "{\"a\": \"x # tool: y\"}",
        ] {
            assert_eq!(about(text), [], "{text}");
        }
        let two = "a: |\n  # tool: y\nb: 1 # tool: z\n---\n# tool: q\nc: 1\n";
        assert_eq!(about(two).len(), 2);
    }
}
