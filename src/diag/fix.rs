//! What findings can be mended without asking, as new texts of their files.

use std::collections::BTreeMap;

use super::Report;
use crate::text::{Edit, FileId, Sources, yaml};

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
    let mut by_file: BTreeMap<FileId, Vec<&[Edit]>> = BTreeMap::new();
    for diagnostic in report.diagnostics().iter().filter(|diagnostic| !diagnostic.fix.is_empty()) {
        let file = diagnostic.place.file;
        if diagnostic.fix.iter().all(|edit| edit.file() == file) {
            by_file.entry(file).or_default().push(&diagnostic.fix);
        }
    }
    by_file.retain(|file, _| may_change(*file));
    let mended = by_file.into_iter().map(|(file, fixes)| one(file, sources.get(file).text(), &fixes));
    mended.filter(|mended| mended.findings > 0).collect()
}

fn one(file: FileId, old: &str, fixes: &[&[Edit]]) -> Mended {
    let mut editor = yaml::Editor::new(old);
    let (mut made, mut findings) = (Made::new(), 0);
    for fix in fixes {
        let wanted: Option<Vec<_>> = fix.iter().map(|edit| editor.change(edit)).collect();
        if let Some(wanted) = wanted.filter(|wanted| fit(&made, wanted)) {
            made.extend(wanted.into_iter().map(|change| (change.bytes.start, change)));
            findings += 1;
        }
    }
    let changes: Vec<yaml::Change> = made.into_values().collect();
    let text = yaml::with_changes(old, &changes);
    if is_readable(old) && !is_readable(&text) {
        return Mended { file, changes: Vec::new(), text: old.to_owned(), findings: 0 };
    }
    Mended { file, changes, text, findings }
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
