//! `validate --fix`: what can be mended without asking is mended in the user's own files.

use std::fs;
use std::path::Path;

use super::files::stage;
use super::ui::Ui;
use crate::diag::{self, Error, Mended, Report};
use crate::report;
use crate::text::{FileId, Sources};

/// Mends what can be mended, and returns whether a file has changed.
///
/// # Errors
/// When a file cannot be written. Then none has changed, unless the disk gave out between two renames.
pub(super) fn fix(report: &Report, sources: &Sources, rendered: &[String], ui: &Ui) -> Result<bool, Error> {
    let mended = mend(report, sources, rendered, ui);
    let mut staged = Vec::new();
    for file in &mended {
        staged.push(stage(Path::new(sources.get(file.file).name()), file.text.as_bytes())?);
    }
    for file in staged {
        file.put()?;
    }
    if !mended.is_empty() {
        ui.note(&format!("mended {}", count(&mended)));
    }
    Ok(!mended.is_empty())
}

/// Prints what [`fix`] would change, and returns whether that is anything.
///
/// # Errors
/// When standard output cannot be written.
pub(super) fn diff(report: &Report, sources: &Sources, rendered: &[String], ui: &Ui) -> Result<bool, Error> {
    let mended = mend(report, sources, rendered, ui);
    let mut out = String::new();
    for file in &mended {
        let source = sources.get(file.file);
        out += &report::diff(source.name(), source.text(), &file.changes);
    }
    ui.print(&out)?;
    if !mended.is_empty() {
        ui.note(&format!("would mend {}", count(&mended)));
    }
    Ok(!mended.is_empty())
}

fn mend(report: &Report, sources: &Sources, rendered: &[String], ui: &Ui) -> Vec<Mended> {
    let is_rendered = |path: &Path| {
        let is_target =
            path.file_name().is_some_and(|name| rendered.iter().any(|file| name == file.as_str()));
        is_target && path.with_file_name("template.yaml").is_file()
    };
    let may_change = |file: FileId| {
        let source = sources.get(file);
        let path = Path::new(source.name());
        // What came from an image is no file, and somebody may have saved another text meanwhile.
        fs::read(path).is_ok_and(|bytes| bytes == source.text().as_bytes()) && !is_rendered(path)
    };
    let wanted = report.diagnostics().iter().filter(|diagnostic| !diagnostic.fix.is_empty());
    if wanted.clone().any(|diagnostic| is_rendered(Path::new(sources.get(diagnostic.place.file).name()))) {
        ui.note("rendered catalogs are left as they are: mend the template, and run `olmcat render`");
    }
    let mut mended = diag::mend(report, sources, may_change);
    // Several threads read them, in an order that is another each time.
    mended.sort_by(|one, other| sources.get(one.file).name().cmp(sources.get(other.file).name()));
    mended
}

fn count(mended: &[Mended]) -> String {
    let findings: usize = mended.iter().map(|file| file.findings).sum();
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let files = mended.len();
    format!("{findings} finding{} in {files} file{}", plural(findings), plural(files))
}
