//! opm's door: its command tree, its flags, its output to the byte, its checks and no others, exit 0 or
//! 1. Nothing but spelling lives here; the work is done by the rooms that do ours.
//!
//! Facts: opm-spec section 1 (`cmd/opm` of operator-registry). Errors go to standard error and are in our
//! own words, with file and line.

mod bundle;
mod completion;
mod generate;
mod graph;
mod init;
mod list;
mod migrate;
mod render;
mod serve;
mod source;
mod template;
mod validate;

use std::ffi::OsString;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use super::{ExitStatus, Ui};
use crate::catalog::{self, Catalog, Format};
use crate::diag::Error;

/// Whether a command line speaks opm: the program is called so.
pub(super) fn is_called(program: Option<&OsString>) -> bool {
    program.is_some_and(|program| std::path::Path::new(program).file_stem().is_some_and(|name| name == "opm"))
}

/// olmcat in the clothes of opm: operator catalogs, file-based.
#[derive(Debug, Parser)]
#[command(name = "opm", disable_version_flag = true, max_term_width = 100)]
struct Opm {
    #[command(flatten)]
    network: Network,
    #[arg(long, hide = true)]
    debug: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

/// How registries are talked to.
#[derive(Debug, Clone, Args)]
struct Network {
    /// Do not check the certificates of registries.
    #[arg(long, global = true)]
    skip_tls_verify: bool,
    /// Talk http, without TLS.
    #[arg(long, global = true)]
    use_http: bool,
    /// The old name of `--use-http`.
    #[arg(long, global = true, hide = true)]
    skip_tls: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Args),
    Migrate(migrate::Args),
    Render(render::Args),
    Serve(serve::Args),
    Validate(validate::Args),
    /// Generate artifacts of a file-based catalog.
    Generate(Group<Generate>),
    /// Print the version.
    Version,
    /// Print the completions of a shell.
    Completion(Group<completion::Command>),
    /// Commands that may change.
    #[command(hide = true)]
    Alpha {
        #[command(subcommand)]
        command: Option<Alpha>,
    },
}

/// A command that only groups others: it prints its help whatever else follows, as opm's do.
#[derive(Debug, Args)]
struct Group<C: Subcommand> {
    #[command(subcommand)]
    command: Option<C>,
}

#[derive(Debug, Subcommand)]
enum Generate {
    Dockerfile(generate::Args),
    #[command(external_subcommand)]
    Unknown(#[expect(dead_code, reason = "whatever it is, the help is printed")] Vec<OsString>),
}

#[derive(Debug, Subcommand)]
enum Alpha {
    /// Work with operator bundles.
    Bundle(Group<bundle::Command>),
    /// List the contents of a catalog.
    List(Group<list::Command>),
    RenderGraph(graph::Args),
    RenderTemplate(template::Render),
    /// Make a template of a catalog.
    ConvertTemplate(Group<template::Convert>),
}

/// Why a command ends early.
enum Stop {
    /// What is wrong was shown already.
    Shown,
    Error(Error),
}

impl<E: Into<Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Stop::Error(error.into())
    }
}

/// Returns opm's command line, without the commands that opm hides, unless they are asked for.
pub(super) fn command() -> clap::Command {
    let shows_alpha = std::env::var_os("HELP_ALPHA").is_some_and(|value| value == "true");
    Opm::command().mut_subcommand("alpha", |alpha| alpha.hide(!shows_alpha))
}

/// Runs opm's command line.
pub(super) fn main(args: impl IntoIterator<Item = OsString>) -> ExitStatus {
    let ui = Ui::new(crate::report::Format::Human, false);
    let parsed = command().try_get_matches_from(args).and_then(|matches| Opm::from_arg_matches(&matches));
    let opm = match parsed {
        Ok(opm) => opm,
        Err(error) => {
            let is_fault = error.use_stderr();
            return if error.print().is_ok() && !is_fault { ExitStatus::Clean } else { ExitStatus::Findings };
        }
    };
    // opm knows one kind of failure, and so does its exit code.
    run(opm, &ui).unwrap_or_else(|stop| {
        if let Stop::Error(error) = stop {
            ui.error(&error);
        }
        ExitStatus::Findings
    })
}

