//! The ways to a registry: its certificates and ours, proxies, and what `registries.conf` says of it.

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::image::build;
use crate::registry::{Registry, certificates};
use crate::server::{Server, reply};
use crate::support::{Folder, Olmcat, tool};

const TLS: &str = ", tls: {certificate: DIR/srv.crt, key: DIR/srv.key}";
const MUTUAL: &str = ", tls: {certificate: DIR/srv.crt, key: DIR/srv.key, clientcas: [DIR/ca.crt]}";

fn registry(tls: &str) -> Option<Registry> {
    tool("openssl")?;
    Registry::start(tls, "", certificates)
}

/// A home folder with a layout in it.
fn home() -> Folder {
    let home = Folder::new();
    olmcat::oci::layout::write(&home.path().join("layout"), &build(&Default::default()), "v1").unwrap();
    home
}

fn push(home: &Folder, host: &str, more: &[&str]) -> Olmcat {
    let (reference, layout) =
        (format!("{host}/demo/catalog:v1"), home.path().join("layout").display().to_string());
    let args = ["push", &reference, "--layout", &layout, "--retries=0"];
    Olmcat::new(args.iter().chain(more)).env("HOME", home.path())
}

#[test]
fn each_host_has_its_certificates() {
    let Some(registry) = registry(MUTUAL) else { return };
    let home = home();
    let host = format!("127.0.0.1:{}", registry.port);
    let folder = format!(".docker/certs.d/{host}");
    let take = |from: &str, to: &str| {
        home.write(&format!("{folder}/{to}"), fs::read(registry.folder.path().join(from)).unwrap())
    };
    assert!(push(&home, &host, &[]).run().exits(2).stderr().contains("UnknownIssuer"));
    take("ca.crt", "ca.crt");
    let error = push(&home, &host, &[]).run().exits(2).stderr();
    assert!(error.contains("put `client.cert` and `client.key` into its folder in `certs.d`"), "{error}");
    let certificate = take("srv.crt", "client.cert");
    let error = push(&home, &host, &[]).run().exits(2).stderr();
    assert!(error.contains("client.cert has no key beside it"), "{error}");
    let key = take("srv.key", "client.key");
    push(&home, &host, &[]).run().exits(0);

    // The user's folder of podman comes before that of docker, and counts alone.
    home.write(&format!(".config/containers/certs.d/{host}/other.txt"), "");
    assert!(push(&home, &host, &[]).run().exits(2).stderr().contains("UnknownIssuer"));
    let elsewhere = home.path().join("elsewhere");
    push(&home, &host, &[]).env("XDG_CONFIG_HOME", elsewhere).run().exits(0);
    fs::remove_dir_all(home.path().join(".config")).unwrap();

    take("ca.key", "client.key");
    let error = push(&home, &host, &[]).run().exits(2).stderr();
    assert!(error.contains("client.key is not the key of ") && error.contains("client.cert"), "{error}");
    fs::write(&key, "-----BEGIN PRIVATE KEY-----\ns3cretAA\n-----END PRIVATE KEY-----\n").unwrap();
    let error = push(&home, &host, &[]).run().exits(2).stderr();
    assert!(error.contains("client.key holds no private key") && !error.contains("s3cret"), "{error}");
    fs::remove_file(&certificate).unwrap();
    let error = push(&home, &host, &[]).run().exits(2).stderr();
    assert!(error.contains("client.key has no certificate beside it"), "{error}");
}

#[test]
fn our_certificate_is_for_its_host_alone() {
    let Some(registry) = registry(MUTUAL) else { return };
    let home = home();
    let mutual = format!("127.0.0.1:{}", registry.port);
    let at = format!("https://{mutual}/v2/");
    let server = Server::start(move |_| Some(reply(307, &[("Location", &at)], "")));
    for (to, from) in [("ca.crt", "ca.crt"), ("client.cert", "srv.crt"), ("client.key", "srv.key")] {
        let bytes = fs::read(registry.folder.path().join(from)).unwrap();
        home.write(&format!(".docker/certs.d/{}/{to}", server.host()), bytes);
    }
    let error = push(&home, &server.host(), &[]).run().exits(2).stderr();
    assert!(error.contains(&mutual) && error.contains("no trusted connection"), "{error}");
}

