//! What a registry can do wrong at a step, and what is expected then.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::fault_logins::{challenges, tokens};
use crate::fault_table::{Case, Step, TOKEN};
use crate::server::{Asked, Reply, reply};

/// What a fault leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Nothing: it is no fault to those who are patient.
    Fine,
    /// Trying again helps; where the fault stays, the error says this.
    Passes(&'static str),
    /// The error says this, however often it is tried.
    Fails(&'static str),
}

type Answer = dyn Fn(&Case, &Asked) -> Option<Reply> + Send + Sync;

/// One thing that can be wrong.
#[derive(Clone)]
pub struct Fault {
    pub name: String,
    pub expect: Expect,
    pub reply: Arc<Answer>,
    /// The connection breaks in the body of a `PUT` of such a path.
    pub cut: Option<(&'static str, usize)>,
}

impl Fault {
    pub fn new(
        name: impl Into<String>,
        expect: Expect,
        reply: impl Fn(&Case, &Asked) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        Fault { name: name.into(), expect, reply: Arc::new(reply), cut: None }
    }

    /// One that answers always the same.
    pub fn says(name: impl Into<String>, expect: Expect, reply: Reply) -> Self {
        Fault::new(name, expect, move |_, _| Some(reply.clone()))
    }

    fn raw(name: &str, expect: Expect, text: &str) -> Self {
        Fault::says(name, expect, Reply::Raw(text.as_bytes().to_vec()))
    }
}

use Expect::{Fails, Fine, Passes};
use Step::*;

/// Everything that can go wrong at a step.
pub fn faults(step: Step) -> Vec<Fault> {
    let mut faults = statuses(step);
    faults.extend(connections(step));
    faults.extend(redirects(step));
    faults.extend(match step {
        Challenge => challenges(),
        Token => tokens(),
        Tag | Verify | Child | PullTag => names(step),
        Begin => locations(),
        Look => vec![Fault::says("a wrong length", Fine, reply(404, &[("Content-Length", "7")], ""))],
        Mount => vec![
            Fault::says("no location", Fails("no `Location`"), reply(202, &[], "")),
            Fault::says("a mount that is a lie", Fails("MANIFEST_BLOB_UNKNOWN"), reply(201, &[], "")),
        ],
        Upload => uploads(),
        Put | PutChild => manifests(step),
        PullManifest | PullConfig | PullLayer | PullStored => contents(step),
    });
    faults
}

const PASSING: [u16; 9] = [408, 429, 499, 500, 502, 503, 504, 507, 599];

fn statuses(step: Step) -> Vec<Fault> {
    let others =
        [204, 206, 300, 304, 400, 401, 402, 403, 404, 405, 409, 410, 413, 415, 416, 422, 451, 501, 505];
    let one = |status: &u16| {
        let answered: &'static str = format!("answered {status}").leak();
        let expect = match (step, status) {
            (Mount, _) => Fine,
            (Tag | Child | Look, 404) => Fine,
            (PullTag, 404) => Fails("there is no 127.0.0.1"),
            (Verify, 404) => Passes("is not there after the push"),
            (Token, 400 | 401 | 403) => Fails("refused the login with"),
            (Token, 204 | 206) => Fails("answered something other than a token"),
            // What was not kept is missed by whoever needs it.
            (Upload | PutChild, 204) | (PutChild, 206) => Fails("MANIFEST_BLOB_UNKNOWN"),
            (Put, 204 | 206) => Fails("names sha256:"),
            (PullConfig | PullLayer | PullStored, 206) => Passes("0 bytes of sha256:"),
            (_, status) if PASSING.contains(status) => Passes(answered),
            _ => Fails(answered),
        };
        Fault::says(format!("status {status}"), expect, reply(*status, &[], ""))
    };
    let mut faults: Vec<Fault> = PASSING.iter().chain(&others).map(one).collect();
    let waits = |seconds, words| match step {
        Mount => Fine,
        _ if seconds == "0" => Passes(words),
        _ => Fails(words),
    };
    for (status, seconds, words) in [
        (429, "0", "answered 429"),
        (429, "3600", "asks to wait 3600 s"),
        (503, "7200", "asks to wait 7200 s"),
    ] {
        let name = format!("status {status}, to wait {seconds} s");
        let reply = reply(status, &[("Retry-After", seconds)], "");
        faults.push(Fault::says(name, waits(seconds, words), reply));
    }
    // The clock of the server counts, also when it is wrong.
    const NOW: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    for (until, seconds, words) in [
        (NOW, "0", "answered 429"),
        ("Sunday, 06-Nov-94 08:49:30 GMT", "0", "answered 429"),
        ("Sun, 06 Nov 1994 09:49:37 GMT", "3600", "asks to wait 3600 s"),
    ] {
        let name = format!("status 429, to wait until {until}");
        let reply = reply(429, &[("Date", NOW), ("Retry-After", until)], "");
        faults.push(Fault::says(name, waits(seconds, words), reply));
    }
    faults
}

fn connections(step: Step) -> Vec<Fault> {
    let ok = "HTTP/1.1 200 OK\r\n";
    let mut faults = vec![
        Fault::raw("closed at once", Passes("broke"), ""),
        Fault::raw("half a status line", Passes("127.0.0.1"), "HTTP/1.1 2"),
        Fault::raw("half a header", Passes("127.0.0.1"), &format!("{ok}Content-Le")),
        Fault::raw("not http", Passes("did not answer in HTTP"), "SSH-2.0-OpenSSH_9.2\r\n"),
        Fault::raw("another http", Passes("did not answer in HTTP"), "HTTP/9.9 200 OK\r\n\r\n"),
        Fault::raw("a status of words", Passes("did not answer in HTTP"), "HTTP/1.1 good OK\r\n\r\n"),
        Fault::raw("a status of four digits", Passes("did not answer in HTTP"), "HTTP/1.1 2000 OK\r\n\r\n"),
        Fault::raw("a giant header", Passes("127.0.0.1"), &format!("{ok}X: {}\r\n\r\n", "x".repeat(1 << 20))),
        Fault::raw(
            "too many headers",
            Passes("127.0.0.1"),
            &format!("{ok}{}\r\n", "X: y\r\n".repeat(50_000)),
        ),
        Fault::says("silence", Passes("did not answer within 0.4 s"), Reply::Silence),
        Fault::says("a slow head", Passes("did not answer within 0.4 s"), Reply::Trickle(ok.into())),
    ];
    if step.has_body() {
        let cut = |head: &str| format!("{ok}{head}\r\n\r\n[1,");
        faults.extend([
            Fault::raw("cut in the body", Passes("127.0.0.1"), &cut("Content-Length: 100")),
            Fault::raw("cut in a chunk", Passes("127.0.0.1"), &cut("Transfer-Encoding: chunked\r\n\r\nff")),
            Fault::raw("bad chunks", Passes("127.0.0.1"), &cut("Transfer-Encoding: chunked\r\n\r\nzz")),
            Fault::raw("a negative length", Passes("127.0.0.1"), &cut("Content-Length: -3")),
            Fault::raw("two lengths", Passes("127.0.0.1"), &cut("Content-Length: 3\r\nContent-Length: 9")),
            Fault::says(
                "a slow body",
                Passes("127.0.0.1"),
                Reply::Trickle(format!("{ok}Content-Length: 9999\r\n\r\n").into_bytes()),
            ),
        ]);
    }
    if step == Upload || step == Put || step == PutChild {
        for (name, after) in [("cut before the body", 0), ("cut after a byte", 1), ("cut in mid-body", 200)] {
            let part = match step {
                Upload => "session",
                Put => "manifests/v1",
                _ => "manifests/sha256",
            };
            let fault = Fault::new(format!("{name} that is sent"), Passes("127.0.0.1"), |_, _| None);
            faults.push(Fault { cut: Some((part, after)), ..fault });
        }
    }
    faults
}

fn redirects(step: Step) -> Vec<Fault> {
    let leads = |name: &str, words, to: &'static str| {
        let expect = Fails(words);
        Fault::says(format!("redirected {name}"), expect, reply(307, &[("Location", to)], ""))
    };
    let mut faults = vec![
        Fault::new("redirected to itself", Fails("redirects in circles"), |_, asked| {
            Some(reply(308, &[("Location", &asked.path)], ""))
        }),
        leads("to no address", "to an address that is not one", "http://["),
        leads("to nowhere", "no `Location`", ""),
        leads("to a file", "neither http nor https", "file:///etc/passwd"),
        leads("to an address without host", "", "http:///x"),
        Fault::says("redirected without location", Fails("no `Location`"), reply(307, &[], "")),
        Fault::new("redirected between two", Fails("redirects in circles"), |_, asked| {
            let path =
                asked.path.strip_suffix("?again").map_or(format!("{}?again", asked.path), str::to_owned);
            Some(reply(307, &[("Location", &path)], ""))
        }),
    ];
    if step != Challenge && step != PullStored {
        let expect = if step == Token { Fails("answered 404") } else { Fine };
        faults.push(Fault::new("redirected to another host", expect, |case, asked| {
            Some(reply(307, &[("Location", &format!("http://{}{}", case.other, asked.path))], ""))
        }));
    }
    faults
}

/// Answers to what a tag or a digest names.
fn names(step: Step) -> Vec<Fault> {
    let other = format!("sha256:{}", "0".repeat(64));
    let digest = |name: &str, expect, digests: &[&str]| {
        let digests: Vec<String> = digests.iter().map(|digest| (*digest).to_owned()).collect();
        Fault::new(name, expect, move |_, asked| {
            let headers: Vec<(&str, &str)> =
                digests.iter().map(|digest| ("Docker-Content-Digest", digest.as_str())).collect();
            let headers = [headers.as_slice(), &[("Content-Length", "7")]].concat();
            (asked.method == "HEAD").then(|| reply(200, &headers, ""))
        })
    };
    let digest_and = |name: &str, expect, digest: &str, header: &str| {
        let text = format!("HTTP/1.1 200 OK\r\nDocker-Content-Digest: {digest}\r\n{header}\r\n");
        Fault::new(name, expect, move |_, asked| {
            (asked.method == "HEAD").then(|| Reply::Raw(text.clone().into_bytes()))
        })
    };
    let wrong = match step {
        Verify => Fails("names sha256:0000"),
        PullTag => Fails("answered 404"),
        _ => Fine,
    };
    let mut faults = vec![
        digest("a wrong digest", wrong, &[&other]),
        digest("no digest", Fine, &[]),
        digest("a broken digest", Fine, &["sha256:xyz"]),
        digest("a digest of another kind", Fine, &["sha512:00"]),
        digest("two digests", Fine, &[&other, "sha256:xyz"]),
        digest_and("no length", Fine, &other, ""),
        digest_and("a length in words", Passes("did not answer in HTTP"), &other, "Content-Length: x7\r\n"),
    ];
    if step == PullTag || step == Verify {
        faults.push(moving(step));
    }
    faults
}

/// A tag that names the image at first, and something else in every answer after that. Who reads holds on to what
/// was named at first; who writes does not claim to have written.
fn moving(step: Step) -> Fault {
    let expect = if step == Verify { Fails("another job pushes the same tag") } else { Fine };
    let asked_before = AtomicUsize::new(0);
    Fault::new("a manifest that changes between two requests", expect, move |case, asked| {
        let is_first = asked_before.fetch_add(1, Ordering::SeqCst) == 0 && step != Verify;
        let (digest, bytes) = case.manifest();
        let other = format!("sha256:{}", "1".repeat(64));
        let digest = if is_first { digest } else { &other };
        let length = bytes.len().to_string();
        let headers = [("Docker-Content-Digest", digest), ("Content-Length", &length)];
        (asked.method == "HEAD").then(|| reply(200, &headers, ""))
    })
}

/// Where an upload is to go on.
fn locations() -> Vec<Fault> {
    let to = |name: &str, expect, location: &'static str| {
        Fault::new(format!("location: {name}"), expect, move |case, asked| {
            let location = location.replace("OTHER", &case.other).replace("HOST", &asked.headers["host"]);
            Some(reply(202, &[("Location", &location)], ""))
        })
    };
    vec![
        Fault::says("no location", Fails("no `Location`"), reply(202, &[], "")),
        to("empty", Fails("no `Location`"), ""),
        to("a name", Fine, "session"),
        to("a query", Fine, "?session=1"),
        to("a path", Fine, "/v2/demo/catalog/blobs/uploads/session?_state=x%3D"),
        to("whole", Fine, "http://HOST/session"),
        to("without scheme", Fine, "//HOST/session"),
        to("with fragment", Fine, "/session#part"),
        to("another host", Fine, "http://OTHER/session"),
        to("another host without scheme", Fine, "//OTHER/session"),
        to("another host with a login", Fine, "http://user:pass@OTHER/session"),
        to("a host in capitals", Fine, "HTTP://HOST/session"),
        to("no address", Fails("is not one"), "http://["),
        to("no host", Fails("leads to"), "http:///x"),
        to("another scheme", Fails("neither http nor https"), "ftp://HOST/session"),
        to("a file", Fails("neither http nor https"), "file:///etc/passwd"),
        to("where nobody is", Passes("refused the connection"), "http://127.0.0.1:1/session"),
        Fault::new("two locations", Fine, |_, _| {
            Some(reply(202, &[("Location", "/session/1"), ("Location", "/session/2")], ""))
        }),
    ]
}

