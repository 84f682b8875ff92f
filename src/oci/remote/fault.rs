//! What went wrong with a request: the reason in words, the remedy, and whether to try again.
//!
//! Text that a server sent is rid of our secrets, stripped of control characters and shortened, in this order,
//! before it gets into a message; addresses lose their query, since upload sessions and signed downloads keep secrets in it.

use std::io;
use std::time::Duration;

use serde::Deserialize;

use super::http::Answer;
use crate::oci::error::{Error, Kind};

/// A request that failed. The one who asked adds what was being done.
#[derive(Debug)]
pub(super) struct Failure {
    /// Why, what to do, of what kind. The message begins in the middle of a sentence.
    pub(super) error: Error,
    /// Whether trying again may help.
    pub(super) retry: Retry,
}

/// Whether trying again may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Retry {
    /// No: the answer will be the same.
    Never,
    /// Yes, with the usual pauses.
    Soon,
    /// Yes, but the server asked for patience without saying how long.
    Later,
    /// Yes, after the time that the server named.
    After(Duration),
}

impl Failure {
    /// A failure that stays.
    pub(super) fn new(kind: Kind, reason: impl Into<String>, hint: &str) -> Self {
        Failure { error: Error::new(kind, reason).hint(hint), retry: Retry::Never }
    }

    /// A failure that may pass.
    pub(super) fn passing(mut self) -> Self {
        self.retry = Retry::Soon;
        self
    }
}

/// Translates what the transport says. `host` is the one that was asked; `patience` is how long.
pub(super) fn transport(cause: ureq::Error, host: &str, patience: super::Patience) -> Failure {
    let unreachable = |reason: String, hint: &str| Failure::new(Kind::Unreachable, reason, hint);
    match cause {
        ureq::Error::HostNotFound => unknown_host(host),
        ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => unreachable(
            format!("{host} did not accept a connection within {} s", patience.connect.as_secs_f32()),
            "check the host, the port and the firewall; behind a proxy, set HTTPS_PROXY",
        )
        .passing(),
        ureq::Error::Timeout(_) => silent(host, patience),
        ureq::Error::ConnectProxyFailed(reason) => unreachable(
            format!("the proxy refused to connect to {host}: {reason}"),
            "check HTTPS_PROXY, and name hosts that need no proxy in NO_PROXY",
        )
        .passing(),
        ureq::Error::InvalidProxyUrl => unreachable(
            "the proxy's address is not one".to_owned(),
            "check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY",
        ),
        ureq::Error::Rustls(cause) => tls(host, &cause.to_string()),
        ureq::Error::Tls(cause) => tls(host, cause),
        ureq::Error::Io(cause) => connection(&cause, host, patience),
        ureq::Error::Protocol(cause) => unreachable(
            format!("{host} did not answer in HTTP: {cause}"),
            "check that the port is the registry's, and whether it speaks https or plain http",
        )
        .passing(),
        ureq::Error::BadUri(_) => {
            unreachable(format!("{host} led to an address that is not one"), "check the host")
        }
        other => {
            unreachable(format!("talking to {host} failed: {other}"), "try again; see the registry's log")
                .passing()
        }
    }
}

/// Translates an error of the connection, also one in the middle of an answer.
pub(super) fn connection(cause: &io::Error, host: &str, patience: super::Patience) -> Failure {
    use io::ErrorKind;
    let text = cause.to_string();
    let unreachable = |reason: String, hint: &str| Failure::new(Kind::Unreachable, reason, hint).passing();
    match cause.kind() {
        ErrorKind::ConnectionRefused => unreachable(
            format!("{host} refused the connection"),
            "check that the registry runs, and its host and port",
        ),
        ErrorKind::TimedOut | ErrorKind::WouldBlock => silent(host, patience),
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => unreachable(
            format!("there is no way to {host}: {text}"),
            "check the network; behind a proxy, set HTTPS_PROXY",
        ),
        // The resolver's and rustls's own errors travel inside of an `io::Error`.
        _ if text.contains("lookup address") => unknown_host(host),
        _ if text.contains("timeout") => silent(host, patience),
        ErrorKind::InvalidData | ErrorKind::Other
            if text.contains("certificate") || text.contains("corrupt message") =>
        {
            tls(host, &text)
        }
        ErrorKind::InvalidData => tls(host, &text),
        _ => unreachable(
            format!("the connection to {host} broke: {text}"),
            "try again; if it always breaks at the same size or time, look for a proxy or load balancer with a limit",
        ),
    }
}

