//! `grpc_health_probe`: the program that OLM runs in a catalog's container to learn whether it serves. A link of
//! that name to olmcat is one, with its flags, in Go's spelling, its output and its exit codes.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::index::wire;
use crate::serve::{Client, Fault, Status, to_json};

/// Exit codes of the original.
const BAD_FLAGS: u8 = 1;
const NO_CONNECTION: u8 = 2;
const NO_ANSWER: u8 = 3;
const NOT_SERVING: u8 = 4;

/// Whether the program is called so.
pub(super) fn is_called(program: Option<&OsString>) -> bool {
    let name = program.and_then(|program| std::path::Path::new(program).file_name());
    name.is_some_and(|name| name == "grpc_health_probe")
}

#[derive(Debug, PartialEq, Eq)]
struct Flags {
    address: String,
    service: String,
    connect: Duration,
    answer: Duration,
    is_verbose: bool,
}

/// Asks once, and says by the exit code what the answer was.
pub(super) fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<String> = args.into_iter().map(|arg| arg.to_string_lossy().into_owned()).collect();
    let (code, out, err) = match flags(&args) {
        Ok(flags) => ask(&flags),
        Err(fault) => (BAD_FLAGS, String::new(), fault),
    };
    if !out.is_empty() {
        let _ = writeln!(std::io::stdout(), "{out}");
    }
    if !err.is_empty() {
        let _ = writeln!(std::io::stderr(), "{err}");
    }
    ExitCode::from(code)
}

fn ask(flags: &Flags) -> (u8, String, String) {
    let start = Instant::now();
    let mut client = match Client::connect(&flags.address, flags.connect) {
        Ok(client) => client,
        Err(Fault::Timeout) => {
            let why =
                format!("timeout: failed to connect service {:?} within {:?}", flags.address, flags.connect);
            return (NO_CONNECTION, String::new(), why);
        }
        Err(fault) => {
            let why = format!("error: failed to connect service at {:?}: {fault}", flags.address);
            return (NO_CONNECTION, String::new(), why);
        }
    };
    let connected = start.elapsed();
    let mut request = Vec::new();
    wire::string(&mut request, 1, &flags.service);
    let path = "/grpc.health.v1.Health/Check";
    let mut status = None;
    let called = client.call(path, &[], &request, flags.answer, &mut |message| {
        let json =
            to_json(path, message).and_then(|json| serde_json::from_str::<serde_json::Value>(&json).ok());
        status = json.and_then(|json| Some(json["status"].as_str()?.to_owned()));
    });
    let times = match flags.is_verbose {
        true => format!("time elapsed: connect={connected:?} rpc={:?}", start.elapsed() - connected),
        false => String::new(),
    };
    match called {
        Err(Fault::Timeout) => (
            NO_ANSWER,
            String::new(),
            format!("timeout: health rpc did not complete within {:?}", flags.answer),
        ),
        Err(Fault::Status(Status { code, .. })) if code.name() == "UNIMPLEMENTED" => {
            let why =
                "error: this server does not implement the grpc health protocol (grpc.health.v1.Health)";
            (NO_ANSWER, String::new(), why.to_owned())
        }
        Err(fault) => (NO_ANSWER, String::new(), format!("error: health rpc failed: {fault}")),
        Ok(()) => match status.as_deref() {
            Some("SERVING") => (0, "status: SERVING".to_owned(), times),
            other => {
                let other = other.unwrap_or("UNKNOWN");
                (NOT_SERVING, String::new(), format!("service unhealthy (responded with {other:?})"))
            }
        },
    }
}

/// Reads flags as Go's `flag` does: one dash or two, the value behind `=` or in the next word.
fn flags(args: &[String]) -> Result<Flags, String> {
    let mut flags = Flags {
        address: String::new(),
        service: String::new(),
        connect: Duration::from_secs(1),
        answer: Duration::from_secs(1),
        is_verbose: false,
    };
    let mut words = args.iter();
    while let Some(word) = words.next() {
        let Some(flag) =
            word.strip_prefix("--").or_else(|| word.strip_prefix('-')).filter(|flag| !flag.is_empty())
        else {
            return Err(format!("error: unexpected argument {word:?}"));
        };
        let (name, given) = flag.split_once('=').map_or((flag, None), |(name, value)| (name, Some(value)));
        if matches!(name, "v" | "tls" | "alts" | "gzip" | "spiffe" | "tls-no-verify") {
            let is_on = given.is_none_or(|value| ["1", "t", "T", "true", "TRUE", "True"].contains(&value));
            match name {
                "v" => flags.is_verbose = is_on,
                "gzip" => {}
                _ if is_on => {
                    return Err(format!("error: -{name} is not supported: catalogs are served without TLS"));
                }
                _ => {}
            }
            continue;
        }
        let mut value = || match given {
            Some(value) => Ok(value),
            None => words.next().map(String::as_str).ok_or(format!("flag needs an argument: -{name}")),
        };
        match name {
            "addr" => value()?.clone_into(&mut flags.address),
            "service" => value()?.clone_into(&mut flags.service),
            "connect-timeout" => flags.connect = duration(name, value()?)?,
            "rpc-timeout" => flags.answer = duration(name, value()?)?,
            "user-agent" | "rpc-header" => drop(value()?),
            "tls-ca-cert" | "tls-client-cert" | "tls-client-key" | "tls-server-name" => {
                return Err(format!("error: -{name} is not supported: catalogs are served without TLS"));
            }
            _ => return Err(format!("flag provided but not defined: -{name}")),
        }
    }
    if flags.address.is_empty() {
        return Err("error: -addr not specified".to_owned());
    }
    Ok(flags)
}

/// Reads a duration as Go writes it: `1m30s`, `500ms`.
fn duration(name: &str, text: &str) -> Result<Duration, String> {
    let fault = || format!("invalid value {text:?} for flag -{name}: not a duration such as \"5s\"");
    let (mut rest, mut seconds) = (text, 0.0);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number: f64 = rest[..digits].parse().map_err(|_| fault())?;
        rest = &rest[digits..];
        let end = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let unit = match &rest[..end] {
            "ns" => 1e-9,
            "us" | "µs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return Err(fault()),
        };
        seconds += number * unit;
        rest = &rest[end..];
    }
    Duration::try_from_secs_f64(seconds).ok().filter(|time| !time.is_zero()).ok_or_else(fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Flags, String> {
        flags(&line.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn flags_are_those_of_go() {
        let flags =
            read("-addr=:50051 --service Registry -connect-timeout 1m30s -rpc-timeout=500ms -v").unwrap();
        assert_eq!(flags.address, ":50051");
        assert_eq!(flags.service, "Registry");
        assert_eq!(flags.connect, Duration::from_secs(90));
        assert_eq!(flags.answer, Duration::from_millis(500));
        assert!(flags.is_verbose);
        assert!(!read("-addr x -v=false").unwrap().is_verbose);
        for wrong in ["", "x", "-addr", "-addr=", "-addr=:1 -rpc-timeout=5", "-addr=:1 -tls", "-addr=:1 -x"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        for wrong in ["-rpc-timeout=0s", "-rpc-timeout=1e99h", "-rpc-timeout=s", "-rpc-timeout=-1s"] {
            assert!(read(&format!("-addr=:1 {wrong}")).is_err(), "{wrong}");
        }
    }
}
