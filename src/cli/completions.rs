//! `olmcat completions`: what a shell needs to complete command lines of olmcat.

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;

use super::{ExitStatus, Ui, opm};
use crate::diag::Error;

/// Print the completions of a shell
///
/// For bash, `olmcat completions bash > ~/.local/share/bash-completion/completions/olmcat`; for zsh, into a file
/// `_olmcat` in a folder of `fpath`; for fish, into `~/.config/fish/completions/olmcat.fish`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Error> {
    let mut olmcat = super::Args::command();
    olmcat.build();
    // What follows `opm` is handed on unread, so its commands are opm's, and take no option of ours.
    let mut door = opm::command().bin_name("olmcat opm");
    door.build();
    print(olmcat.mut_subcommand("opm", |_| door), args.shell, ui)
}

/// Prints the completions of a program.
pub(super) fn print(mut command: Command, shell: Shell, ui: &Ui) -> Result<ExitStatus, Error> {
    let (name, mut script) = (command.get_name().to_owned(), Vec::new());
    clap_complete::generate(shell, &mut command, name, &mut script);
    ui.print(&String::from_utf8_lossy(&script))?;
    Ok(ExitStatus::Clean)
}