/// A failure before anybody was asked.
pub(super) fn ours(error: Error) -> Failure {
    Failure { error, retry: Retry::Never }
}

/// What is to be sent cannot be read, which is nobody's fault but this machine's.
pub(super) fn unread_content(cause: &io::Error) -> Failure {
    let reason = format!("its content cannot be read: {cause}");
    Failure::new(Kind::File, reason, "leave the files alone while they are pushed, and check the disk")
}

fn unknown_host(host: &str) -> Failure {
    let reason = format!("the host {host} is not known");
    Failure::new(Kind::Unreachable, reason, "check the spelling, and whether this machine can resolve names")
        .passing()
}

fn silent(host: &str, patience: super::Patience) -> Failure {
    let reason = format!("{host} did not answer within {} s", patience.idle.as_secs_f32());
    Failure::new(Kind::Unreachable, reason, "try again later; see whether the registry is overloaded")
        .passing()
}

/// Whether TLS is spoken at the other end, but no trust came of it.
pub(super) fn is_tls(failure: &Failure) -> bool {
    let message = failure.error.message.to_ascii_lowercase();
    message.contains("certificate") && message.starts_with("no trusted connection")
}

fn tls(host: &str, cause: &str) -> Failure {
    let says = |words: &[&str]| words.iter().any(|word| cause.to_ascii_lowercase().contains(word));
    let hint = if says(&["unknownissuer", "unknown issuer"]) {
        "give the certificate of the authority that signed the registry's as CA file, or set SSL_CERT_FILE to it"
    } else if says(&["not valid for name", "notvalidforname"]) {
        "use the host name that the registry's certificate was made for"
    } else if says(&["expired", "not valid yet", "notvalidyet"]) {
        "check this machine's clock; if it is right, the registry needs a new certificate"
    } else if says(&["certificaterequired", "certificate required", "badcertificate", "bad certificate"]) {
        "the registry wants a certificate of yours: put `client.cert` and `client.key` into its folder in `certs.d`"
    } else if says(&["corrupt message"]) {
        "the registry may speak plain http: ask for that, if you trust the network between"
    } else if says(&["ca certificates"]) {
        "install the system's certificates (`ca-certificates`), or set SSL_CERT_FILE to a file with some"
    } else {
        "check the registry's certificate with `openssl s_client -connect HOST:443`"
    };
    Failure::new(Kind::Unreachable, format!("no trusted connection to {host}: {cause}"), hint)
}

