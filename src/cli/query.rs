//! `olmcat query`: what a server of the registry API answers.

use std::time::Duration;

use serde_json::Value;

use super::list::table;
use super::{ExitStatus, Ui};
use crate::diag::Error;
use crate::index::wire;
use crate::report::Format;
use crate::serve::{Client, Fault, to_json};

/// Ask a server of the registry API, such as `olmcat serve` or a catalog's pod
///
/// Lists are tables; with `--format json` a list of the messages as they are, with `--format json-lines` a
/// message a line. `bundle` is always JSON. In a cluster, `kubectl port-forward` leads to the server.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where the server is: `host:port`, or `:port` on this machine.
    #[arg(value_name = "ADDRESS")]
    address: String,
    #[command(subcommand)]
    what: What,
    /// How long to wait for the whole answer, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, global = true, value_parser = clap::value_parser!(u64).range(1..86_400))]
    timeout: u64,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Packages with their default channels.
    Packages,
    /// Channels with their heads.
    Channels,
    /// Each entry of each channel: version, edges, image.
    Bundles,
    /// The bundle of a channel, in full: its head, or the one that is named.
    Bundle {
        /// The package.
        package: String,
        /// The channel.
        channel: String,
        /// The name of the bundle.
        name: Option<String>,
    },
    /// The entries that replace or skip a bundle.
    Replaces {
        /// The name of the bundle.
        name: String,
    },
    /// The entries that provide an API, such as `example.com/v1/Demo`.
    Provides {
        /// Group, version and kind.
        #[arg(value_name = "GROUP/VERSION/KIND", value_parser = api)]
        api: [String; 3],
        /// Only heads of channels.
        #[arg(long)]
        latest: bool,
    },
    /// Blobs of another schema, of a package or of none.
    Custom {
        /// The schema.
        schema: String,
        /// The package.
        #[arg(default_value = "")]
        package: String,
    },
    /// Whether it serves.
    Health,
}

fn api(text: &str) -> Result<[String; 3], String> {
    let parts: Vec<String> = text.split('/').map(str::to_owned).collect();
    parts.try_into().map_err(|_| format!("`{text}` is not GROUP/VERSION/KIND, such as `example.com/v1/Demo`"))
}

const EXPERIMENTAL: &[(&str, &str)] = &[("x-acknowledge-experimental", "true")];

/// A connection, and how long it is waited for.
struct Server<'a> {
    client: Client,
    address: &'a str,
    patience: Duration,
}

impl Server<'_> {
    /// Calls a method with strings, and returns the messages of the answer.
    fn call(&mut self, method: &str, texts: &[&str]) -> Result<Vec<Value>, Error> {
        let mut request = Vec::new();
        (1..).zip(texts).for_each(|(field, text)| wire::string(&mut request, field, text));
        let headers = if method.contains("Experimental") { EXPERIMENTAL } else { &[] };
        let (mut messages, mut is_odd) = (Vec::new(), false);
        let mut take = |message: &[u8]| match to_json(method, message).map(|json| serde_json::from_str(&json))
        {
            Some(Ok(value)) => messages.push(value),
            _ => is_odd = true,
        };
        let called = self.client.call(method, headers, &request, self.patience, &mut take);
        called.map_err(|fault| fault_of(self.address, fault))?;
        if is_odd {
            return Err(Error::new(format!("what {} answers is not of the registry API", self.address)));
        }
        Ok(messages)
    }
}

fn fault_of(address: &str, fault: Fault) -> Error {
    let error = Error::new(format!("cannot ask {address}: {fault}"));
    match fault {
        Fault::Connect(_) => error.hint("check the address, and whether the server runs"),
        Fault::Timeout => error.hint("wait longer with `--timeout`"),
        Fault::Status(_) => error,
    }
}

