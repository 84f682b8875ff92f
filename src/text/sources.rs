//! The owner of every text that was read, so that trees and findings can borrow from it.

use std::ops::Range;

/// The number of a text in [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// One text: the name it is shown by, and its content.
#[derive(Debug)]
pub struct Source {
    name: String,
    text: String,
    invalid_utf8: Option<usize>,
}

impl Source {
    /// Returns the name that the user knows it by: a path, a reference, `<stdin>`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the content. Where the bytes were not UTF-8 each bad one is U+FFFD.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the offset of the first byte that was not UTF-8.
    pub fn invalid_utf8(&self) -> Option<usize> {
        self.invalid_utf8
    }

    /// Returns the line (from 1) and the column (from 1, in characters) of a byte offset.
    ///
    /// Only `\n` ends a line, as in editors and in `grep -n`.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &self.text[..offset];
        let line = memchr::memchr_iter(b'\n', before.as_bytes()).count() + 1;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (line, before[start..].chars().count() + 1)
    }

    /// Returns the part of the text at `span`, cut to what exists.
    pub fn slice(&self, span: Range<usize>) -> &str {
        let end = span.end.min(self.text.len());
        self.text.get(span.start.min(end)..end).unwrap_or_default()
    }
}

/// An append-only store of texts: adding one does not disturb what is borrowed from others.
#[derive(Debug, Default)]
pub struct Sources {
    files: boxcar::Vec<Source>,
}

impl Sources {
    /// Adds a text and returns its number. Bytes that are not UTF-8 are kept as U+FFFD and noted.
    pub fn add(&self, name: impl Into<String>, bytes: Vec<u8>) -> FileId {
        let (text, invalid_utf8) = match String::from_utf8(bytes) {
            Ok(text) => (text, None),
            Err(error) => {
                let offset = error.utf8_error().valid_up_to();
                (String::from_utf8_lossy(error.as_bytes()).into_owned(), Some(offset))
            }
        };
        let index = self.files.push(Source { name: name.into(), text, invalid_utf8 });
        FileId(u32::try_from(index).expect("fewer than four billion files fit into memory"))
    }

    /// Returns the text with this number.
    ///
    /// # Panics
    /// When `id` comes from another store.
    pub fn get(&self, id: FileId) -> &Source {
        &self.files[id.0 as usize]
    }

    /// Returns every text with its number.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &Source)> {
        self.files.iter().map(|(index, source)| {
            (FileId(u32::try_from(index).expect("fewer than four billion files fit into memory")), source)
        })
    }

    /// Returns the number of texts.
    pub fn len(&self) -> usize {
        self.files.count()
    }

    /// Returns whether nothing was read yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_characters() {
        let sources = Sources::default();
        let id = sources.add("a", "ä: 1\nb: x\n".into());
        assert_eq!(sources.get(id).line_column(0), (1, 1));
        assert_eq!(sources.get(id).line_column(3), (1, 3));
        assert_eq!(sources.get(id).line_column(6), (2, 1));
        assert_eq!(sources.get(id).line_column(9999), (3, 1));
    }

    #[test]
    fn bytes_that_are_not_utf8_are_noted() {
        let sources = Sources::default();
        let id = sources.add("a", b"a: \xff\n".to_vec());
        assert_eq!(sources.get(id).invalid_utf8(), Some(3));
        assert_eq!(sources.get(id).text(), "a: \u{fffd}\n");
    }
}
