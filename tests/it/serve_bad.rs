//! What goes wrong around a server: bad catalogs, bad indexes, bad clients. Others are served all the while.

use std::fs;
use std::io::Write as _;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use base64::Engine as _;
use olmcat::index::{Blobs, Index, Stamp, Writer};
use olmcat::serve::{Client, Fault};
use serde_json::json;

use crate::serve::{CATALOG, PATIENCE, Served, ask};
use crate::serve_http::request;
use crate::support::{Folder, Olmcat};

#[test]
fn a_port_in_use() {
    let folder = Folder::new();
    folder.write("demo/catalog.json", CATALOG);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let args = ["serve", "demo", "--address", "127.0.0.1", "--port", &port];
    let run = Olmcat::new(args).current_dir(folder.path()).run().exits(2);
    let expected = format!(
        "error: cannot listen at 127.0.0.1:{port}: Address already in use (os error 98)\n\
         hint: stop what listens there, or choose another port with `--port`\n"
    );
    assert_eq!(run.stderr(), expected);
}

#[test]
fn catalogs_that_cannot_be_served() {
    let folder = Folder::new();
    fs::create_dir(folder.path().join("empty")).unwrap();
    folder.write("unreadable/catalog.json", CATALOG);
    std::os::unix::fs::symlink("nowhere", folder.path().join("unreadable/more.yaml")).unwrap();
    folder.write("broken/catalog.yaml", "schema: olm.package\nname: [\n");
    folder
        .write("headless/catalog.json", CATALOG.replace("\"replaces\":\"a.v1\",", "\"replaces\":\"a.v2\","));
    folder.write(
        "twice/catalog.json",
        CATALOG.replace(
            "{\"type\":\"olm.constraint\"",
            "{\"type\":\"olm.csv.metadata\",\"value\":{}},{\"type\":\"olm.constraint\"",
        ),
    );
    for (name, code, said) in [
        ("missing", 2, "cannot read missing: there is no such file or folder"),
        ("empty", 1, "error[empty-catalog]"),
        ("broken", 1, "broken/catalog.yaml:"),
        ("unreadable", 1, "error[unreadable-file]"),
        ("headless", 1, "error[no-channel-head]"),
        ("twice", 2, "bundle `a.v2` of package `a` cannot be served: it has 2 properties `olm.csv.metadata`"),
    ] {
        let args = ["serve", name, "--address", "127.0.0.1", "--port", "0"];
        let run = Olmcat::new(args).current_dir(folder.path()).run().exits(code);
        assert!(run.stderr().contains(said), "{name}:\n{}", run.stderr());
    }
    // opm's door says the same, with opm's one exit code, and where the kubelet looks.
    let log = folder.write("log", "something long that stood there before");
    let args = ["opm", "serve", "missing", "-p", "0", "-t", log.to_str().unwrap()];
    let run = Olmcat::new(args).current_dir(folder.path()).run().exits(1);
    assert!(run.stderr().contains("cannot read missing"));
    assert!(fs::read_to_string(log).unwrap().starts_with("cannot read missing: No such file"));
}

#[test]
fn a_catalog_that_changes_under_the_server() {
    let folder = Folder::new();
    let path = folder.write("demo/catalog.json", CATALOG);
    let mut served = Served::start(&folder.path().join("demo"), &["--watch", "--metrics", "0"]);
    // One call goes on all the while: a connection that is not ended, with the next question on it.
    let mut client = served.client();
    let packages = |client: &mut Client| ask(client, "/api.Registry/ListPackages", &[], &[]).unwrap().len();
    assert_eq!(packages(&mut client), 2);
    fs::write(&path, CATALOG.replace("\"name\":\"b.v1\"", "\"name\":\"c.v1\"")).unwrap();
    served.wait_for("msg=\"the catalog has changed\"");
    let bundle =
        |client: &mut Client, name: &str| ask(client, "/api.Registry/GetBundle", &[], &["b", "beta", name]);
    assert!(bundle(&mut client, "c.v1").is_ok());
    assert!(bundle(&mut client, "b.v1").is_err());
    fs::write(&path, CATALOG.replace("\"replaces\":\"a.v1\",", "\"replaces\":\"a.v2\",")).unwrap();
    served.wait_for("msg=\"the changed catalog cannot be served; the old one stays\"");
    assert!(served.log().contains("channel `stable` has no head"), "{}", served.log());
    assert!(bundle(&mut client, "c.v1").is_ok());
    fs::write(&path, CATALOG).unwrap();
    let start = Instant::now();
    while bundle(&mut client, "b.v1").is_err() {
        assert!(start.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(20));
    }
    let text = request(&served.told("metrics"), "GET /metrics", &[]).text();
    assert!(text.contains("olmcat_catalog_reloads_total 2\n"), "{text}");
    assert!(text.contains("olmcat_catalog_failed_reloads_total 1\n"), "{text}");
}

