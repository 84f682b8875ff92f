//! `olmcat bundle add`.

use std::path::Path;

use super::{ExitStatus, Ui};
use crate::diag::Error;

/// Add a bundle to the project
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_: &Args, _: &Path, _: &mut Ui) -> Result<ExitStatus, Error> {
    Ok(ExitStatus::Clean)
}
