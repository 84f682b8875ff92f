//! `opm completion SHELL`, which cobra gives every program: what a shell needs to complete command lines of opm.

use std::ffi::OsString;

use clap::Subcommand;
use clap_complete::Shell;

use super::{ExitStatus, Stop, Ui};
use crate::cli::completions;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print the completions of bash.
    Bash(Args),
    /// Print the completions of fish.
    Fish(Args),
    /// Print the completions of PowerShell.
    Powershell(Args),
    /// Print the completions of zsh.
    Zsh(Args),
    #[command(external_subcommand)]
    Unknown(#[expect(dead_code, reason = "whatever it is, the help is printed")] Vec<OsString>),
}

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Taken and without effect: bash shows no descriptions, and the others always do.
    #[arg(long)]
    no_descriptions: bool,
}

pub(super) fn run(command: Command, ui: &Ui) -> Result<ExitStatus, Stop> {
    let shell = match command {
        Command::Bash(_) => Shell::Bash,
        Command::Fish(_) => Shell::Fish,
        Command::Powershell(_) => Shell::PowerShell,
        Command::Zsh(_) => Shell::Zsh,
        Command::Unknown(_) => return super::help(&["completion"], ui),
    };
    Ok(completions::print(super::command(), shell, ui)?)
}