fn uploads() -> Vec<Fault> {
    let said = |code: &str| format!("{{\"errors\":[{{\"code\":\"{code}\"}}]}}");
    let lost = |name: &str, status, code: &'static str| {
        Fault::says(name, Passes(code), reply(status, &[], &said(code)))
    };
    vec![
        lost("a session that is lost", 404, "BLOB_UPLOAD_UNKNOWN"),
        lost("a session that is broken", 400, "BLOB_UPLOAD_INVALID"),
        lost("a digest that does not agree", 400, "DIGEST_INVALID"),
        lost("a size that does not agree", 400, "SIZE_INVALID"),
        Fault::says("too large", Fails("answered 413"), reply(413, &[], "<html>nginx</html>")),
        Fault::says("denied", Fails("DENIED"), reply(403, &[], &said("DENIED"))),
        Fault::says(
            "the token comes back",
            Fails("answered 400"),
            reply(400, &[], &format!("Bearer {TOKEN} is bad")),
        ),
        Fault::says(
            "the token comes back where the line is cut",
            Fails("answered 400"),
            reply(400, &[], &format!("{}{TOKEN}", "x".repeat(290))),
        ),
        Fault::says("an upload that is a lie", Fails("MANIFEST_BLOB_UNKNOWN"), reply(201, &[], "")),
        Fault::says(
            "a digest that is a lie",
            Fails("MANIFEST_BLOB_UNKNOWN"),
            reply(201, &[("Docker-Content-Digest", "sha256:00")], ""),
        ),
        Fault::says(
            "an endless answer",
            Fails("answered with more than 65536 bytes"),
            reply(201, &[], &"x".repeat(1 << 20)),
        ),
        Fault::says("control characters", Fails("answered 400: a [31mb"), reply(400, &[], "a\u{1b}[31mb")),
    ]
}

