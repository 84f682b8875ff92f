//! `olmcat man`: the help texts as man pages.

use std::fs;
use std::io;
use std::path::PathBuf;

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::reference::own;
use super::{ExitStatus, stage};
use crate::diag::Error;

/// Write the man pages into a folder: one of olmcat, and one of each command
///
/// In a folder `man1` below one that `MANPATH` names, `man olmcat-build` finds them.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder, which is made if need be.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

pub(super) fn run(args: &Args) -> Result<ExitStatus, Error> {
    let folder = &args.folder;
    let mut root = super::Args::command().disable_help_subcommand(true);
    root.build();
    let mut pages = Vec::new();
    add(&root, &mut pages);
    fs::create_dir_all(folder).map_err(|cause| Error::io("make", folder, &cause))?;
    for (name, page) in pages {
        stage(&folder.join(name), &page)?.put()?;
    }
    Ok(ExitStatus::Clean)
}

/// Adds the page of a command, and those of the commands below it.
fn add(command: &Command, pages: &mut Vec<(String, Vec<u8>)>) {
    let name = command.get_display_name().unwrap_or(command.get_name()).to_owned();
    let is_root = pages.is_empty();
    let mut page = Vec::new();
    let written = if is_root { whole(command, &mut page) } else { part(command, &mut page) };
    written.expect("a page in memory can be written");
    pages.push((format!("{name}.1"), page));
    for child in command.get_subcommands().filter(|child| !child.is_hide_set()) {
        add(child, pages);
    }
}

/// Writes the page of the program, with what every command takes.
fn whole(command: &Command, page: &mut Vec<u8>) -> io::Result<()> {
    Man::new(command.clone()).render(page)
}

/// Writes the page of a command, which leaves that to the program's.
fn part(command: &Command, page: &mut Vec<u8>) -> io::Result<()> {
    let shown = own(command).mut_args(|arg| arg.hide_short_help(false));
    let has_commands = shown.has_subcommands();
    let man = Man::new(shown).source(concat!("olmcat ", env!("CARGO_PKG_VERSION")));
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    if has_commands {
        man.render_subcommands_section(page)?;
    }
    let see = [roman("The options of every command are on the page of "), bold("olmcat"), roman("(1).")];
    Roff::new().control("SH", ["SEE ALSO"]).text(see).to_writer(page)
}
