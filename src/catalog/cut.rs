//! Takes packages out of a file of FBC and leaves every byte of the others as it is.

use super::Catalog;

/// What is left of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rest {
    /// All of it: nothing was taken out.
    Whole,
    /// Some of it.
    Part(String),
    /// No blob.
    Nothing,
}

/// Takes out the blobs of the packages that are not kept. `catalog` is what was read from `text`; blobs
/// of no package belong to the package that is called nothing.
pub fn cut(text: &str, catalog: &Catalog<'_>, keeps: impl Fn(&str) -> bool) -> Rest {
    let blobs = (catalog.packages.iter().map(|blob| (&blob.name, &blob.origin)))
        .chain(catalog.channels.iter().map(|blob| (&blob.package, &blob.origin)))
        .chain(catalog.bundles.iter().map(|blob| (&blob.package, &blob.origin)))
        .chain(catalog.deprecations.iter().map(|blob| (&blob.package, &blob.origin)))
        .chain(catalog.others.iter().map(|blob| (&blob.package, &blob.origin)));
    let (mut kept, mut dropped) = (0, Vec::new());
    for (package, origin) in blobs {
        match origin.document_bytes() {
            Some(bytes) if !keeps(package) => dropped.push(bytes.clone()),
            _ => kept += 1,
        }
    }
    if dropped.is_empty() {
        return Rest::Whole;
    }
    if kept == 0 {
        return Rest::Nothing;
    }
    dropped.sort_by_key(|bytes| bytes.start);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for bytes in dropped {
        // The separator before a document goes with it: without one the next would run into the last.
        let start = separator_before(text, bytes.start).unwrap_or(bytes.start).max(at);
        let mut end = bytes.end;
        if separator_before(text, bytes.start).is_none() {
            end = end_of_separator(text, end);
        }
        out.push_str(&text[at..start]);
        at = end.max(at);
    }
    out.push_str(&text[at..]);
    Rest::Part(out)
}

/// Where the line `---` begins that ends right before an offset.
fn separator_before(text: &str, offset: usize) -> Option<usize> {
    let before = text[..offset].strip_suffix('\n')?;
    let line = before.rfind('\n').map_or(0, |newline| newline + 1);
    before[line..].starts_with("---").then_some(line)
}

/// Where the line `---` ends that begins at an offset; the offset itself if there is none.
fn end_of_separator(text: &str, offset: usize) -> usize {
    let rest = &text[offset..];
    if !rest.starts_with("---") {
        // Objects of a JSON stream have only blanks between them.
        return text.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
    }
    rest.find('\n').map_or(text.len(), |newline| offset + newline + 1)
}