#[test]
fn what_is_pulled_once_is_not_watched() {
    let run = Olmcat::new(["serve", "quay.io/demo/catalog:v1", "--watch"]).run().exits(2);
    assert!(run.stderr().contains("cannot watch quay.io/demo/catalog:v1"), "{}", run.stderr());
}

/// Serves a folder by opm's door, with an index beside it; returns what the log says of the index.
fn served_with(folder: &Folder, index: &[u8]) -> (Served, bool) {
    fs::write(folder.path().join("demo.index"), index).unwrap();
    let served = Served::start(&folder.path().join("demo"), &["--verify"]);
    assert_eq!(served.ask("ListPackages", &[]).unwrap().len(), 2);
    let warns = served.log().contains("level=warn msg=\"the index does not fit and is made again\"");
    (served, warns)
}

/// The index of the small catalog.
pub fn index_of(path: &str, text: &str) -> Vec<u8> {
    let (sources, mut report) = (olmcat::text::Sources::default(), olmcat::diag::Report::default());
    let file = sources.add(path, text.as_bytes().to_vec());
    let catalog = olmcat::catalog::read(&sources, file, &mut report);
    assert!(report.diagnostics().is_empty());
    Writer::whole(&catalog, &[Stamp::of(path, text.as_bytes())], Vec::new()).unwrap()
}

#[test]
fn an_index_that_does_not_fit_is_made_again() {
    let folder = Folder::new();
    folder.write("demo/catalog.json", CATALOG);
    let good = index_of("catalog.json", CATALOG);
    assert!(!served_with(&folder, &good).1);
    let end = good.len() - 16;
    let other_version = [b"olmcat index 9\r\n", &good[16..end], b"olmcat index 9\r\n"].concat();
    // The digest of the catalog's file is in the tables, so content that differs in nothing else is seen.
    let other_content = index_of("catalog.json", &CATALOG.replace("About a.", "About A."));
    let cases: [(&str, Vec<u8>, &str); 8] = [
        ("empty", Vec::new(), "is truncated, or something else"),
        ("foreign", vec![b'x'; 4096], "is truncated, or something else"),
        ("truncated", good[..good.len() / 2].to_vec(), "is truncated, or something else"),
        ("other version", other_version, "is one of another version of olmcat"),
        ("other file", index_of("other.json", CATALOG), "is not a file that it was made of"),
        (
            "other size",
            index_of("catalog.json", &format!("{CATALOG}\n")),
            "is not a file that it was made of",
        ),
        ("other content", other_content, "has another content"),
        ("damaged answers", flipped(&good, 40), "is damaged"),
    ];
    for (name, index, why) in cases {
        let (served, warns) = served_with(&folder, &index);
        assert!(warns && served.log().contains(why), "{name}:\n{}", served.log());
    }
    // Each byte of the tables and the footer counts.
    for at in (good.len() - 400..good.len()).step_by(7) {
        assert!(Index::open(Blobs::Memory(flipped(&good, at))).is_err(), "byte {at}");
    }
}

fn flipped(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at] ^= 0x10;
    bytes
}