fn run(opm: Opm, ui: &Ui) -> Result<ExitStatus, Stop> {
    let network = opm.network;
    let opener = source::Opener::new(&network)?;
    if network.skip_tls {
        ui.note("Flag --skip-tls has been deprecated, use --use-http and --skip-tls-verify instead");
    }
    match opm.command {
        None | Some(Command::Alpha { command: None }) => Ok(ExitStatus::Clean),
        Some(Command::Init(args)) => init::run(&args, ui),
        Some(Command::Migrate(args)) => migrate::run(&args, &opener, ui),
        Some(Command::Render(args)) => render::run(&args, &opener, ui),
        Some(Command::Serve(args)) => serve::run(&args, ui),
        Some(Command::Validate(args)) => validate::run(&args, ui),
        Some(Command::Generate(Group { command: Some(Generate::Dockerfile(args)) })) => {
            generate::run(&args, ui)
        }
        Some(Command::Generate(_)) => help(&["generate"], ui),
        Some(Command::Version) => version(ui),
        Some(Command::Completion(Group { command: Some(command) })) => completion::run(command, ui),
        Some(Command::Completion(Group { command: None })) => help(&["completion"], ui),
        Some(Command::Alpha { command: Some(alpha) }) => match alpha {
            Alpha::Bundle(Group { command: Some(command) }) => bundle::run(command, &opener, ui),
            Alpha::Bundle(Group { command: None }) => help(&["alpha", "bundle"], ui),
            Alpha::List(Group { command: Some(command) }) => list::run(command, &opener, ui),
            Alpha::List(Group { command: None }) => help(&["alpha", "list"], ui),
            Alpha::RenderGraph(args) => graph::run(&args, &opener, ui),
            Alpha::RenderTemplate(args) => template::render(&args, &opener, ui),
            Alpha::ConvertTemplate(Group { command: Some(command) }) => template::convert(command, ui),
            Alpha::ConvertTemplate(Group { command: None }) => help(&["alpha", "convert-template"], ui),
        },
    }
}

/// Prints the help of a group, which is no failure.
fn help(path: &[&str], ui: &Ui) -> Result<ExitStatus, Stop> {
    let mut command = Opm::command();
    command.build();
    let group = path.iter().try_fold(&mut command, |command, name| command.find_subcommand_mut(name));
    let text = group.map(|group| group.render_long_help().to_string()).unwrap_or_default();
    ui.print(&text)?;
    Ok(ExitStatus::Clean)
}

fn version(ui: &Ui) -> Result<ExitStatus, Stop> {
    let version = env!("CARGO_PKG_VERSION");
    let (system, machine) = (std::env::consts::OS, std::env::consts::ARCH);
    let machine = match machine {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "powerpc64" => "ppc64le",
        other => other,
    };
    ui.print(&format!(
        "Version: version.Version{{OpmVersion:\"olmcat-{version}\", GitCommit:\"\", BuildDate:\"\", GoOs:\"{system}\", \
         GoArch:\"{machine}\"}}\n"
    ))?;
    Ok(ExitStatus::Clean)
}

/// Prints a catalog in parts.
fn print(catalog: &Catalog<'_>, format: Format, ui: &Ui) -> Result<ExitStatus, Stop> {
    ui.print_parts(|take| catalog::write_parts(catalog, format, take))?;
    Ok(ExitStatus::Clean)
}

/// The formats of FBC.
fn format(value: &str) -> Result<Format, Error> {
    match value {
        "json" => Ok(Format::Json),
        "yaml" => Ok(Format::Yaml),
        _ => Err(Error::new(format!("invalid --output value \"{value}\", expected (json|yaml)"))
            .hint("write `-o json` or `-o yaml`")),
    }
}
