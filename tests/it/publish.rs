//! `olmcat push` as a publishing job uses it: what it asks and sends, what it says, and what is left of it when it
//! is killed.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use olmcat::image::Options;
use olmcat::oci::remote::Login;
use olmcat::oci::{Artifact, Format, Index, Platform, Reference, layout};
use serde_json::Value;

use crate::image::{catalog, single};
use crate::registry::{Registry, connect};
use crate::server::{Server, reply};
use crate::support::{Folder, Olmcat};

/// An index of images that have nothing in common, of incompressible layers.
fn several() -> Artifact {
    let noise =
        |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let image = |number: u64| {
        let bytes = (0..15_000).flat_map(|n| noise(n + number * 1_000_000).to_le_bytes()).collect();
        single(&catalog(&[("noise".to_owned(), bytes)], &Options::default()).unwrap()).clone()
    };
    let platforms = ["amd64", "arm64", "ppc64le", "s390x"].map(Platform::linux);
    let images = platforms.into_iter().zip(0..).map(|(platform, number)| (platform, image(number))).collect();
    Artifact::Index(Index::new(images, &BTreeMap::new(), Format::Oci).unwrap())
}

fn written(artifact: &Artifact) -> (Folder, String) {
    let folder = Folder::new();
    layout::write(&folder.path().join("layout"), artifact, "v1").unwrap();
    let path = folder.path().join("layout").display().to_string();
    (folder, path)
}

fn push(reference: &str, layout: &str, more: &[&str]) -> Olmcat {
    Olmcat::new(["push", reference, "--layout", layout, "--retry-delay=0.01"].iter().chain(more))
}

#[test]
fn what_is_unchanged_costs_one_request_for_each_piece() {
    let artifact = several();
    let (_folder, layout) = written(&artifact);
    let pieces = artifact.blobs().len() + artifact.manifests().len();
    for is_guarded in [false, true] {
        let server = Server::start(move |asked| {
            let realm = format!("Bearer realm=\"http://{}/token\"", asked.headers["host"]);
            match asked.path.starts_with("/token") {
                true => Some(reply(200, &[], "{\"token\":\"t\"}")),
                false => (is_guarded && asked.authorization() != Some("Bearer t"))
                    .then(|| reply(401, &[("WWW-Authenticate", &realm)], "")),
            }
        });
        let reference = server.reference().to_string();
        let first = push(&reference, &layout, &[]).run().exits(0).stdout();
        assert_eq!(server.count("PUT", ""), pieces);
        let before = server.log().len();
        assert_eq!(push(&reference, &layout, &[]).run().exits(0).stdout(), first);
        let log = server.log();
        let asked = &log[before..];
        // To be let in costs two more: the refusal, and the token.
        let login = if is_guarded { 2 } else { 0 };
        assert!(asked.len() <= pieces + login, "{pieces} pieces, {} requests", asked.len());
        assert!(asked.iter().all(|asked| ["HEAD", "GET"].contains(&asked.method.as_str())));
        println!("{pieces} pieces, unchanged: {} requests, {login} of them to be let in", asked.len());
    }
}

#[test]
fn what_a_registry_has_lost_is_sent_again() {
    let artifact = several();
    let (_folder, layout) = written(&artifact);
    let lost = artifact.blobs()[0].digest().to_string();
    let (is_lost, name) = (Arc::new(AtomicBool::new(false)), lost.clone());
    let gone = is_lost.clone();
    let server = Server::start(move |asked| {
        (gone.load(Ordering::SeqCst) && asked.is("HEAD", &name)).then(|| reply(404, &[], ""))
    });
    let reference = server.reference().to_string();
    push(&reference, &layout, &[]).run().exits(0);
    is_lost.store(true, Ordering::SeqCst);
    let before = server.count("PUT", "");
    let said = push(&reference, &layout, &["--progress=plain"]).run().exits(0).stderr();
    assert_eq!(server.count("PUT", ""), before + 1);
    assert!(said.contains(&format!("uploaded {lost}")), "{said}");
}

#[test]
fn a_dry_run_tells_and_changes_nothing() {
    let artifact = several();
    let (_folder, layout) = written(&artifact);
    let server = Server::start(|_| None);
    let reference = server.reference().to_string();
    let plan = || push(&reference, &layout, &["--dry-run"]).run().exits(0).stdout();
    let all = artifact.blobs().len() + artifact.manifests().len();
    let blobs: u64 = artifact.blobs().iter().map(|blob| blob.size()).sum();
    let bytes = blobs + artifact.manifests().iter().map(|manifest| manifest.size()).sum::<u64>();
    let before = plan();
    assert!(before.ends_with(&format!("\n{all} of {all} to send, {bytes} bytes\n")), "{before}");
    let layer = artifact.blobs()[0].descriptor().clone();
    let line = format!("send    {}  {:>12}  {}\n", layer.digest, layer.size, layer.media_type);
    assert!(before.contains(&line), "{before}");
    assert!(server.log().iter().all(|asked| asked.method == "HEAD"), "{:?}", server.log());
    push(&reference, &layout, &[]).run().exits(0);
    let after = plan();
    assert!(after.ends_with(&format!("\n0 of {all} to send, 0 bytes\n")), "{after}");
    assert!(after.contains("exists  sha256:"), "{after}");
}