#[test]
fn the_index_is_kept_where_opm_keeps_its_cache() {
    let folder = Folder::new();
    folder.write("demo/catalog.json", CATALOG);
    let make = || {
        Olmcat::new(["opm", "serve", "demo", "--cache-dir=cache", "--cache-only"])
            .current_dir(folder.path())
            .run()
    };
    assert_eq!(make().exits(0).stderr(), "");
    let kept = folder.path().join("cache/olmcat.index");
    assert!(fs::read(&kept).unwrap() == index_of("catalog.json", CATALOG));
    let inode = |path: &Path| std::os::unix::fs::MetadataExt::ino(&fs::metadata(path).unwrap());
    let before = inode(&kept);
    assert_eq!(make().exits(0).stderr(), "");
    assert_eq!(inode(&kept), before, "it fits, and is not made again");
    folder.write("demo/more.yaml", "schema: x\n");
    assert!(make().exits(0).stderr().contains("the index does not fit and is made again"));
    assert_ne!(inode(&kept), before);
    let without =
        Olmcat::new(["opm", "serve", "demo", "--cache-enforce-integrity"]).current_dir(folder.path()).run();
    assert!(
        without.exits(1).stderr().contains("--cache-dir must be specified with --cache-enforce-integrity")
    );
}

/// A catalog whose bundles are sent whole: 24 of them, 256 KiB each.
fn large(folder: &Folder) -> std::path::PathBuf {
    let object = json!({"kind": "ConfigMap", "data": {"x": "y".repeat(256 << 10)}}).to_string();
    let data = base64::engine::general_purpose::STANDARD.encode(object);
    let entries: Vec<_> = (0..24)
        .map(|n| {
            if n == 0 {
                json!({"name": "b0"})
            } else {
                json!({"name": format!("b{n}"), "replaces": format!("b{}", n - 1)})
            }
        })
        .collect();
    let mut text = json!({"schema": "olm.package", "name": "big", "defaultChannel": "c"}).to_string();
    text += &json!({"schema": "olm.channel", "package": "big", "name": "c", "entries": entries}).to_string();
    for n in 0..24 {
        let properties = json!([
            {"type": "olm.package", "value": {"packageName": "big", "version": format!("{n}.0.0")}},
            {"type": "olm.bundle.object", "value": {"data": data}},
        ]);
        text += &json!({"schema": "olm.bundle", "package": "big", "name": format!("b{n}"), "properties": properties}).to_string();
    }
    folder.write("big/catalog.json", text)
}

/// Frames of HTTP/2 by hand (RFC 9113): what no library would send.
struct Raw(TcpStream);

impl Raw {
    fn connect(address: &str) -> Self {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_write_timeout(Some(Duration::from_secs(5))).unwrap();
        stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").unwrap();
        Raw(stream)
    }

    fn frame(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> std::io::Result<()> {
        let mut frame = (payload.len() as u32).to_be_bytes()[1..].to_vec();
        frame.extend([kind, flags]);
        frame.extend(stream.to_be_bytes());
        frame.extend(payload);
        self.0.write_all(&frame)
    }

    /// Asks for all bundles, and ends the request if it is whole.
    fn list(&mut self, stream: u32, is_whole: bool) -> std::io::Result<()> {
        let path = b"/api.Registry/ListBundles";
        let mut block = vec![0x83, 0x86, 0x04, path.len() as u8];
        block.extend(path);
        block.extend(b"\x01\x01x\x0f\x10\x10application/grpc");
        self.frame(1, 4, stream, &block)?;
        if is_whole { self.frame(0, 1, stream, &[0; 5]) } else { Ok(()) }
    }
}

fn memory(served: &Served) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", served.child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() >> 10
}

