//! `olmcat login`: who we are to a registry, asked for, tried and kept.

use super::registry_args::RegistryArgs;
use super::{ExitStatus, Ui, password};
use crate::diag::Error;
use crate::oci::Reference;
use crate::oci::remote::{Credentials, Login, Options};

/// Log in to a registry
///
/// The login is tried first, and then kept where docker, podman and skopeo find it, too: in the file of
/// `--authfile` or REGISTRY_AUTH_FILE, else in docker's `config.json`, or with the credential helper that this file
/// names. `quay.io/team` keeps a login for a part of a registry, as podman does.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The registry, such as `quay.io`, or a part of it.
    #[arg(value_name = "REGISTRY")]
    registry: String,
    /// The user. If not given, it is asked for.
    #[arg(long, short, value_name = "NAME")]
    username: Option<String>,
    /// Read the password from standard input. If not given, it is asked for.
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    options: RegistryArgs,
}

pub(super) fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Error> {
    let (key, reference) = registry(&args.registry)?;
    let username = match &args.username {
        Some(username) => username.clone(),
        None if args.password_stdin => {
            return Err(Error::new("the user is not said").hint("add `--username NAME`"));
        }
        None => password::ask("user", false, "add `--username NAME`")?,
    };
    let password = if args.password_stdin {
        password::from_input()?
    } else {
        let instead = "give it on standard input, with `--password-stdin`";
        password::ask(&format!("password of {username}"), true, instead)?
    };
    ui.step(format!("logging in to {key}"));
    let login = Credentials::Basic { username: username.clone(), password: password.clone() };
    let options = Options { login: Login::Given(login), ..args.options.options() };
    let looked = args.options.remote(&reference, options)?.greet()?;
    let place = args.options.logins().store(&key, &username, &password)?;
    if !looked {
        ui.note(&format!("{key} lets everybody in: whether the password is right, it does not say"));
    }
    ui.note(&format!("logged in to {key} as {username}; kept in {place}"));
    Ok(ExitStatus::Clean)
}

/// Reads the name of a registry, or of a part of it: its key in files of logins, and a reference in it.
pub(super) fn registry(text: &str) -> Result<(String, Reference), Error> {
    let key = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or(text);
    let key = key.trim_end_matches('/');
    let name = if key.contains('/') { key.to_owned() } else { format!("{key}/any") };
    match Reference::parse(&name) {
        Ok(reference) if (reference.tag(), reference.digest()) == (None, None) => {
            Ok((key.to_owned(), reference))
        }
        _ => Err(Error::new(format!("`{text}` is not the name of a registry"))
            .hint("write its host, such as `quay.io` or `localhost:5000`")),
    }
}
