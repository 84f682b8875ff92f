//! `opm alpha bundle`: opm-spec 1.12.

mod build;
mod generate;
mod metadata;
mod unpack;
mod validate;

use std::ffi::OsString;

use super::source::Opener;
use super::{Stop, help};
use crate::cli::{ExitStatus, Ui};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    Generate(generate::Args),
    Build(build::Args),
    Validate(validate::Args),
    Unpack(unpack::Args),
    #[command(external_subcommand)]
    Unknown(#[expect(dead_code, reason = "whatever it is, the help is printed")] Vec<OsString>),
}

pub(super) fn run(command: Command, opener: &Opener, ui: &Ui) -> Result<ExitStatus, Stop> {
    match command {
        Command::Generate(args) => generate::run(&args, ui),
        Command::Build(args) => build::run(&args, opener, ui),
        Command::Validate(args) => validate::run(&args, opener, ui),
        Command::Unpack(args) => unpack::run(&args, opener, ui),
        Command::Unknown(_) => help(&["alpha", "bundle"], ui),
    }
}
