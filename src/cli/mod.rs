//! The only room that prints, reads the environment and knows exit codes. A command is its own
//! file: arguments, and a `run` that calls the rooms below in the order in which things happen.

mod attach;
mod attest;
mod beside;
mod build;
mod bundle_add;
mod bundle_build;
mod bundle_validate;
mod cache;
mod changes;
mod choice;
mod companions;
mod completions;
mod copy;
mod diff;
mod expand;
mod explain;
mod files;
mod fix;
mod flavour;
mod graph;
mod image_args;
mod init;
mod inputs;
mod inspect;
mod key_args;
mod large;
mod large_index;
mod list;
mod listing;
mod login;
mod logout;
mod man;
mod manifests;
mod matrix;
mod mirror;
mod misnamed;
mod notation_args;
mod onto;
mod opened;
mod opm;
mod password;
mod pin;
mod probe;
mod project;
mod promote;
mod pull_args;
mod push;
mod query;
mod reference;
mod referrers;
mod registry_args;
mod render;
mod report;
mod rulebook;
mod sbom;
mod schema;
mod serve;
mod serving;
mod sign;
mod statements;
mod tool_image;
mod transfer;
mod trust_args;
mod ui;
mod upgrade;
mod validate;
mod verify;
mod watch;
mod way;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::PossibleValue;
use clap::{Parser, Subcommand, ValueEnum};

use crate::diag::Error;
use files::stage;
pub use reference::reference;
pub use schema::schemas;
use ui::Ui;

/// Turns operator bundles into a validated OLM catalog image.
///
/// A project has its bundles below `bundles/`, a template and the rendered catalog of each package
/// below `catalog/`, and its settings in `catalog/olmcat.yaml`. Without a command line option every
/// command works on the project in the current folder.
///
/// Exit codes: 0 clean, 1 findings (the report says what to mend), 2 could not work (the error says
/// why).
#[derive(Debug, Parser)]
#[command(name = "olmcat", version, max_term_width = 100, arg_required_else_help = true)]
struct Args {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Debug, clap::Args)]
struct Global {
    /// The folder of the project.
    #[arg(long, global = true, default_value = ".", value_name = "DIR")]
    project: PathBuf,
    /// How findings are printed.
    #[arg(long, global = true, value_enum, default_value = "human")]
    format: Format,
    /// Print no progress.
    #[arg(long, short, global = true)]
    quiet: bool,
}

/// A format, as the command line names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Format(crate::report::Format);

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [Format; crate::report::Format::ALL.len()] = {
            let mut all = [Format(crate::report::Format::Human); crate::report::Format::ALL.len()];
            let mut index = 0;
            while index < all.len() {
                all[index] = Format(crate::report::Format::ALL[index]);
                index += 1;
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.name()).help(self.0.help()))
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Args),
    Build(build::Args),
    Render(render::Args),
    Validate(validate::Args),
    Watch(watch::Args),
    Push(push::Args),
    Login(login::Args),
    Logout(logout::Args),
    Copy(copy::Args),
    Inspect(inspect::Args),
    Sign(sign::Args),
    Verify(verify::Args),
    Attest(Box<attest::Args>),
    Attach(attach::Args),
    Referrers(referrers::Args),
    Sbom(sbom::Args),
    /// Work with the bundles of the project.
    #[command(subcommand)]
    Bundle(Bundle),
    Promote(promote::Args),
    Pin(pin::Args),
    List(list::Args),
    Upgrade(upgrade::Args),
    Graph(graph::Args),
    Diff(diff::Args),
    Report(report::Args),
    Manifests(manifests::Args),
    Serve(Box<serve::Args>),
    Query(query::Args),
    Explain(explain::Args),
    Schema(schema::Args),
    Cache(cache::Args),
    ToolImage(tool_image::Args),
    Completions(completions::Args),
    Man(man::Args),
    /// Do what opm does, with its commands, flags and output
    ///
    /// `olmcat opm render`, `olmcat opm validate` and so on take what opm takes and print what opm prints,
    /// to the byte. A link to olmcat that is called `opm` does the same.
    #[command(disable_help_flag = true)]
    Opm {
        /// The command line of opm.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGS")]
        args: Vec<OsString>,
    },
}

#[derive(Debug, Subcommand)]
enum Bundle {
    Add(bundle_add::Args),
    Build(Box<bundle_build::Args>),
    Validate(Box<bundle_validate::Args>),
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ExitStatus {
    /// Nothing to say.
    Clean,
    /// The report has errors.
    Findings,
    /// Something could not be done.
    Failed,
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        ExitCode::from(match status {
            ExitStatus::Clean => 0,
            ExitStatus::Findings => 1,
            ExitStatus::Failed => 2,
        })
    }
}