#[test]
fn clients_that_open_too_much_or_take_nothing() {
    let folder = Folder::new();
    let served = Served::start(&large(&folder), &["--metrics", "0"]);
    let before = memory(&served);
    // Ten thousand streams, of which none is finished, and two hundred whose answers nobody takes.
    let mut clients: Vec<Raw> = (0..3).map(|_| Raw::connect(&served.address)).collect();
    for stream in 0..10_000 {
        if clients[0].list(2 * stream + 1, false).is_err() {
            break; // it hung up
        }
    }
    for client in &mut clients[1..] {
        for stream in 0..100 {
            client.list(2 * stream + 1, true).unwrap();
        }
    }
    let start = Instant::now();
    for _ in 0..20 {
        assert_eq!(served.ask("GetPackage", &["big"]).unwrap().len(), 1);
    }
    assert!(start.elapsed() < Duration::from_secs(10), "others wait {:?}", start.elapsed());
    assert_eq!(served.ask("ListBundles", &[]).unwrap().len(), 24);
    let after = memory(&served);
    assert!(after < before + 50, "{before} MiB before, {after} MiB after");
    // When they vanish, nothing stays of them.
    for client in clients {
        let _ = client.0.shutdown(Shutdown::Both);
    }
    let start = Instant::now();
    while !request(&served.told("metrics"), "GET /metrics", &[]).text().contains("olmcat_connections 1\n") {
        assert!(start.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn messages_that_are_too_large() {
    let folder = Folder::new();
    folder.write("demo/catalog.json", CATALOG);
    let served = Served::start(&folder.path().join("demo"), &[]);
    let before = memory(&served);
    let message = vec![b'x'; 100 << 20];
    let fault = served.client().call("/api.Registry/GetPackage", &[], &message, PATIENCE, &mut |_| {});
    let Err(Fault::Status(status)) = fault else { panic!("{fault:?}") };
    assert_eq!(status.code.name(), "RESOURCE_EXHAUSTED");
    assert_eq!(status.message, "the request has 104857600 bytes, and 65536 are the most");
    assert!(memory(&served) < before + 20);
    // Not a message, a compressed one, none at all.
    let client = || served.client();
    let odd = client().call("/api.Registry/GetPackage", &[], &[0x0a, 200], PATIENCE, &mut |_| {});
    assert!(matches!(odd, Err(Fault::Status(status)) if status.code.name() == "INTERNAL"));
    assert_eq!(served.ask("GetPackage", &["a"]).unwrap().len(), 1);
}

#[test]
fn who_speaks_something_else_is_told() {
    let folder = Folder::new();
    folder.write("demo/catalog.json", CATALOG);
    let served = Served::start(&folder.path().join("demo"), &["--http", "0"]);
    // HTTP/1 at the port of gRPC, and gRPC at the port of HTTP.
    let mut stream = TcpStream::connect(&served.address).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut answer = Vec::new();
    let _ = std::io::Read::read_to_end(&mut stream, &mut answer);
    let mut client = Client::connect(&served.told("http"), PATIENCE).unwrap();
    let fault = client.call("/api.Registry/ListPackages", &[], &[], PATIENCE, &mut |_| {}).unwrap_err();
    assert_eq!(fault.to_string(), "the answer is not gRPC (HTTP status 404 Not Found) (INTERNAL)");
    assert_eq!(served.ask("ListPackages", &[]).unwrap().len(), 2);
}

#[test]
fn a_server_that_is_told_to_stop_ends_what_it_does() {
    let folder = Folder::new();
    let mut served = Served::start(&large(&folder), &[]);
    let mut client = served.client();
    let (sent, told) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        let mut taken = 0;
        let called = client.call("/api.Registry/ListBundles", &[], &[], PATIENCE, &mut |_| {
            taken += 1;
            if taken == 1 {
                sent.send(()).unwrap();
                std::thread::sleep(Duration::from_millis(300));
            }
        });
        (called, taken)
    });
    told.recv().unwrap();
    served.signal("TERM");
    assert_eq!(reader.join().unwrap(), (Ok(()), 24));
    let start = Instant::now();
    let status = loop {
        if let Some(status) = served.child.try_wait().unwrap() {
            break status;
        }
        assert!(start.elapsed() < PATIENCE);
        std::thread::sleep(Duration::from_millis(5));
    };
    assert_eq!(status.code(), Some(0));
    assert!(served.log().contains("msg=\"stopping\""));
    assert!(Client::connect(&served.address, PATIENCE).is_err());
}

#[test]
fn the_log_has_nothing_of_what_clients_send() {
    let folder = Folder::new();
    folder.write("demo/catalog.json", CATALOG);
    let mut served = Served::start(&folder.path().join("demo"), &["--debug"]);
    let secret = [("authorization", "Bearer hunter2")];
    let mut client = served.client();
    ask(&mut client, "/api.Registry/GetPackage", &secret, &["zz-secret"]).unwrap_err();
    ask(&mut client, "/hunter2/hunter2", &secret, &[]).unwrap_err();
    served.wait_for("msg=\"called\" method=/api.Registry/GetPackage code=UNKNOWN");
    served.wait_for("method=unknown code=UNIMPLEMENTED");
    let log = served.log();
    assert!(!log.contains("hunter2") && !log.contains("secret"), "{log}");
}

#[test]
fn the_probe_has_the_exit_codes_of_the_original() {
    let folder = Folder::new();
    folder.write("demo/catalog.json", CATALOG);
    let probe = folder.path().join("grpc_health_probe");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_olmcat"), &probe).unwrap();
    let run = |args: &[&str]| {
        let output = Command::new(&probe).args(args).env_clear().output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    };
    let served = Served::start(&folder.path().join("demo"), &["--http", "0"]);
    let address = format!("-addr={}", served.address);
    assert_eq!(run(&[&address]), (0, "status: SERVING\n".to_owned(), String::new()));
    assert_eq!(run(&["-addr", &served.address, "-service", "Registry", "-rpc-timeout=5s"]).0, 0);
    assert_eq!(run(&[]).0, 1);
    assert_eq!(run(&[&address, "-tls"]).0, 1);
    assert_eq!(run(&[&format!("-addr={}", served.told("http"))]).0, 3, "no health checks there");
    // A port where nobody answers, and one where somebody listens and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let quiet = format!("-addr={}", silent.local_addr().unwrap());
    assert_eq!(run(&[&quiet, "-rpc-timeout=200ms"]).0, 3);
    drop(silent);
    let (code, _, err) = run(&[&quiet]);
    assert_eq!(code, 2);
    assert!(err.starts_with("error: failed to connect service at"), "{err}");
}

#[test]
fn a_client_for_people() {
    let folder = Folder::new();
    folder.write("demo/catalog.json", CATALOG);
    let served = Served::start(&folder.path().join("demo"), &[]);
    let query = |args: &[&str], code: i32| {
        let args = ["query", &served.address].into_iter().chain(args.iter().copied());
        let run = Olmcat::new(args).run().exits(code);
        run.stdout() + &run.stderr()
    };
    assert_eq!(query(&["packages"], 0), "PACKAGE  DEFAULT CHANNEL\na        stable\nb        beta\n");
    let channels = "PACKAGE  CHANNEL  HEAD\na        old      a.v1\na        stable   a.v2\nb        alpha    b.v1\nb        beta     b.v1\n";
    assert_eq!(query(&["channels"], 0), channels);
    assert!(query(&["bundles"], 0).contains(
        "\na        stable   a.v2    2.0.0    a.v1      a.v1.5,a.v1  <2.0.0     example.com/a:v2\n"
    ));
    assert_eq!(
        query(&["replaces", "a.v0"], 0),
        "PACKAGE  CHANNEL  BUNDLE  REPLACES\na        old      a.v1    a.v0\n"
    );
    let provides = query(&["provides", "example.com/v1/B", "--latest"], 0);
    assert_eq!(
        provides,
        "PACKAGE  CHANNEL  BUNDLE  REPLACES\nb        alpha    b.v1\nb        beta     b.v1\n"
    );
    assert_eq!(
        query(&["custom", "example.com.custom", "--format", "json-lines"], 0),
        "{\"name\":\"root\",\"schema\":\"example.com.custom\"}\n"
    );
    assert!(query(&["bundle", "b", "beta"], 0).starts_with("{\n  \"channelName\": \"beta\",\n"));
    assert!(query(&["bundle", "b", "beta", "b.v1", "--format", "json"], 0).starts_with("[\n  {\n"));
    assert_eq!(query(&["health"], 0), "SERVING\n");
    let missing = format!("error: cannot ask {}: package \"c\" not found (UNKNOWN)\n", served.address);
    assert_eq!(query(&["bundle", "c", "beta"], 2), missing);
    let address = served.address.clone();
    drop(served);
    let run = Olmcat::new(["query", &address, "health"]).run().exits(2);
    assert!(
        run.stderr().contains("hint: check the address, and whether the server runs"),
        "{}",
        run.stderr()
    );
}
