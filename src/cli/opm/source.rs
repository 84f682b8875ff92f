//! What opm calls a ref: a bundle or a catalog, in a folder or in an image.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Network, Stop};
use crate::bundle::Bundle;
use crate::catalog::Catalog;
use crate::cli::pull_args::{pull_options, usual_cache};
use crate::cli::{ExitStatus, Ui};
use crate::diag::{Code, Error, Report, codes};
use crate::load::{self, Image};
use crate::oci::{Place, PullOptions, Puller, Reference};
use crate::text::Sources;

/// What stands behind a ref.
pub(super) enum Source<'s> {
    /// A bundle, what could not be read of it, and whether it came from an image.
    Bundle(Box<Bundle<'s>>, Report, bool),
    Catalog(Catalog<'s>),
}

/// Opens refs; of images all at once.
pub(super) struct Opener {
    insecure: bool,
}

impl Opener {
    /// Takes opm's flags (opm-spec 1.1): all of them come to one, whatever the registry speaks is good
    /// enough.
    ///
    /// # Errors
    /// For flags that contradict each other.
    pub(super) fn new(network: &Network) -> Result<Self, Error> {
        let Network { skip_tls_verify, use_http, skip_tls } = *network;
        for (one, other, names) in [
            (skip_tls, use_http, "--use-http with --skip-tls"),
            (skip_tls, skip_tls_verify, "--skip-tls-verify with --skip-tls"),
            (use_http, skip_tls_verify, "--use-http with --skip-tls-verify"),
        ] {
            if one && other {
                return Err(Error::new(format!("invalid flag combination: cannot use {names}"))
                    .hint("leave one of the two out"));
            }
        }
        Ok(Opener { insecure: skip_tls_verify || use_http || skip_tls })
    }

    /// Returns how images are pulled.
    pub(super) fn options(&self) -> Result<PullOptions, Error> {
        pull_options(self.insecure)
    }

    /// Makes what pulls images, with further authorities to trust.
    pub(super) fn puller(&self, ca_file: Option<PathBuf>) -> Result<Puller, Error> {
        let mut options = self.options()?;
        options.remote.ca_file = ca_file;
        Ok(Puller::new(usual_cache()?, options))
    }

    /// Opens refs (opm-spec 1.2), in their order: what exists as a path is one, anything else an image.
    ///
    /// # Errors
    /// When one cannot be read, or has faults that opm would not pass over.
    pub(super) fn open<'s>(
        &self,
        references: &[String],
        sources: &'s Sources,
        ui: &Ui,
    ) -> Result<Vec<Source<'s>>, Stop> {
        let is_image = |reference: &&String| fs::metadata(Path::new(reference)).is_err();
        let images: Vec<Place> = (references.iter().filter(is_image))
            .map(|text| Reference::parse(text).map(Place::from).map_err(|cause| unreadable(text, cause)))
            .collect::<Result<_, _>>()?;
        let mut report = Report::default();
        let mut pulled = if images.is_empty() {
            Vec::new()
        } else {
            ui.step(format!("pulling {} images", images.len()));
            let puller = self.puller(None)?;
            puller.each(&images, |image| {
                let mut faults = Report::default();
                (load::image(image, &puller, sources, &mut faults), faults)
            })
        }
        .into_iter();
        let mut opened = Vec::new();
        for reference in references {
            opened.push(if is_image(&reference) {
                let (image, faults) = pulled.next().expect("every image has its answer");
                match image? {
                    Image::Bundle(bundle) => Source::Bundle(Box::new(bundle), faults, true),
                    Image::Catalog(catalog) => {
                        report.append(faults);
                        Source::Catalog(catalog)
                    }
                }
            } else {
                folder(Path::new(reference), sources, &mut report)?
            });
        }
        stop(passed_over(&codes::DUPLICATE_KEY, report), sources, ui)?;
        Ok(opened)
    }

    /// Opens a ref that must be a catalog.
    ///
    /// # Errors
    /// As [`Opener::open`]; also for a bundle.
    pub(super) fn catalog<'s>(
        &self,
        reference: &str,
        sources: &'s Sources,
        ui: &Ui,
    ) -> Result<Catalog<'s>, Stop> {
        match self.open(&[reference.to_owned()], sources, ui)?.pop() {
            Some(Source::Catalog(catalog)) => Ok(catalog),
            _ => Err(Error::new(format!("{reference} is a bundle, and not a catalog"))
                .hint("name a catalog: a folder of FBC, or an image of one")
                .into()),
        }
    }
}

fn unreadable(reference: &str, cause: crate::oci::Error) -> Error {
    let why = cause.message.replace(&format!("`{reference}` is not"), "it is not");
    Error::new(format!("cannot read {reference}: there is no such folder, and {why}"))
        .hint("check the path; write an image in full, such as `quay.io/demo/catalog:v1`")
}

fn folder<'s>(path: &Path, sources: &'s Sources, report: &mut Report) -> Result<Source<'s>, Error> {
    if !path.is_dir() {
        return Err(Error::new(format!("{} is not a folder", path.display()))
            .hint("name the folder that holds the file, or an image"));
    }
    if load::is_bundle(path) {
        // opm leaves out what it cannot read of a bundle, and says nothing.
        let mut faults = Report::default();
        let bundle = Box::new(load::bundle(path, sources, &mut faults)?);
        return Ok(Source::Bundle(bundle, faults, false));
    }
    Ok(Source::Catalog(load::catalog(path, sources, report)?))
}

/// Takes out a kind of finding that opm passes over.
pub(super) fn passed_over(code: &Code, report: Report) -> Report {
    let mut left = Report::default();
    for finding in report.diagnostics() {
        if finding.code.id != code.id {
            left.push(finding.clone());
        }
    }
    left
}

/// Prints findings; if there are errors among them, the command ends.
pub(super) fn stop(mut report: Report, sources: &Sources, ui: &Ui) -> Result<(), Stop> {
    match ui.report_aside(&mut report, sources) {
        ExitStatus::Clean => Ok(()),
        _ => Err(Stop::Shown),
    }
}