/// Runs the command line and returns the exit code.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    if opm::is_called(args.first()) {
        return opm::main(args).into();
    }
    if probe::is_called(args.first()) {
        return probe::main(args.into_iter().skip(1));
    }
    let args = match Args::try_parse_from(args) {
        Ok(args) => args,
        Err(error) => {
            let status = if error.use_stderr() { ExitStatus::Failed } else { ExitStatus::Clean };
            return if error.print().is_ok() { status.into() } else { ExitStatus::Failed.into() };
        }
    };
    // A server ends by itself when it is told to.
    let is_server = match &args.command {
        Command::Serve(_) => true,
        Command::Opm { args } => args.first().is_some_and(|command| command == "serve"),
        _ => false,
    };
    if !is_server {
        // What a shell reports for a process that Ctrl-C ended; who watches has no other end.
        end_cleanly(if matches!(args.command, Command::Watch(_)) { 0 } else { 130 });
    }
    let mut ui = Ui::new(args.global.format.0, args.global.quiet);
    let status = run(args, &mut ui).unwrap_or_else(|error| {
        ui.error(&error);
        ExitStatus::Failed
    });
    status.into()
}

/// Lets Ctrl-C and a polite kill end the process without half-written files. Where somebody handles or
/// ignores these signals already, as `nohup` does, that stays so.
#[allow(clippy::exit, reason = "a signal ends the process from a thread of its own")]
fn end_cleanly(code: i32) {
    let _ = ctrlc::try_set_handler(move || {
        crate::oci::abandon_temporary();
        password::restore();
        std::process::exit(code);
    });
}

fn run(args: Args, ui: &mut Ui) -> Result<ExitStatus, Error> {
    let root = args.global.project;
    match args.command {
        Command::Init(args) => init::run(&args, &root, ui),
        Command::Build(args) => build::run(&args, &root, ui),
        Command::Render(args) => render::run(&args, &root, ui),
        Command::Validate(args) => validate::run(&args, &root, ui),
        Command::Watch(args) => watch::run(&args, &root, ui),
        Command::Push(args) => push::run(&args, &root, ui),
        Command::Login(args) => login::run(&args, ui),
        Command::Logout(args) => logout::run(&args, ui),
        Command::Copy(args) => copy::run(&args, ui),
        Command::Inspect(args) => inspect::run(&args, ui),
        Command::Sign(args) => sign::run(&args, ui),
        Command::Verify(args) => verify::run(&args, ui),
        Command::Attest(args) => attest::run(&args, &root, ui),
        Command::Attach(args) => attach::run(&args, ui),
        Command::Referrers(args) => referrers::run(&args, ui),
        Command::Sbom(args) => sbom::run(&args, ui),
        Command::Bundle(Bundle::Add(args)) => bundle_add::run(&args, &root, ui),
        Command::Bundle(Bundle::Build(args)) => bundle_build::run(&args, &root, ui),
        Command::Bundle(Bundle::Validate(args)) => bundle_validate::run(&args, ui),
        Command::Promote(args) => promote::run(&args, &root, ui),
        Command::Pin(args) => pin::run(&args, &root, ui),
        Command::List(args) => list::run(&args, &root, ui),
        Command::Upgrade(args) => upgrade::run(&args, &root, ui),
        Command::Graph(args) => graph::run(&args, &root, ui),
        Command::Diff(args) => diff::run(&args, &root, ui),
        Command::Report(args) => report::run(&args, &root, ui),
        Command::Manifests(args) => manifests::run(&args, &root, ui),
        Command::Serve(args) => serve::run(&args, &root, ui),
        Command::Query(args) => query::run(&args, ui),
        Command::Explain(args) => explain::run(&args, ui),
        Command::Schema(args) => schema::run(&args, &root, ui),
        Command::Cache(args) => cache::run(&args, ui),
        Command::ToolImage(args) => tool_image::run(&args, ui),
        Command::Completions(args) => completions::run(&args, ui),
        Command::Man(args) => man::run(&args),
        Command::Opm { args } => Ok(opm::main([OsString::from("opm")].into_iter().chain(args))),
    }
}

impl From<crate::oci::Error> for Error {
    fn from(error: crate::oci::Error) -> Self {
        Error { message: error.message, hint: error.hint }
    }
}
