//! `opm alpha list`.

use std::ffi::OsString;

use super::source::Opener;
use super::{Stop, help, source};
use crate::catalog::{Catalog, Graph};
use crate::cli::list::{columns, entries};
use crate::cli::{ExitStatus, Ui};
use crate::diag::Error;
use crate::rules;
use crate::text::{Sources, Value};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List packages.
    Packages {
        #[arg(value_name = "INDEX")]
        index: String,
    },
    /// List channels.
    Channels(Args),
    /// List bundles.
    Bundles(Args),
    #[command(external_subcommand)]
    Unknown(#[expect(dead_code, reason = "whatever it is, the help is printed")] Vec<OsString>),
}

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[arg(value_name = "INDEX")]
    index: String,
    /// Only of this package.
    #[arg(value_name = "PACKAGE")]
    package: Option<String>,
}

pub(super) fn run(command: Command, opener: &Opener, ui: &Ui) -> Result<ExitStatus, Stop> {
    let (index, package) = match &command {
        Command::Packages { index } => (index, None),
        Command::Channels(args) | Command::Bundles(args) => (&args.index, args.package.as_deref()),
        Command::Unknown(_) => return help(&["alpha", "list"], ui),
    };
    let sources = Sources::default();
    let mut catalog = opener.catalog(index, &sources, ui)?;
    source::stop(rules::check_catalog(&catalog), &sources, ui)?;
    if let Some(name) = package {
        if !catalog.packages.iter().any(|package| package.name == name) {
            return Err(Error::new(format!("package \"{name}\" not found"))
                .hint("`opm alpha list packages` says which there are")
                .into());
        }
        catalog.channels.retain(|channel| channel.package == name);
    }
    let (header, mut rows): (&[&str], Vec<Vec<String>>) = match command {
        Command::Packages { .. } => (&["NAME", "DISPLAY NAME", "DEFAULT CHANNEL"], packages(&catalog)),
        Command::Channels(_) => (&["PACKAGE", "CHANNEL", "HEAD"], channels(&catalog)),
        _ => {
            let rows = entries(&catalog).map(|(channel, entry, bundle)| {
                vec![
                    channel.package.to_string(),
                    channel.name.to_string(),
                    entry.name.to_string(),
                    entry.replaces.to_string(),
                    entry.skips.join(","),
                    entry.skip_range.to_string(),
                    bundle.map(|bundle| bundle.image.to_string()).unwrap_or_default(),
                ]
            });
            (&["PACKAGE", "CHANNEL", "BUNDLE", "REPLACES", "SKIPS", "SKIP RANGE", "IMAGE"], rows.collect())
        }
    };
    rows.sort();
    ui.print(&columns(header, &rows))?;
    Ok(ExitStatus::Clean)
}

fn packages(catalog: &Catalog<'_>) -> Vec<Vec<String>> {
    let display_name = |package: &crate::catalog::Package<'_>| {
        let mut channels = catalog.channels.iter().filter(|channel| channel.package == package.name);
        let channel = channels.find(|channel| channel.name == package.default_channel)?;
        let head = *Graph::new(channel).heads().first()?;
        let mut bundles = catalog.bundles.iter().filter(|bundle| bundle.package == package.name);
        let bundle = bundles.find(|bundle| bundle.name == head)?;
        bundle
            .with_csv(|csv| csv.at(&["spec", "displayName"]).and_then(Value::str).map(str::to_owned))
            .flatten()
    };
    let row = |package: &crate::catalog::Package<'_>| {
        let name = display_name(package).unwrap_or_default();
        vec![package.name.to_string(), name, package.default_channel.to_string()]
    };
    catalog.packages.iter().map(row).collect()
}

fn channels(catalog: &Catalog<'_>) -> Vec<Vec<String>> {
    let head = |channel| match Graph::new(channel).heads().as_slice() {
        [head] => (*head).to_owned(),
        [] => "ERROR: no channel head found in graph".to_owned(),
        heads => format!("ERROR: multiple channel heads found in graph: {}", heads.join(", ")),
    };
    let row = |channel| vec![head(channel)];
    (catalog.channels.iter())
        .map(|channel| [vec![channel.package.to_string(), channel.name.to_string()], row(channel)].concat())
        .collect()
}
