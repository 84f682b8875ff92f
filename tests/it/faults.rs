//! A push to a registry that misbehaves: it ends, it says why, and no secret gets out.

use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use olmcat::image::Options as ImageOptions;
use olmcat::oci::remote::{Credentials, Login, Options, Patience, Progress, Pushed, Remote};
use olmcat::oci::{Artifact, Error, Kind, Reference};

use crate::image::{build, single};
use crate::server::{Asked, Reply, Server, reply};

const PASSWORD: &str = "s3cret-passw0rd";
const TOKEN: &str = "t0ken-";

fn options() -> Options {
    let (connect, idle) = (Duration::from_secs(2), Duration::from_secs(5));
    let patience = Patience { connect, idle, tries: 4, pause: Duration::from_millis(10) };
    Options { patience, ..Options::default() }
}

fn alice() -> Login {
    Login::Given(Credentials::Basic { username: "alice".to_owned(), password: PASSWORD.to_owned() })
}

fn artifact() -> Artifact {
    build(&ImageOptions::default())
}

/// Pushes, and makes sure that neither an error nor progress tells a secret.
fn push_as(options: Options, reference: &Reference) -> Result<Pushed, Error> {
    let tame = |text: String| assert!(!text.contains(PASSWORD) && !text.contains(TOKEN), "{text}");
    let note = |progress: Progress<'_>| tame(format!("{progress:?}"));
    let result =
        Remote::new(reference, options).and_then(|remote| remote.push(&artifact(), reference, &note));
    tame(format!("{result:?}"));
    if let Ok(pushed) = &result {
        assert_eq!(pushed.digest, artifact().digest());
    }
    result
}

fn push(server: &Server) -> Result<Pushed, Error> {
    push_as(options(), &server.reference())
}

/// A fault for the first requests of a kind, and then none.
fn first(
    times: usize,
    method: &'static str,
    part: &'static str,
    fault: Reply,
) -> impl Fn(&Asked) -> Option<Reply> {
    let seen = AtomicUsize::new(0);
    move |asked| {
        (asked.is(method, part) && seen.fetch_add(1, Ordering::SeqCst) < times).then(|| fault.clone())
    }
}

#[test]
fn nothing_is_wrong() {
    let server = Server::start(|_| None);
    assert!(!format!("{:?}", Options { login: alice(), ..options() }).contains(PASSWORD));
    assert_eq!(push(&server).unwrap().uploaded, 3);
    // The tag comes last, and only after all the rest.
    let log = server.log();
    let last = log.iter().rposition(|asked| asked.method == "PUT").unwrap();
    assert!(log[last].path.ends_with("/manifests/v1"));
    assert!(log.iter().all(|asked| asked.headers["user-agent"].starts_with("olmcat/")));
    assert_eq!(push(&server).unwrap().existing, 3);
    assert_eq!(server.count("PUT", ""), 3);
}

