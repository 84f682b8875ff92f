//! `olmcat logout`: a login is forgotten.

use super::login::registry;
use super::registry_args::logins;
use super::{ExitStatus, Ui};
use crate::diag::Error;

/// Forget the login of a registry
///
/// It goes away wherever olmcat would find it: from the file of `--authfile` or REGISTRY_AUTH_FILE, else from
/// docker's and podman's files and their credential helpers.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The registry, such as `quay.io`, or the part of it that `olmcat login` was given.
    #[arg(value_name = "REGISTRY")]
    registry: String,
    /// The file with the logins, as docker and podman write it.
    #[arg(long, value_name = "FILE")]
    authfile: Option<std::path::PathBuf>,
}

pub(super) fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Error> {
    let (key, _) = registry(&args.registry)?;
    let places = logins(args.authfile.clone()).erase(&key)?;
    ui.note(&match places.as_slice() {
        [] => format!("there is no login for {key}"),
        places => format!("forgot the login for {key} in {}", places.join(" and ")),
    });
    Ok(ExitStatus::Clean)
}
