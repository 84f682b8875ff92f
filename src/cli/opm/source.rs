//! What opm calls a ref: a bundle or a catalog, in a folder or in an image.

use std::fs;
use std::path::Path;

use super::Network;
use crate::bundle::Bundle;
use crate::catalog::Catalog;
use crate::cli::{ExitStatus, Ui};
use crate::diag::{Error, Report, codes};
use crate::load;
use crate::text::Sources;

/// What stands behind a ref.
pub(super) enum Source<'s> {
    /// A bundle, and whether it came from an image.
    Bundle(Box<Bundle<'s>>, bool),
    Catalog(Catalog<'s>),
}

/// Opens a ref (opm-spec 1.2): what exists as a path is one, anything else an image.
///
/// # Errors
/// When it cannot be read, or has faults that opm would not pass over.
pub(super) fn open<'s>(
    reference: &str,
    _network: &Network,
    sources: &'s Sources,
    ui: &Ui,
) -> Result<Source<'s>, Error> {
    let path = Path::new(reference);
    let mut report = Report::default();
    let source = match fs::metadata(path) {
        Err(_) => {
            return Err(Error::new(format!("cannot render {reference}: there is no such folder"))
                .hint("images cannot be rendered yet"));
        }
        Ok(metadata) if !metadata.is_dir() => {
            return Err(Error::new(format!("{reference} is not a folder"))
                .hint("name the folder that holds the file, or an image"));
        }
        Ok(_) if load::is_bundle(path) => {
            Source::Bundle(Box::new(load::bundle(path, sources, &mut report)?), false)
        }
        Ok(_) => Source::Catalog(load::catalog(path, sources, &mut report)?),
    };
    let is_bundle = matches!(source, Source::Bundle(..));
    settle(report, is_bundle, sources, ui)?;
    Ok(source)
}

/// Opens a ref that must be a catalog.
///
/// # Errors
/// As [`open`]; also for a bundle.
pub(super) fn catalog<'s>(
    reference: &str,
    network: &Network,
    sources: &'s Sources,
    ui: &Ui,
) -> Result<Catalog<'s>, Error> {
    match open(reference, network, sources, ui)? {
        Source::Catalog(catalog) => Ok(catalog),
        Source::Bundle(..) => Err(Error::new(format!("{reference} is a bundle, and not a catalog"))
            .hint("name a catalog: a folder of FBC, or an image of one")),
    }
}

/// Stops at faults, but for those that opm passes over: of a key given twice it takes the last, and of
/// a bundle it leaves out what it cannot read.
fn settle(report: Report, is_bundle: bool, sources: &Sources, ui: &Ui) -> Result<(), Error> {
    if is_bundle { Ok(()) } else { stop(passed_over(report), sources, ui) }
}

/// Takes out what opm passes over in a catalog.
pub(super) fn passed_over(report: Report) -> Report {
    let mut left = Report::default();
    for finding in report.diagnostics() {
        if finding.code.id != codes::DUPLICATE_KEY.id {
            left.push(finding.clone());
        }
    }
    left
}

/// Prints findings; if there are errors among them, the command ends.
pub(super) fn stop(mut report: Report, sources: &Sources, ui: &Ui) -> Result<(), Error> {
    match ui.report_aside(&mut report, sources) {
        ExitStatus::Clean => Ok(()),
        _ => Err(Error::new("the catalog has faults").hint("mend what is shown above")),
    }
}
