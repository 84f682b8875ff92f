//! `opm alpha bundle unpack`.

use std::fs;
use std::path::PathBuf;

use crate::cli::opm::Stop;
use crate::cli::opm::source::{self, Opener};
use crate::cli::{ExitStatus, Ui, stage};
use crate::diag::{Error, Report, Suite};
use crate::load;
use crate::oci::{Place, Reference, Unpacked};
use crate::rules;
use crate::text::Sources;

/// Write the files of a bundle image to a folder
#[derive(Debug, clap::Args)]
pub(in crate::cli::opm) struct Args {
    /// The reference of the image.
    #[arg(value_name = "BUNDLE")]
    reference: String,
    /// The folder to write to.
    #[arg(long, short, default_value = "./", value_name = "DIR")]
    out: PathBuf,
    /// Write bundles that OLM would refuse, too.
    #[arg(long, short = 'v')]
    skip_validation: bool,
    #[arg(long, short, hide = true)]
    debug: bool,
    /// A file of certificates, PEM, to trust beside those of the system.
    #[arg(long, short = 'c', value_name = "FILE")]
    root_ca: Option<PathBuf>,
}

pub(super) fn run(args: &Args, opener: &Opener, ui: &Ui) -> Result<ExitStatus, Stop> {
    let reference = Place::Registry(Reference::parse(&args.reference)?);
    let puller = opener.puller(args.root_ca.clone())?;
    ui.step(format!("pulling {reference}"));
    if !args.skip_validation {
        let (sources, mut report) = (Sources::default(), Report::default());
        if let load::Image::Bundle(bundle) = load::image(&reference, &puller, &sources, &mut report)? {
            let required = rules::Context { suites: vec![Suite::Required], ..rules::Context::default() };
            report.append(rules::check_bundle(&bundle, &required));
        }
        source::stop(report, &sources, ui)?;
    }
    let pulled = puller.pull(&reference)?;
    let Some(Unpacked::Folder(files)) = puller.unpack(&pulled, &["/"])?.pop() else {
        return Err(Error::new(format!("{reference} has no files")).hint("check the reference").into());
    };
    for (path, bytes) in files {
        let path = args.out.join(path);
        let folder = path.parent().unwrap_or(&args.out);
        fs::create_dir_all(folder).map_err(|cause| Error::io("create", folder, &cause))?;
        stage(&path, &bytes)?.put()?;
    }
    Ok(ExitStatus::Clean)
}
