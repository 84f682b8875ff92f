//! Credential helpers: programs `docker-credential-...` that keep logins (docker-credential-helpers, "Development").

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;

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
    let name = format!("docker-credential-{helper}");
    let fault = |why: &str, hint: &str| Error::new(Kind::Input, format!("`{name}` {why}")).hint(hint);
    if helper.contains(|letter: char| !letter.is_ascii_alphanumeric() && !"._-".contains(letter)) {
        return Err(fault("is not the name of a credential helper", "correct `credsStore` or `credHelpers`"));
    }
    let mut folders = path.into_iter().flat_map(std::env::split_paths);
    let Some(program) = folders.find_map(|folder| Some(folder.join(&name)).filter(|file| file.is_file()))
    else {
        return Err(fault(
            "is not in PATH",
            "install it, or remove it from `credsStore` and `credHelpers` and log in again",
        ));
    };
    let (output, success) = run(&program, server).map_err(|why| fault(&why, "run it by hand with `get`"))?;
    if !success {
        // The protocol has no other way of saying that there is nothing.
        let missing = String::from_utf8_lossy(&output).contains("credentials not found");
        let why = "failed";
        return if missing {
            Ok(None)
        } else {
            Err(fault(why, "run it by hand with `get`, and log in again"))
        };
    }
    let reply: Reply = serde_json::from_slice(&output)
        .map_err(|_| fault("printed something other than a login", "run it by hand with `get`"))?;
    Ok(Some(match reply.username.as_str() {
        "<token>" => Credentials::Identity(reply.secret),
        _ => Credentials::Basic { username: reply.username, password: reply.secret },
    }))
}

fn run(program: &Path, server: &str) -> Result<(Vec<u8>, bool), String> {
    let mut command = Command::new(program);
    command.arg("get").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|cause| format!("cannot be run: {cause}"))?;
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err("cannot be talked to".to_owned());
    };
    // A helper that does not read its input, or has ended, tells more by its output.
    let _ = writeln!(input, "{server}");
    drop(input);
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
