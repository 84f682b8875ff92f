//! `opm alpha bundle`.

use std::ffi::OsString;

use super::{Network, help};
use crate::cli::{ExitStatus, Ui};
use crate::diag::Error;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    #[command(external_subcommand)]
    Unknown(#[expect(dead_code, reason = "whatever it is, the help is printed")] Vec<OsString>),
}

pub(super) fn run(command: Command, _network: &Network, ui: &Ui) -> Result<ExitStatus, Error> {
    let Command::Unknown(_) = command;
    help(&["alpha", "bundle"], ui)
}