/// Translates a status that was not hoped for. `who` says which credentials were used, or where none were
/// found.
pub(super) fn status(answer: &Answer, host: &str, who: &str) -> Failure {
    let status = answer.status;
    let said = answer.complaint.as_deref().map(|said| format!(": {said}")).unwrap_or_default();
    let reason = format!("{host} answered {status}{said}");
    let after = answer.retry_after.map_or(Retry::Later, Retry::After);
    let (kind, hint, retry) = match status {
        401 => (
            Kind::Unauthorized,
            format!("log in with olmcat, docker, podman or skopeo, or renew the password; {who}"),
            Retry::Never,
        ),
        403 => (
            Kind::Forbidden,
            format!("ask for the right to push to the repository, and check its name; {who}"),
            Retry::Never,
        ),
        404 => (
            Kind::NotFound,
            "check the host and the repository's name; some registries want it created before the first push"
                .to_owned(),
            Retry::Never,
        ),
        // 499 comes from proxies that think that we went away.
        408 | 499 => (
            Kind::Registry,
            "try again later".to_owned(),
            answer.retry_after.map_or(Retry::Soon, Retry::After),
        ),
        413 => (
            Kind::Registry,
            "raise the size limit of the registry or of the proxy before it (nginx: `client_max_body_size`)"
                .to_owned(),
            Retry::Never,
        ),
        429 => (
            Kind::TooManyRequests,
            format!("wait some minutes; registries allow more requests to those who log in; {who}"),
            after,
        ),
        500.. => (
            Kind::Registry,
            "try again later; see the registry's status page or its log. What was uploaded stays".to_owned(),
            // 501 and 505 say that it will never work.
            match (status, answer.retry_after) {
                (501 | 505, _) => Retry::Never,
                (_, Some(after)) => Retry::After(after),
                _ => Retry::Soon,
            },
        ),
        _ => (Kind::Registry, "check that the host is a registry; see its log".to_owned(), Retry::Never),
    };
    Failure { error: Error::new(kind, reason).hint(hint), retry }
}

/// Words the remedies of [`status`] for somebody who only wants to read. `who` is as there.
pub(super) fn unread(mut failure: Failure, who: &str) -> Failure {
    let hint = match failure.error.kind {
        // Quay and Docker Hub answer so where nothing is, too.
        Kind::Unauthorized => format!(
            "check the repository's name, and log in with olmcat, docker, podman or skopeo if it is private; {who}"
        ),
        Kind::Forbidden => format!("ask for the right to pull from the repository; {who}"),
        Kind::NotFound => "check the repository's name, and the tag or digest".to_owned(),
        _ => return failure,
    };
    failure.error.hint = Some(hint);
    failure
}

/// What a registry complains about (distribution specification, "Error Codes"): `CODE: message`, or a short
/// line of plain text. Pages of HTML say nothing. It is not tame yet: see [`shorten`].
pub(super) fn complaint(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Complaints {
        errors: Vec<Complaint>,
    }
    #[derive(Deserialize)]
    struct Complaint {
        #[serde(default)]
        code: String,
        #[serde(default)]
        message: String,
    }
    let text = match serde_json::from_slice::<Complaints>(body) {
        Ok(complaints) => {
            let lines =
                complaints.errors.iter().map(|each| match (each.code.as_str(), each.message.as_str()) {
                    ("", message) => message.to_owned(),
                    (code, "") => code.to_owned(),
                    (code, message) => format!("{code}: {message}"),
                });
            lines.collect::<Vec<_>>().join("; ")
        }
        Err(_) => {
            String::from_utf8(body.to_vec()).ok().filter(|text| !text.trim_start().starts_with(['<', '{']))?
        }
    };
    Some(text)
}

/// Makes a line of what a server said, of a length that fits into a message.
pub(super) fn shorten(text: &str) -> Option<String> {
    let text: String =
        text.trim().chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    match text.char_indices().nth(300) {
        _ if text.is_empty() => None,
        Some((end, _)) => Some(format!("{} ...", &text[..end])),
        None => Some(text),
    }
}

#[cfg(test)]
mod tests {
    use super::{complaint, shorten};

    #[test]
    fn complaints_are_short_and_tame() {
        let said = |body: &str| shorten(&complaint(body.as_bytes())?);
        assert_eq!(
            said(r#"{"errors":[{"code":"DENIED","message":"no\u001b[31m"}]}"#).unwrap(),
            "DENIED: no [31m"
        );
        assert_eq!(said(r#"{"errors":[{"code":"A"},{"message":"b"}]}"#).unwrap(), "A; b");
        assert_eq!(said("plain\n").unwrap(), "plain");
        assert_eq!(said(""), None);
        assert_eq!(said("<html>"), None);
        assert_eq!(said(r#"{"errors":[]}"#), None);
        assert_eq!(said(&"ä".repeat(400)).unwrap().chars().count(), 304);
    }
}