#[test]
fn progress_is_told_to_those_who_ask() {
    let artifact = several();
    let (_folder, layout) = written(&artifact);
    let all = artifact.blobs().len() + artifact.manifests().len();
    let run = |how: &[&str]| {
        let server = Server::start(|asked| {
            (asked.is("POST", "uploads") && asked.headers.len() > 100).then(|| reply(500, &[], ""))
        });
        let run = push(&server.reference().to_string(), &layout, how).run().exits(0);
        assert_eq!(run.stdout(), format!("{}\n", artifact.digest()));
        run.stderr()
    };
    // A pipe is no terminal.
    assert_eq!(run(&[]), "");
    assert_eq!(run(&["--progress=none"]), "");
    assert_eq!(run(&["--progress=plain", "--quiet"]), "");
    let plain = run(&["--progress=plain"]);
    assert_eq!(plain.lines().filter(|line| line.starts_with("uploaded sha256:")).count(), all, "{plain}");
    assert!(plain.contains(&format!("pushed {}: {all} uploaded with ", artifact.digest())), "{plain}");

    let events: Vec<Value> =
        run(&["--progress=json"]).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |kind: &str| events.iter().filter(|event| event["event"] == kind).collect::<Vec<_>>();
    assert_eq!((of("begin").len(), of("done").len(), of("end").len()), (1, all, 1));
    assert_eq!(events[0]["blobs"], artifact.blobs().len());
    let whole = |event: &&&Value| event["bytes"] == event["size"];
    assert_eq!(of("sent").iter().filter(whole).count(), artifact.blobs().len());
    let end = of("end")[0];
    assert_eq!((&end["digest"], &end["uploaded"]), (&artifact.digest().to_string().into(), &all.into()));
}

/// A way to a registry that lets so many bytes pass, and then no more.
struct Gate {
    port: u16,
    passed: Arc<AtomicUsize>,
    limit: Arc<AtomicUsize>,
}

impl Gate {
    fn new(to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (passed, limit) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(usize::MAX)));
        let (counted, most) = (passed.clone(), limit.clone());
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(("127.0.0.1", to)) else { return };
                let (mut back, mut out) = (server.try_clone().unwrap(), client.try_clone().unwrap());
                thread::spawn(move || {
                    let _ = std::io::copy(&mut back, &mut out);
                    let _ = out.shutdown(Shutdown::Both);
                });
                let (counted, most) = (counted.clone(), most.clone());
                thread::spawn(move || forward(client, server, &counted, &most));
            }
        });
        Gate { port, passed, limit }
    }
}

fn forward(mut from: TcpStream, mut to: TcpStream, counted: &AtomicUsize, most: &AtomicUsize) {
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        let before = counted.fetch_add(read, Ordering::SeqCst);
        let left = most.load(Ordering::SeqCst).saturating_sub(before);
        if to.write_all(&buffer[..read.min(left)]).is_err() || left < read {
            break;
        }
    }
    // The client must not notice before it is killed.
    while most.load(Ordering::SeqCst) < counted.load(Ordering::SeqCst) {
        thread::sleep(Duration::from_millis(2));
    }
    let _ = to.shutdown(Shutdown::Both);
}

#[test]
fn a_killed_push_is_completed_by_the_next() {
    let Some(registry) = Registry::plain() else { return };
    let artifact = several();
    let (_folder, layout) = written(&artifact);
    let through = |gate: &Gate, name: &str| format!("127.0.0.1:{}/{name}:v1", gate.port);
    let whole = Gate::new(registry.port);
    push(&through(&whole, "demo/whole"), &layout, &[]).run().exits(0);
    let total = whole.passed.load(Ordering::SeqCst);
    let mut left = BTreeSet::new();
    for round in 0_u64..20 {
        let dice = (round + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        let point = usize::try_from(dice).unwrap() % total;
        let name = format!("demo/killed-{round}");
        let gate = Gate::new(registry.port);
        gate.limit.store(point, Ordering::SeqCst);
        let mut child = Command::new(env!("CARGO_BIN_EXE_olmcat"))
            .args(["push", &through(&gate, &name), "--layout", &layout])
            .env_clear()
            .env("HOME", "/nonexistent")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while gate.passed.load(Ordering::SeqCst) <= point && child.try_wait().unwrap().is_none() {
            thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        gate.limit.store(usize::MAX, Ordering::SeqCst);
        // The registry may still be at work on what it got.
        thread::sleep(Duration::from_millis(100));

        let reference = Reference::parse(&registry.reference(&format!("{name}:v1")).to_string()).unwrap();
        let remote = connect(&reference, Login::Anonymous);
        let named = remote.head_manifest(&reference).unwrap().map(|found| found.digest);
        let plan = remote.plan(&artifact, &reference).unwrap();
        let missing: BTreeSet<String> = plan
            .iter()
            .filter(|planned| !planned.exists)
            .map(|planned| planned.descriptor.digest.to_string())
            .collect();
        assert!(named.is_none() || (named == Some(artifact.digest()) && missing.is_empty()), "round {round}");
        let said = push(&reference.to_string(), &layout, &["--progress=plain"]).run().exits(0).stderr();
        let sent: BTreeSet<String> = said
            .lines()
            .filter_map(|line| Some(line.strip_prefix("uploaded ")?.split(',').next()?.to_owned()))
            .collect();
        assert_eq!(sent, missing, "round {round}, killed after {point} of {total} bytes");
        assert_eq!(remote.head_manifest(&reference).unwrap().unwrap().digest, artifact.digest());
        left.insert(missing.len());
    }
    println!("killed at 20 of {total} bytes; missing pieces then: {left:?}");
    assert!(left.len() > 3, "the points are spread: {left:?}");
}
