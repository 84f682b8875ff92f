//! Credential helpers: programs `docker-credential-...` that keep logins (docker-credential-helpers, "Development").

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::json;

use super::auth::Credentials;
use crate::oci::error::{Error, Kind};

/// A helper may ask a cloud for a token; one that waits for a person at a keyboard never ends.
const LONGEST: Duration = Duration::from_secs(30);
const OUTPUT_LIMIT: u64 = 1 << 20;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Reply {
    #[serde(default)]
    username: String,
    secret: String,
}

/// Asks a helper for a server's login. `None` if it has none.
pub(super) fn get(helper: &str, server: &str, path: Option<&OsStr>) -> Result<Option<Credentials>, Error> {
    let Some(output) = ask(helper, "get", server, path)? else { return Ok(None) };
    let reply: Reply = serde_json::from_slice(&output)
        .map_err(|_| fault(helper, "printed something other than a login", "run it by hand with `get`"))?;
    Ok(Some(match reply.username.as_str() {
        "<token>" => Credentials::Identity(reply.secret),
        _ => Credentials::Basic { username: reply.username, password: reply.secret },
    }))
}

/// Gives a helper a login to keep.
pub(super) fn store(
    helper: &str,
    server: &str,
    username: &str,
    password: &str,
    path: Option<&OsStr>,
) -> Result<(), Error> {
    let login = json!({ "ServerURL": server, "Username": username, "Secret": password });
    ask(helper, "store", &login.to_string(), path).map(drop)
}

/// Lets a helper forget a server's login.
pub(super) fn erase(helper: &str, server: &str, path: Option<&OsStr>) -> Result<(), Error> {
    ask(helper, "erase", server, path).map(drop)
}

fn fault(helper: &str, why: &str, hint: &str) -> Error {
    Error::new(Kind::Input, format!("`docker-credential-{helper}` {why}")).hint(hint)
}

/// Runs a helper and returns what it printed, or nothing if it knows no such server.
fn ask(helper: &str, action: &str, input: &str, path: Option<&OsStr>) -> Result<Option<Vec<u8>>, Error> {
    if helper.contains(|letter: char| !letter.is_ascii_alphanumeric() && !"._-".contains(letter)) {
        let (why, hint) = ("is not the name of a credential helper", "correct `credsStore` or `credHelpers`");
        return Err(fault(helper, why, hint));
    }
    let name = format!("docker-credential-{helper}");
    let mut folders = path.into_iter().flat_map(std::env::split_paths);
    let Some(program) = folders.find_map(|folder| Some(folder.join(&name)).filter(|file| file.is_file()))
    else {
        let hint = "install it, or remove it from `credsStore` and `credHelpers` and log in again";
        return Err(fault(helper, "is not in PATH", hint));
    };
    let by_hand = format!("run it by hand with `{action}`");
    let (output, success) = run(&program, action, input).map_err(|why| fault(helper, &why, &by_hand))?;
    // The protocol has no other way of saying that there is nothing.
    match success || String::from_utf8_lossy(&output).contains("credentials not found") {
        false => Err(fault(helper, "failed", &format!("{by_hand}, and log in again"))),
        true => Ok(success.then_some(output)),
    }
}

fn run(program: &Path, action: &str, input: &str) -> Result<(Vec<u8>, bool), String> {
    let mut command = Command::new(program);
    command.arg(action).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|cause| format!("cannot be run: {cause}"))?;
    let (Some(mut asked), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err("cannot be talked to".to_owned());
    };
    // A helper that does not read its input, or has ended, tells more by its output.
    let _ = writeln!(asked, "{input}");
    drop(asked);
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = output.take(OUTPUT_LIMIT).read_to_end(&mut bytes);
        let _ = send.send(read.map(|_| bytes));
    });
    match receive.recv_timeout(LONGEST) {
        Ok(Ok(bytes)) => ended(&mut child).map(|success| (bytes, success)),
        Ok(Err(cause)) => Err(end(&mut child, &format!("cannot be read: {cause}"))),
        Err(_) => Err(end(&mut child, &format!("did not answer within {} s", LONGEST.as_secs()))),
    }
}

/// Whether a program that has closed its output ends well.
fn ended(child: &mut Child) -> Result<bool, String> {
    let until = Instant::now() + LONGEST;
    while Instant::now() < until {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status.success()),
            Ok(None) => thread::sleep(Duration::from_millis(5)),
            Err(cause) => return Err(end(child, &format!("cannot be waited for: {cause}"))),
        }
    }
    Err(end(child, "does not end"))
}

fn end(child: &mut Child, why: &str) -> String {
    let _ = child.kill();
    let _ = child.wait();
    why.to_owned()
}
