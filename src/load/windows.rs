//! Reads a file of FBC piece by piece, cut where documents begin, so that a large catalog needs not be in
//! memory as a whole.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The size of a piece, in bytes, unless a document is larger.
const SIZE: usize = 4 << 20;

/// A piece of a file: whole documents.
#[derive(Debug)]
pub struct Window {
    /// Where it begins in the file, in bytes.
    pub offset: u64,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Hands the pieces of a file over, in order, until one is not wanted any more. A file that begins as JSON
/// is one piece: only YAML says where documents begin.
///
/// # Errors
/// What the system says; what `take` says.
pub fn windows<E: From<io::Error>>(
    path: &Path,
    take: &mut dyn FnMut(Window) -> Result<(), E>,
) -> Result<(), E> {
    let mut file = File::open(path)?;
    let mut bytes = Vec::new();
    let (mut offset, mut wanted) = (0, SIZE);
    loop {
        let missing = wanted.saturating_sub(bytes.len());
        let read = (&mut file).take(missing as u64).read_to_end(&mut bytes)?;
        if read < missing {
            return if bytes.is_empty() { Ok(()) } else { take(Window { offset, bytes }) };
        }
        let separator = bytes.windows(4).rposition(|four| four == b"\n---");
        match separator.filter(|_| offset > 0 || !is_json(&bytes)) {
            Some(newline) => {
                let rest = bytes.split_off(newline + 1);
                let next = offset + bytes.len() as u64;
                take(Window { offset, bytes: std::mem::replace(&mut bytes, rest) })?;
                (offset, wanted) = (next, bytes.len().max(SIZE));
                if bytes.len() >= SIZE {
                    wanted = bytes.len() + SIZE;
                }
            }
            None => wanted = bytes.len() + SIZE,
        }
    }
}

fn is_json(bytes: &[u8]) -> bool {
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    start.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_whole_documents_and_make_the_file() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tmp");
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(format!("windows-{}", std::process::id()));
        let small = "a: 1\n---\n".repeat(3 * SIZE / 9);
        let large = format!("---\na: {}\n---\nb: 1\n", "x".repeat(2 * SIZE));
        let json = format!("{{\"a\": \"{}\n---\"}}", "x".repeat(2 * SIZE));
        for (text, count) in [(small, 4), (large, 2), (json, 1), (String::new(), 0), ("a: 1\n".to_owned(), 1)]
        {
            std::fs::write(&path, &text).unwrap();
            let mut found = Vec::new();
            windows::<io::Error>(&path, &mut |window| {
                assert_eq!(
                    window.offset,
                    found.iter().map(|bytes: &Vec<u8>| bytes.len() as u64).sum::<u64>()
                );
                found.push(window.bytes);
                Ok(())
            })
            .unwrap();
            assert!(found[1.min(found.len())..].iter().all(|bytes| bytes.starts_with(b"---")));
            assert!(found.concat() == text.as_bytes());
            assert!(found.len().abs_diff(count) <= 1, "{} pieces", found.len());
        }
        std::fs::remove_file(&path).unwrap();
    }
}
