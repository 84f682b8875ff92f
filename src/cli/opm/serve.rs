//! `opm serve`.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::net::{Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use super::Stop;
use crate::cli::pull_args::PullArgs;
use crate::cli::serve::{log, start};
use crate::cli::serving::Serving;
use crate::cli::{ExitStatus, Ui};
use crate::diag::Error;
use crate::serve::{Level, Options};

/// Serve a file-based catalog
///
/// There is no cache that could be stale: an index in the cache folder, or beside the catalog, is used if it
/// fits, and else made again.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[arg(value_name = "SOURCE_PATH")]
    source: PathBuf,
    /// The port to serve at.
    #[arg(long, short, default_value_t = 50051)]
    port: u16,
    /// A folder to keep the index in.
    #[arg(long, default_value = "", value_name = "DIR")]
    cache_dir: String,
    /// Make or check the index in the cache folder, and exit.
    #[arg(long, num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true")]
    cache_only: bool,
    /// Taken for opm's sake: an index that does not fit is made again, and never a reason to fail.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    cache_enforce_integrity: Option<bool>,
    /// Where the last words of a server that failed go.
    #[arg(long, short, default_value = "/dev/termination-log")]
    termination_log: PathBuf,
    /// Write every call to the log.
    #[arg(long, num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true")]
    debug: bool,
    /// Taken for opm's sake: there is no profiling server.
    #[arg(long, default_value = "localhost:6060")]
    pprof_addr: String,
    /// Taken for opm's sake.
    #[arg(long, num_args = 0..=1, require_equals = true, default_value_t = false, default_missing_value = "true")]
    pprof_capture_profiles: bool,
}

pub(super) fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Stop> {
    let served = serve(args, ui);
    if let Err(Stop::Error(error)) = &served {
        // opm means to write there, too. Who has no such file is not in a pod.
        let file = OpenOptions::new().write(true).truncate(true).open(&args.termination_log);
        let _ = file.and_then(|mut file| writeln!(file, "{}", error.message));
    }
    served
}

fn serve(args: &Args, ui: &Ui) -> Result<ExitStatus, Stop> {
    if args.cache_enforce_integrity == Some(true) && args.cache_dir.is_empty() {
        return Err(Error::new("--cache-dir must be specified with --cache-enforce-integrity")
            .hint("leave the flag out: an index that does not fit is made again")
            .into());
    }
    let metadata =
        std::fs::metadata(&args.source).map_err(|cause| Error::io("read", &args.source, &cause))?;
    if !metadata.is_dir() {
        return Err(Error::new(format!("{} is not a folder", args.source.display()))
            .hint("name the folder that holds the catalog")
            .into());
    }
    let log = log(if args.debug { Level::Debug } else { Level::Info });
    let serving = Serving {
        catalog: Some(args.source.clone()),
        root: PathBuf::from("."),
        pull: PullArgs::usual(),
        has_lines: false,
        cache: Some(&args.cache_dir).filter(|folder| !folder.is_empty()).map(PathBuf::from),
        verifies: false,
        log: Arc::clone(&log),
    };
    if args.cache_only {
        return match serving.content(ui) {
            Ok(_) => Ok(ExitStatus::Clean),
            Err(refusal) => Ok(refusal.tell(ui)?),
        };
    }
    // As Go does, of IPv4 and IPv6 what there is.
    let grpc = SocketAddr::from((Ipv6Addr::UNSPECIFIED, args.port));
    Ok(start(&serving, Options { grpc, http: None, metrics: None, reload: None, log }, ui)?)
}