/// A proxy that leads every `CONNECT` to one port, and what it was asked.
struct Proxy {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    fn new(to: u16, refusal: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = asked.clone();
        thread::spawn(move || {
            for mut client in listener.incoming().flatten() {
                let mut head = Vec::new();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") && client.read(&mut byte).is_ok_and(|read| read == 1) {
                    head.push(byte[0]);
                }
                log.lock().unwrap().push(String::from_utf8_lossy(&head).into_owned());
                if let Some(refusal) = refusal {
                    let _ = client.write_all(refusal.as_bytes());
                    continue;
                }
                let Ok(server) = TcpStream::connect(("127.0.0.1", to)) else { return };
                let _ = client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n");
                for (mut from, mut to) in [
                    (client.try_clone().unwrap(), server.try_clone().unwrap()),
                    (server.try_clone().unwrap(), client.try_clone().unwrap()),
                ] {
                    thread::spawn(move || {
                        let _ = std::io::copy(&mut from, &mut to);
                        let _ = to.shutdown(Shutdown::Both);
                    });
                }
            }
        });
        Proxy { port, asked }
    }

    fn address(&self) -> String {
        format!("http://robot:pr0xy-pass@127.0.0.1:{}", self.port)
    }
}

#[test]
fn proxies_are_those_of_the_environment() {
    let Some(registry) = registry(TLS) else { return };
    let home = home();
    let authority = registry.folder.path().join("ca.crt").display().to_string();
    let push = || push(&home, "registry.example:5443", &["--ca-file", &authority]);
    let proxy = Proxy::new(registry.port, None);
    push().env("HTTPS_PROXY", proxy.address()).run().exits(0);
    let asked = proxy.asked.lock().unwrap().clone();
    assert!(asked.iter().all(|head| head.starts_with("CONNECT registry.example:5443 ")), "{asked:?}");
    // base64 of `robot:pr0xy-pass`.
    assert!(
        asked[0].to_lowercase().contains("proxy-authorization: basic cm9ib3q6chiwehktcgfzcw=="),
        "{asked:?}"
    );
    assert!(!asked.concat().contains("demo"), "the way to the registry is TLS: {asked:?}");

    let error = push()
        .env("HTTPS_PROXY", proxy.address())
        .env("NO_PROXY", "registry.example")
        .run()
        .exits(2)
        .stderr();
    assert!(error.contains("registry.example") && !error.contains("proxy"), "{error}");
    assert_eq!(proxy.asked.lock().unwrap().len(), asked.len());

    let refusing =
        Proxy::new(0, Some("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"));
    let error = push().env("HTTPS_PROXY", refusing.address()).run().exits(2).stderr();
    assert!(error.contains("the proxy refused to connect to registry.example:5443"), "{error}");
    assert!(error.contains("check HTTPS_PROXY") && !error.contains("pr0xy-pass"), "{error}");
    let error = push().env("HTTPS_PROXY", "http://:pr0xy-pass@[").run().exits(2).stderr();
    assert!(!error.contains("pr0xy-pass"), "{error}");
}

#[test]
fn what_is_said_of_a_registry_holds_for_a_push() {
    let Some(registry) = registry(TLS) else { return };
    let home = home();
    let host = format!("127.0.0.1:{}", registry.port);
    let run = |line: &str| {
        let text = format!("[[registry]]\nlocation = '{host}'\n{line}\n");
        let file = home.write("registries.conf", text).display().to_string();
        push(&home, &host, &["--registries-conf", &file]).run()
    };
    assert!(run("").exits(2).stderr().contains("UnknownIssuer"));
    run("insecure = true").exits(0);
    assert!(run("blocked = true").exits(2).stderr().contains("is blocked by"));
    // Mirrors are for pulls.
    run("insecure = true\n[[registry.mirror]]\nlocation = '127.0.0.1:1'").exits(0);
    // Plain http is good enough for an insecure registry, too.
    let plain = Server::start(|_| None);
    let file =
        home.write("plain.conf", format!("[[registry]]\nlocation = '{}'\ninsecure = true\n", plain.host()));
    push(&home, &plain.host(), &["--registries-conf", &file.display().to_string()]).run().exits(0);
}
