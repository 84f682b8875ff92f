//! `olmcat graph`: the upgrade graph of each channel as a drawing.

use std::path::{Path, PathBuf};

use super::files::stage;
use super::opened::{Opened, open};
use super::pull_args::PullArgs;
use super::{ExitStatus, Ui};
use crate::diag::Error;
use crate::drawing;
use crate::text::Sources;

/// Draw the upgrade graph of each channel
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The catalog; the project's if not given.
    path: Option<PathBuf>,
    /// Draw the channels of this package.
    #[arg(long, value_name = "NAME")]
    package: Option<String>,
    /// Draw the channels of this name.
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
    /// Write the drawing to a file, and not to standard output.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    pull: PullArgs,
}

pub(super) fn run(args: &Args, root: &Path, ui: &Ui) -> Result<ExitStatus, Error> {
    let sources = Sources::default();
    let Some(Opened { catalog, status, .. }) = open(args.path.as_deref(), &args.pull, root, &sources, ui)?
    else {
        return Ok(ExitStatus::Findings);
    };
    let pictures = drawing::pictures(&catalog, args.package.as_deref(), args.channel.as_deref());
    let text = drawing::svg(&pictures);
    match &args.output {
        Some(path) => stage(path, text.as_bytes())?.put()?,
        None => ui.print(&text)?,
    }
    Ok(status)
}