pub(super) fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Error> {
    let patience = Duration::from_secs(args.timeout);
    let client = Client::connect(&args.address, patience).map_err(|fault| fault_of(&args.address, fault))?;
    let mut server = Server { client, address: &args.address, patience };
    let registry = |name: &str| format!("/api.Registry/{name}");
    let (columns, messages): (&[Column], _) = match &args.what {
        What::Packages | What::Channels => {
            let mut packages = Vec::new();
            for name in server.call(&registry("ListPackages"), &[])? {
                packages.extend(server.call(&registry("GetPackage"), &[text(&name, "name")])?);
            }
            let is_packages = matches!(args.what, What::Packages);
            if !is_packages && ui.format() == Format::Human {
                packages = packages.iter().flat_map(channels).collect();
            }
            (if is_packages { PACKAGES } else { CHANNELS }, packages)
        }
        What::Bundles => (BUNDLES, server.call(&registry("ListBundles"), &[])?),
        What::Bundle { package, channel, name } => {
            let found = match name {
                Some(name) => server.call(&registry("GetBundle"), &[package, channel, name])?,
                None => server.call(&registry("GetBundleForChannel"), &[package, channel])?,
            };
            (&[], found)
        }
        What::Replaces { name } => {
            (ENTRIES, server.call(&registry("GetChannelEntriesThatReplace"), &[name])?)
        }
        What::Provides { api, latest } => {
            let method =
                if *latest { "GetLatestChannelEntriesThatProvide" } else { "GetChannelEntriesThatProvide" };
            (ENTRIES, server.call(&registry(method), &api.each_ref().map(String::as_str))?)
        }
        What::Custom { schema, package } => {
            let method = "/api.ExperimentalRegistry/ExperimentalListPackageCustomSchemas";
            (&[], server.call(method, &[schema, package])?)
        }
        What::Health => {
            let answer = server.call("/grpc.health.v1.Health/Check", &[])?;
            let status = answer.first().map_or("UNKNOWN", |answer| text(answer, "status"));
            ui.print(&format!("{status}\n"))?;
            return Ok(if status == "SERVING" { ExitStatus::Clean } else { ExitStatus::Findings });
        }
    };
    ui.print(&show(ui.format(), columns, &messages))?;
    Ok(ExitStatus::Clean)
}

/// The head of a column, and the field that it shows.
type Column = (&'static str, &'static str);

const PACKAGES: &[Column] = &[("package", "name"), ("default channel", "defaultChannelName")];
const CHANNELS: &[Column] = &[("package", "package"), ("channel", "name"), ("head", "csvName")];
const BUNDLES: &[Column] = &[
    ("package", "packageName"),
    ("channel", "channelName"),
    ("bundle", "csvName"),
    ("version", "version"),
    ("replaces", "replaces"),
    ("skips", "skips"),
    ("skipRange", "skipRange"),
    ("image", "bundlePath"),
];
const ENTRIES: &[Column] = &[
    ("package", "packageName"),
    ("channel", "channelName"),
    ("bundle", "bundleName"),
    ("replaces", "replaces"),
];

/// The channels of a package, each with the package's name.
fn channels(package: &Value) -> Vec<Value> {
    let mut channels = package["channels"].as_array().cloned().unwrap_or_default();
    channels.iter_mut().for_each(|channel| channel["package"] = package["name"].clone());
    channels
}

fn text<'v>(message: &'v Value, field: &str) -> &'v str {
    message[field].as_str().unwrap_or_default()
}

fn show(format: Format, columns: &[Column], messages: &[Value]) -> String {
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_default() + "\n";
    match (format, columns) {
        (Format::JsonLines, _) => messages.iter().map(|message| format!("{message}\n")).collect(),
        (Format::Json, _) => pretty(&Value::from(messages)),
        (_, []) => messages.iter().map(pretty).collect(),
        (_, columns) => {
            let cell = |value: &Value| match value {
                Value::Array(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
                value => value.as_str().unwrap_or_default().to_owned(),
            };
            let row = |message: &Value| columns.iter().map(|(_, field)| cell(&message[*field])).collect();
            let mut rows: Vec<Vec<String>> = messages.iter().map(row).collect();
            rows.sort();
            let header: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
            table(&header, &rows)
        }
    }
}
