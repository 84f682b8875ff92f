//! `olmcat serve`: a catalog is served to OLM, or to whoever wants to look at it.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use super::changes::Changes;
use super::pull_args::PullArgs;
use super::serving::{Refusal, Serving};
use super::{ExitStatus, Ui};
use crate::diag::Error;
use crate::oci::rfc3339;
use crate::report::Format;
use crate::serve::{self, Event, Level, Log, Options, Reload};

/// Serve a catalog to OLM
///
/// CATALOG is a folder or file of FBC, an OCI layout, or the reference of a catalog image; without it, the
/// catalog of the project. It is checked first. The registry API, health checks and server reflection are
/// at one port, without TLS, as OLM v0 wants them; with `--http`, OLM v1's API is at another. An index beside the
/// folder (`configs.index` for `configs`), which self-serving images have, saves reading the catalog. SIGTERM lets
/// calls under way end, and stops.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What to serve.
    #[arg(value_name = "CATALOG")]
    catalog: Option<PathBuf>,
    /// The port of the registry API; 0 for any that is free, which the log names.
    #[arg(long, short, default_value_t = 50051)]
    port: u16,
    /// The address of the interface to listen at; every one if not given.
    #[arg(long, value_name = "IP", default_value = "::")]
    address: IpAddr,
    /// Answer catalogd's `/api/v1/all` and `/api/v1/metas` at this port, or IP:PORT.
    #[arg(long, value_name = "PORT", value_parser = place)]
    http: Option<(Option<IpAddr>, u16)>,
    /// Give counts to Prometheus at `/metrics` of this port, or IP:PORT; also `/healthz`.
    #[arg(long, value_name = "PORT", value_parser = place)]
    metrics: Option<(Option<IpAddr>, u16)>,
    /// Take changes of the catalog over as they are made, without ending a call. One that is wrong is not taken
    /// over, and the log says why.
    #[arg(long)]
    watch: bool,
    /// Compare the digests of all files with those in the index, not only their names and sizes.
    #[arg(long)]
    verify: bool,
    /// Write every call to the log.
    #[arg(long)]
    debug: bool,
    #[command(flatten)]
    pull: PullArgs,
}

/// Reads a port, or an address with one.
fn place(text: &str) -> Result<(Option<IpAddr>, u16), String> {
    if let Ok(port) = text.trim_start_matches(':').parse() {
        return Ok((None, port));
    }
    let address: SocketAddr = text
        .parse()
        .map_err(|_| format!("`{text}` is neither a port nor an address with one, such as 127.0.0.1:8080"))?;
    Ok((Some(address.ip()), address.port()))
}

pub(super) fn run(args: &Args, root: &Path, ui: &Ui) -> Result<ExitStatus, Error> {
    let log = log(if args.debug { Level::Debug } else { Level::Info });
    let serving = Serving {
        catalog: args.catalog.clone(),
        root: root.to_owned(),
        pull: args.pull.clone(),
        has_lines: args.http.is_some(),
        cache: None,
        verifies: args.verify,
        log: Arc::clone(&log),
    };
    if let (true, Some(path)) = (args.watch, &args.catalog)
        && !path.exists()
    {
        return Err(Error::new(format!("cannot watch {}: it is no file or folder", path.display()))
            .hint("leave `--watch` out: what a reference names is pulled once"));
    }
    let at = |(ip, port): (Option<IpAddr>, u16)| SocketAddr::new(ip.unwrap_or(args.address), port);
    let options = Options {
        grpc: SocketAddr::new(args.address, args.port),
        http: args.http.map(at),
        metrics: args.metrics.map(at),
        reload: args.watch.then(|| reload(serving.clone())),
        log,
    };
    start(&serving, options, ui)
}

/// Serves, if there is something to serve.
pub(super) fn start(serving: &Serving, options: Options, ui: &Ui) -> Result<ExitStatus, Error> {
    raise_limit();
    match serving.content(ui) {
        Ok(content) => serve::serve(content, options).map(|()| ExitStatus::Clean),
        Err(refusal) => refusal.tell(ui),
    }
}

/// Every connection is a file to the system, and its usual limit is for programs that have few (so does Go).
fn raise_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
}

/// Looks whether the catalog was changed, and waits until it is left alone.
fn reload(serving: Serving) -> Reload {
    let mut changes = Changes::since(serving.signature());
    let ui = Ui::new(Format::Human, true);
    Box::new(move || {
        let is_over = changes.are_over(serving.signature());
        is_over.then(|| serving.content(&ui).map_err(Refusal::line))
    })
}

/// A log on standard error: a line an event, in the form `key=value`.
pub(super) fn log(least: Level) -> Log {
    Arc::new(move |event: Event| {
        if event.level < least {
            return;
        }
        let time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
        let level = match event.level {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
        };
        let mut line = format!("time={} level={level} msg={:?}", rfc3339(time), event.message);
        for (key, value) in event.fields {
            let is_plain = |c: char| c.is_ascii_graphic() && !"\"=\\".contains(c);
            match !value.is_empty() && value.chars().all(is_plain) {
                true => line += &format!(" {key}={value}"),
                false => line += &format!(" {key}={value:?}"),
            }
        }
        line.push('\n');
        // Who serves goes on without a log.
        let _ = std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes());
    })
}