fn manifests(step: Step) -> Vec<Fault> {
    let said = |code: &str| format!("{{\"errors\":[{{\"code\":\"{code}\"}}]}}");
    let lie = if step == Put { Fails("names sha256:") } else { Fails("MANIFEST_BLOB_UNKNOWN") };
    vec![
        Fault::says(
            "a blob that is not known yet",
            Passes("MANIFEST_BLOB_UNKNOWN"),
            reply(400, &[], &said("MANIFEST_BLOB_UNKNOWN")),
        ),
        Fault::says(
            "a manifest that is not liked",
            Fails("MANIFEST_INVALID"),
            reply(400, &[], &said("MANIFEST_INVALID")),
        ),
        Fault::says(
            "a tag that may not move",
            Fails("TAG_IMMUTABLE"),
            reply(409, &[], &said("TAG_IMMUTABLE")),
        ),
        Fault::says("a manifest that is not kept", lie, reply(201, &[], "")),
        Fault::says("too much said", Fails("answered 400"), reply(400, &[], &"word ".repeat(100_000))),
        Fault::says(
            "the token comes back",
            Fails("answered 400"),
            reply(400, &[], &format!("{TOKEN} is bad")),
        ),
    ]
}

/// Content that is pulled.
fn contents(step: Step) -> Vec<Fault> {
    let corrupt = if step == PullManifest { Fails("sha256:") } else { Passes("sha256:") };
    let changed = |name: &str, expect, change: fn(&[u8]) -> Vec<u8>| {
        Fault::new(name, expect, move |case, asked| {
            let (_, bytes) = case.content(asked)?;
            Some(reply(200, &[], &String::from_utf8_lossy(&change(bytes))))
        })
    };
    let promised = |name: &str, keep: fn(usize) -> usize| {
        Fault::new(name, Passes("127.0.0.1"), move |case, asked| {
            let (_, bytes) = case.content(asked)?;
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", bytes.len());
            Some(Reply::Raw([head.as_bytes(), &bytes[..keep(bytes.len())]].concat()))
        })
    };
    let more = if step == PullManifest { Fails("sha256:") } else { Fails("more than") };
    let mut faults = vec![
        changed("other bytes", more, |bytes| vec![b'x'; bytes.len() * 2]),
        changed("nothing", corrupt, |_| Vec::new()),
        changed("a part", corrupt, |bytes| vec![b'x'; bytes.len() / 2]),
        changed("wrong bytes", corrupt, |bytes| vec![b'x'; bytes.len()]),
        promised("cut after nothing", |_| 0),
        promised("cut after a byte", |_| 1),
        promised("cut in the middle", |length| length / 2),
        promised("cut before the last byte", |length| length - 1),
        Fault::new("in chunks", Fine, |case, asked| {
            let (_, bytes) = case.content(asked)?;
            let head = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n", bytes.len());
            Some(Reply::Raw([head.as_bytes(), bytes, b"\r\n0\r\n\r\n"].concat()))
        }),
    ];
    if step == PullManifest {
        let asked_before = AtomicUsize::new(0);
        let name = "a manifest that changes between two requests";
        faults.push(Fault::new(name, Fails("came instead"), move |_, _| {
            Some(match asked_before.fetch_add(1, Ordering::SeqCst) {
                0 => reply(503, &[], ""),
                _ => reply(200, &[], "{\"another\":\"manifest\"}"),
            })
        }));
    }
    if step != PullManifest {
        faults.push(Fault::new("a rest that is none", Passes("sha256:"), |case, asked| {
            let (_, bytes) = case.content(asked)?;
            let half = bytes.len() / 2;
            Some(if asked.headers.contains_key("range") {
                reply(206, &[], &"x".repeat(bytes.len() - half))
            } else {
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", bytes.len());
                Reply::Raw([head.as_bytes(), &bytes[..half]].concat())
            })
        }));
    }
    faults
}
