//! `opm alpha bundle validate`.

use crate::cli::opm::Stop;
use crate::cli::opm::source::{self, Opener, Source};
use crate::cli::{ExitStatus, Ui};
use crate::diag::{Error, Report, Suite};
use crate::rules;
use crate::text::Sources;

/// Check a bundle image
///
/// Only what OLM would refuse is an error; `olmcat validate` says more, also of folders.
#[derive(Debug, clap::Args)]
pub(in crate::cli::opm) struct Args {
    /// The reference of the image.
    #[arg(long, short)]
    tag: String,
    /// Taken and ignored: no container engine is needed.
    #[arg(long, short = 'b', default_value = "docker", value_name = "TOOL")]
    image_builder: String,
    /// Taken and ignored: these checks are part of `olmcat validate`.
    #[arg(long, short, value_delimiter = ',', value_name = "NAMES")]
    optional_validators: Vec<String>,
}

pub(super) fn run(args: &Args, opener: &Opener, ui: &Ui) -> Result<ExitStatus, Stop> {
    let sources = Sources::default();
    let Some(Source::Bundle(bundle, faults, _)) =
        opener.open(std::slice::from_ref(&args.tag), &sources, ui)?.pop()
    else {
        return Err(Error::new(format!("{} is a catalog, and not a bundle", args.tag))
            .hint("`opm validate` checks catalogs")
            .into());
    };
    let mut report = Report::default();
    for finding in faults.diagnostics() {
        report.push(finding.clone());
    }
    let required = rules::Context { suites: vec![Suite::Required], ..rules::Context::default() };
    report.append(rules::check_bundle(&bundle, &required));
    source::stop(report, &sources, ui)?;
    ui.note("All validation tests have been completed successfully");
    Ok(ExitStatus::Clean)
}
