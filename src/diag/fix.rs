//! What findings can be mended without asking, as new texts of their files.

use std::collections::BTreeMap;

use super::Report;
use crate::text::{FileId, Sources, yaml};

/// A file as it would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    /// The file.
    pub file: FileId,
    /// What changes in it, from its beginning to its end.
    pub changes: Vec<yaml::Change>,
    /// Its new text.
    pub text: String,
    /// How many findings are gone then.
    pub findings: usize,
}

/// Returns the files that `may_change` and have findings that can be mended. A fix is made as a whole
/// or not at all; of fixes that overlap the first is made, and the others wait for another run. A
/// file that would not be read any more afterwards is left as it is.
pub fn mend(report: &Report, sources: &Sources, may_change: impl Fn(FileId) -> bool) -> Vec<Mended> {
    let mut changes: BTreeMap<FileId, (Made, usize)> = BTreeMap::new();
    for diagnostic in report.diagnostics().iter().filter(|diagnostic| !diagnostic.fix.is_empty()) {
        let file = diagnostic.place.file;
        let text = sources.get(file).text();
        let is_here = diagnostic.fix.iter().all(|edit| edit.file() == file) && may_change(file);
        let wanted =
            || diagnostic.fix.iter().map(|edit| yaml::change(text, edit)).collect::<Option<Vec<_>>>();
        let Some(wanted) = is_here.then(wanted).flatten() else { continue };
        let (made, findings) = changes.entry(file).or_default();
        if fit(made, &wanted) {
            made.extend(wanted.into_iter().map(|change| (change.bytes.start, change)));
            *findings += 1;
        }
    }
    let mended = changes.into_iter().filter(|(_, (changes, _))| !changes.is_empty());
    mended
        .filter_map(|(file, (changes, findings))| {
            let changes: Vec<yaml::Change> = changes.into_values().collect();
            let old = sources.get(file).text();
            let mut text = old.to_owned();
            changes.iter().rev().for_each(|change| text.replace_range(change.bytes.clone(), &change.text));
            (is_readable(&text) || !is_readable(old)).then_some(Mended { file, changes, text, findings })
        })
        .collect()
}

/// The changes of a file by where they begin.
type Made = BTreeMap<usize, yaml::Change>;

/// Whether changes leave alone what others change.
fn fit(made: &Made, wanted: &[yaml::Change]) -> bool {
    let mut own = Made::new();
    wanted.iter().all(|change| {
        let is_free = [made, &own].iter().all(|others| {
            let before = others.range(..change.bytes.start).next_back();
            let after = others.range(change.bytes.start..).next();
            before.is_none_or(|(_, before)| before.bytes.end <= change.bytes.start)
                && after.is_none_or(|(start, _)| *start >= change.bytes.end && *start > change.bytes.start)
        });
        own.insert(change.bytes.start, change.clone());
        is_free
    })
}

fn is_readable(text: &str) -> bool {
    yaml::documents(text)
        .is_ok_and(|documents| documents.into_iter().all(|document| yaml::read(text, document.bytes).is_ok()))
}