#[test]
fn faults_that_pass_are_waited_for() {
    let said = r#"{"errors":[{"code":"TOOMANYREQUESTS","message":"slow down"}]}"#;
    for (method, part, fault) in [
        ("PUT", "uploads", reply(500, &[], "")),
        ("POST", "uploads", reply(503, &[("Retry-After", "0")], "")),
        ("HEAD", "blobs", reply(429, &[("Retry-After", "0")], "")),
        ("PUT", "manifests", reply(429, &[], said)),
        ("PUT", "manifests", reply(408, &[], "")),
        ("PUT", "manifests", reply(400, &[], r#"{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN"}]}"#)),
        ("PUT", "uploads", reply(404, &[], r#"{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]}"#)),
        ("HEAD", "manifests", reply(502, &[], "<html>")),
        ("HEAD", "manifests", Reply::Raw(b"HTTP/1.1 200".to_vec())),
        ("PUT", "uploads", Reply::Broken(10)),
    ] {
        let server = Server::start(first(2, method, part, fault.clone()));
        push(&server).unwrap_or_else(|error| panic!("{method} {part} {fault:?}: {error}"));
    }
}

#[test]
fn retry_after_is_respected() {
    let server = Server::start(first(1, "PUT", "manifests", reply(429, &[("Retry-After", "1")], "")));
    let before = Instant::now();
    push(&server).unwrap();
    assert!(before.elapsed() >= Duration::from_secs(1));

    let server = Server::start(first(9, "PUT", "manifests", reply(429, &[("Retry-After", "3600")], "")));
    let error = push(&server).unwrap_err();
    assert_eq!(error.kind, Kind::TooManyRequests);
    assert!(error.message.ends_with("answered 429; it asks to wait 3600 s"), "{error}");
    assert!(error.hint.unwrap().contains("wait some minutes"));
}

#[test]
fn faults_that_stay_are_named() {
    let denied = r#"{"errors":[{"code":"DENIED","message":"requested access is denied"}]}"#;
    for (method, part, fault, kind, words, hint, tries) in [
        (
            "POST",
            "uploads",
            reply(403, &[], denied),
            Kind::Forbidden,
            "403: DENIED: requested access",
            "ask for the right",
            2,
        ),
        ("POST", "uploads", reply(404, &[], ""), Kind::NotFound, "answered 404", "created before", 2),
        (
            "PUT",
            "uploads",
            reply(413, &[], "<html>"),
            Kind::Registry,
            "answered 413",
            "client_max_body_size",
            2,
        ),
        (
            "PUT",
            "manifests",
            reply(500, &[], ""),
            Kind::Registry,
            "answered 500 (tried 4 times)",
            "try again later",
            4,
        ),
        ("PUT", "manifests", reply(415, &[], "no"), Kind::Registry, "answered 415: no", "see its log", 1),
        (
            "POST",
            "uploads",
            reply(401, &[], ""),
            Kind::Unauthorized,
            "answered 401",
            "or renew the password",
            2,
        ),
        ("POST", "uploads", reply(202, &[], ""), Kind::Registry, "no `Location`", "registry's log", 2),
        (
            "POST",
            "uploads",
            reply(202, &[("Location", "http://[")], ""),
            Kind::Registry,
            "is not one",
            "log",
            2,
        ),
        (
            "HEAD",
            "manifests",
            reply(307, &[("Location", "/v2/x/manifests/v1")], ""),
            Kind::Registry,
            "circles",
            "host",
            99,
        ),
    ] {
        let server = Server::start(first(99, method, part, fault.clone()));
        let error = push(&server).unwrap_err();
        let shown = format!("{method} {fault:?}: {error:?}");
        assert_eq!(error.kind, kind, "{shown}");
        assert!(error.message.contains(words), "{shown}");
        assert!(error.message.starts_with("cannot "), "{shown}");
        assert!(error.hint.as_deref().unwrap().contains(hint), "{shown}");
        // Two uploads are on their way at once.
        assert!(server.count(method, part) <= tries, "{shown}");
    }
}

#[test]
fn a_broken_connection_is_mended_or_told() {
    let server = Server::start(|_| None);
    server.cut("session", 100, 1);
    push(&server).unwrap();

    let server = Server::start(|_| None);
    push(&server).unwrap();
    drop(server);
    let layer = single(&artifact()).layers()[0].clone();
    let server = Server::start(first(99, "GET", "blobs", Reply::Broken(100)));
    let remote = Remote::new(&server.reference(), options()).unwrap();
    let error = remote.get_blob(layer.descriptor()).unwrap_err();
    assert_eq!(error.kind, Kind::Unreachable);
    assert!(error.message.contains("broke") && error.message.ends_with("(tried 4 times)"), "{error}");
}

#[test]
fn a_large_blob_waits_for_consent() {
    let noise =
        |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bytes = (0..300_000).flat_map(|n| noise(n).to_le_bytes()).collect();
    let artifact = crate::image::catalog(&[("big".to_owned(), bytes)], &ImageOptions::default()).unwrap();
    let server = Server::start(|_| None);
    let last = Mutex::new(0);
    let note = |progress: Progress<'_>| {
        if let Progress::Sent { bytes, size, .. } = progress
            && size > 1 << 20
        {
            *last.lock().unwrap() = bytes;
            assert!(bytes <= size);
        }
    };
    let remote = Remote::new(&server.reference(), options()).unwrap();
    remote.push(&artifact, &server.reference(), &note).unwrap();
    assert_eq!(*last.lock().unwrap(), single(&artifact).layers()[0].size());
    let consent = |asked: &Asked| asked.headers.contains_key("expect");
    assert_eq!(server.log().iter().filter(|asked| consent(asked)).count(), 1);
}

#[test]
fn every_kind_of_location_is_followed() {
    let server = Server::start(|asked| {
        let host = &asked.headers["host"];
        let location = format!("http://{host}/elsewhere/uploads/1");
        (asked.method == "POST").then(|| reply(202, &[("Location", &location)], ""))
    });
    push(&server).unwrap();
    assert_eq!(server.count("PUT", "/elsewhere/uploads/1?digest=sha256:"), 2);

    let server =
        Server::start(|asked| (asked.method == "POST").then(|| reply(202, &[("Location", "here")], "")));
    push(&server).unwrap();
    assert_eq!(server.count("PUT", "/v2/demo/catalog/blobs/uploads/here?digest=sha256:"), 2);
}

fn basic(asked: &Asked) -> Option<Reply> {
    let known = asked.authorization().is_some_and(|value| value.starts_with("Basic "));
    (!known).then(|| reply(401, &[("WWW-Authenticate", "Basic realm=\"x\"")], ""))
}

#[test]
fn a_login_does_not_follow_to_another_host() {
    let other = Server::start(|asked| match asked.method.as_str() {
        "PUT" => Some(reply(201, &[], "")),
        _ => Some(reply(401, &[("WWW-Authenticate", "Basic realm=\"trap\"")], "")),
    });
    let elsewhere = format!("http://{}/take", other.host());
    let server = Server::start(move |asked| {
        let found = asked.is("GET", "/blobs/").then(|| reply(307, &[("Location", &elsewhere)], ""));
        let begun = (asked.method == "POST").then(|| reply(202, &[("Location", &elsewhere)], ""));
        let hidden = asked.is("HEAD", "/blobs/").then(|| reply(404, &[], ""));
        basic(asked).or(found).or(begun).or(hidden)
    });
    for blob in artifact().blobs() {
        server.store("blob", &blob.descriptor().media_type, &blob.read().unwrap());
    }
    let options = || Options { login: alice(), ..options() };
    push_as(options(), &server.reference()).unwrap();
    let remote = Remote::new(&server.reference(), options()).unwrap();
    let error = remote.get_blob(single(&artifact()).layers()[0].descriptor()).unwrap_err();
    assert!(error.message.contains(&format!("{} answered 401", other.host())), "{error}");
    assert_eq!(other.log().len(), 3);
    assert!(other.log().iter().all(|asked| asked.authorization().is_none()));
    assert!(server.log().iter().filter(|asked| asked.authorization().is_some()).count() > 3);
}

#[test]
fn a_redirect_does_not_ask_for_the_login() {
    // The greeting leads to a host that wants a login for itself.
    let trap = Server::start(|asked| {
        let realm = format!("Bearer realm=\"http://{}/token\"", asked.headers["host"]);
        Some(reply(401, &[("WWW-Authenticate", &realm)], ""))
    });
    let to = format!("http://{}/v2/", trap.host());
    let server = Server::start(move |_| Some(reply(307, &[("Location", &to)], "")));
    let error = push_as(Options { login: alice(), ..options() }, &server.reference()).unwrap_err();
    assert_eq!(error.kind, Kind::Unauthorized);
    assert_eq!((trap.log().len(), trap.count("GET", "token")), (2, 0));

    // The token service leads elsewhere, with the refresh token in the body.
    let to = format!("http://{}/take", trap.host());
    let (_service, server) = guarded(move |_, _| reply(307, &[("Location", &to)], ""));
    let login = Login::Given(Credentials::Identity(PASSWORD.to_owned()));
    let error = push_as(Options { login, ..options() }, &server.reference()).unwrap_err();
    assert!(error.message.contains("to which no login is sent"), "{error}");
    assert_eq!(trap.count("POST", "take"), 0);
}

/// A token service, and a registry whose tokens end with every upload. The service is told the token that is valid.
fn guarded(service: impl Fn(&Asked, &str) -> Reply + Send + Sync + 'static) -> (Server, Server) {
    let uploads = Arc::new(AtomicUsize::new(0));
    let valid = move |uploads: &AtomicUsize| format!("{TOKEN}{}", uploads.load(Ordering::SeqCst));
    let known = uploads.clone();
    let service = Server::start(move |asked| Some(service(asked, &valid(&known))));
    let realm = format!("Bearer realm=\"http://{}/token?x=y\",service=\"test service\"", service.host());
    let server = Server::start(move |asked| {
        if asked.authorization() != Some(&format!("Bearer {}", valid(&uploads))) {
            let echo = format!("you said {:?}", asked.authorization());
            return Some(reply(401, &[("WWW-Authenticate", &realm)], &echo));
        }
        if asked.method == "PUT" {
            uploads.fetch_add(1, Ordering::SeqCst);
        }
        None
    });
    (service, server)
}

#[test]
fn a_token_that_ends_in_mid_push_is_renewed() {
    let (service, server) =
        guarded(|_, valid| reply(200, &[], &format!("{{\"token\":\"{valid}\",\"expires_in\":300}}")));
    push_as(Options { login: alice(), ..options() }, &server.reference()).unwrap();
    let log = service.log();
    assert!((4..8).contains(&log.len()), "{log:?}");
    assert!(
        log[0].path.starts_with("/token?x=y&service=test%20service&scope=repository%3Ademo%2Fcatalog%3Apull")
    );
    assert!(log.iter().all(|asked| asked.authorization().is_some_and(|value| value.starts_with("Basic "))));

    // Nobody gets a token too, as long as the registry lets nobody in.
    let (service, server) = guarded(|_, valid| reply(200, &[], &format!("{{\"access_token\":\"{valid}\"}}")));
    push(&server).unwrap();
    assert!(service.log().iter().all(|asked| asked.authorization().is_none()));
}

#[test]
fn a_refused_login_is_told() {
    let said = format!("{{\"errors\":[{{\"code\":\"DENIED\",\"message\":\"not {PASSWORD}\"}}]}}");
    let (_service, server) = guarded(move |_, _| reply(401, &[], &said));
    let error = push_as(Options { login: alice(), ..options() }, &server.reference()).unwrap_err();
    assert_eq!(error.kind, Kind::Unauthorized);
    assert!(error.message.contains("refused the login with 401: DENIED: not ***"), "{error}");
    assert!(error.hint.unwrap().contains("user `alice`"));

    let (service, server) = guarded(|_, _| reply(200, &[], &format!("{{\"token\":\"{TOKEN}wrong\"}}")));
    let error = push_as(Options { login: alice(), ..options() }, &server.reference()).unwrap_err();
    assert_eq!(error.kind, Kind::Unauthorized);
    assert!(error.message.contains("answered 401"), "{error}");
    assert!(service.log().len() < 12, "renewed without end");

    for nonsense in ["", "{}", "<html>", "{\"token\":\"a\\nb\"}", "{\"token\":1}"] {
        let (_service, server) = guarded(|_, _| reply(200, &[], nonsense));
        push_as(Options { login: alice(), ..options() }, &server.reference()).unwrap_err();
    }
}

#[test]
fn an_identity_token_is_exchanged() {
    let (service, server) = guarded(|_, valid| reply(200, &[], &format!("{{\"access_token\":\"{valid}\"}}")));
    let login = Login::Given(Credentials::Identity(PASSWORD.to_owned()));
    push_as(Options { login, ..options() }, &server.reference()).unwrap();
    let asked = service.log().remove(0);
    let form = String::from_utf8(asked.body).unwrap();
    assert_eq!((asked.method.as_str(), asked.headers.get("authorization")), ("POST", None));
    assert!(form.contains("grant_type=refresh_token") && form.contains(PASSWORD), "{form}");
}

#[test]
fn nobody_answers() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let reference = Reference::parse(&format!("127.0.0.1:{port}/demo:v1")).unwrap();
    let error = push_as(options(), &reference).unwrap_err();
    assert_eq!(error.kind, Kind::Unreachable);
    let expected = format!(
        "cannot push to 127.0.0.1:{port}/demo: 127.0.0.1:{port} refused the connection (tried 4 times)"
    );
    assert_eq!(error.message, expected);
    assert!(error.hint.unwrap().contains("check that the registry runs"));

    let mut hasty = options();
    hasty.patience.tries = 1;
    let reference = Reference::parse("registry.invalid/demo:v1").unwrap();
    assert_eq!(push_as(hasty, &reference).unwrap_err().kind, Kind::Unreachable);
}

#[test]
fn a_silent_server_is_left() {
    for (method, part) in [("HEAD", "manifests"), ("HEAD", "blobs"), ("PUT", "uploads"), ("PUT", "manifests")]
    {
        let server = Server::start(first(99, method, part, Reply::Silence));
        let mut hasty = options();
        hasty.patience.idle = Duration::from_millis(200);
        hasty.patience.tries = 2;
        let before = Instant::now();
        let error = push_as(hasty, &server.reference()).unwrap_err();
        assert_eq!(error.kind, Kind::Unreachable);
        assert!(error.message.contains("did not answer within 0.2 s"), "{error}");
        assert!(before.elapsed() < Duration::from_secs(4), "{method} {part}");
    }
}

#[test]
fn a_lying_registry_is_found_out() {
    // The tag names something else in the end.
    let other = format!("sha256:{}", "0".repeat(64));
    let server = Server::start(move |asked| {
        let headers = [("Docker-Content-Digest", other.as_str()), ("Content-Length", "7")];
        asked.is("HEAD", "manifests").then(|| reply(200, &headers, ""))
    });
    let error = push(&server).unwrap_err();
    assert!(
        error.message.contains("names sha256:0000") && error.hint.unwrap().contains("another job"),
        "{}",
        error.message
    );

    // A registry that tells no digest is read from.
    let stored = Mutex::new(Vec::new());
    let server = Server::start(move |asked| match asked.method.as_str() {
        "PUT" if asked.path.contains("manifests") => {
            *stored.lock().unwrap() = asked.body.clone();
            Some(reply(201, &[], ""))
        }
        "HEAD" | "GET" if asked.path.contains("manifests") => {
            let stored = String::from_utf8(stored.lock().unwrap().clone()).unwrap();
            Some(reply(if stored.is_empty() { 404 } else { 200 }, &[], &stored))
        }
        _ => None,
    });
    push(&server).unwrap();

    // Larger than anybody's manifest.
    let server = Server::start(|asked| {
        asked.is("GET", "manifests").then(|| reply(200, &[], &"x".repeat((4 << 20) + 1)))
    });
    let remote = Remote::new(&server.reference(), options()).unwrap();
    let error = remote.get_manifest(&server.reference()).unwrap_err();
    assert!(error.message.contains("more than 4194304 bytes"), "{error}");
    let server = Server::start(|asked| asked.is("GET", "manifests").then(|| reply(200, &[], "{}")));
    let remote = Remote::new(&server.reference(), options()).unwrap();
    let pinned = server.reference().pinned(artifact().digest());
    assert_eq!(remote.get_manifest(&pinned).unwrap_err().kind, Kind::Corrupt);
}
