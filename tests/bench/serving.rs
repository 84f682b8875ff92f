//! Speed and memory of a server: from its start to the first answer, all bundles, and many clients at once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http2::handshake;
use hyper::{Method, Request};
use hyper_util::rt::{TokioExecutor, TokioIo};
use olmcat::serve::Client;
use tokio::net::TcpStream;

const PATIENCE: Duration = Duration::from_secs(120);
/// How many clients there are, how often each asks, and how long it waits between two questions.
const CLIENTS: usize = 1000;
const QUESTIONS: u32 = 5;
const PAUSE: Duration = Duration::from_secs(1);

/// A server, ended when it is dropped.
struct Server(Child, String);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Server {
    /// Starts one and waits until it says that it serves; also how long that took.
    fn start(catalog: &Path) -> (Self, Duration) {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(env!("CARGO_BIN_EXE_olmcat"));
        command.args([
            "--project",
            "target/bench",
            "serve",
            "--address",
            "127.0.0.1",
            "--port",
            &port.to_string(),
        ]);
        command.arg(catalog).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let address = format!("127.0.0.1:{port}");
        let start = Instant::now();
        let server = Server(command.spawn().unwrap(), address);
        while start.elapsed() < PATIENCE {
            let asked = Client::connect(&server.1, PATIENCE).is_ok_and(|mut client| {
                client.call("/grpc.health.v1.Health/Check", &[], &[], PATIENCE, &mut |_| {}).is_ok()
            });
            if asked {
                return (server, start.elapsed());
            }
            std::thread::sleep(Duration::from_micros(200));
        }
        panic!("it does not serve")
    }

    /// The most memory that it ever had.
    fn peak(&self) -> f64 {
        let text = fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().strip_suffix(" kB").unwrap().parse::<f64>().unwrap() / 1024.0
    }
}

/// Measures a catalog without and with an index.
pub(super) fn run(name: &str, catalog: &Path) {
    let index = PathBuf::from(format!("{}.index", catalog.display()));
    let _ = fs::remove_file(&index);
    start(&format!("serve, no index: {name}"), catalog, 3);
    let kept = catalog.with_file_name("cache");
    let mut make = Command::new(env!("CARGO_BIN_EXE_olmcat"));
    make.args(["opm", "serve", "--cache-only", "--cache-dir"]).arg(&kept).arg(catalog);
    assert!(make.status().unwrap().success());
    fs::rename(kept.join("olmcat.index"), &index).unwrap();
    start(&format!("serve: {name}"), catalog, 15);
    let (server, _) = Server::start(catalog);
    all_bundles(name, &server);
    many_clients(name, &server);
    drop(server);
    fs::remove_file(index).unwrap();
}

fn start(name: &str, catalog: &Path, runs: usize) {
    let mut found: Vec<(Duration, f64)> = (0..runs)
        .map(|_| {
            let (server, time) = Server::start(catalog);
            (time, server.peak())
        })
        .collect();
    found.sort_by_key(|(time, _)| *time);
    let (time, _) = found[found.len() / 2];
    let peak = found.iter().map(|(_, peak)| *peak).fold(0.0, f64::max);
    println!("{name:52} serving after {:8.1} ms, peak {peak:6.1} MiB", time.as_secs_f64() * 1e3);
}

/// Asks for all bundles, again and again.
fn all_bundles(name: &str, server: &Server) {
    let mut client = Client::connect(&server.1, PATIENCE).unwrap();
    let (mut messages, mut bytes, mut runs) = (0u64, 0u64, 0);
    let start = Instant::now();
    while runs < 3 || start.elapsed() < Duration::from_secs(3) {
        let mut take = |message: &[u8]| {
            messages += 1;
            bytes += message.len() as u64;
        };
        client.call("/api.Registry/ListBundles", &[], &[], PATIENCE, &mut take).unwrap();
        runs += 1;
    }
    let seconds = start.elapsed().as_secs_f64();
    let label = format!("ListBundles: {name}");
    println!(
        "{label:52} {:.0} bundles/s, {:.0} MB/s, {:.1} ms a time, peak {:6.1} MiB",
        messages as f64 / seconds,
        bytes as f64 / 1e6 / seconds,
        seconds * 1e3 / f64::from(runs),
        server.peak()
    );
}

/// A thousand connections, each of which asks every second, and then again as fast as it is answered.
fn many_clients(name: &str, server: &Server) {
    let mut list = Vec::new();
    let mut client = Client::connect(&server.1, PATIENCE).unwrap();
    client
        .call("/api.Registry/ListPackages", &[], &[], PATIENCE, &mut |message| list.push(message.to_vec()))
        .unwrap();
    // A `PackageName` has the form of a `GetPackageRequest`.
    let mut body = vec![0];
    body.extend((list[0].len() as u32).to_be_bytes());
    body.extend(&list[0]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for (what, pause) in
        [("a question a second each", PAUSE), ("as fast as they are answered", Duration::ZERO)]
    {
        let (mut times, seconds) = runtime.block_on(ask(server.1.clone(), Bytes::from(body.clone()), pause));
        times.sort();
        let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
        let label = format!("{CLIENTS} clients, GetPackage: {name}");
        println!(
            "{label:52} {what}: {:.0} calls/s, p50 {:.2} ms, p99 {:.2} ms, peak {:6.1} MiB",
            times.len() as f64 / seconds,
            at(0.5),
            at(0.99),
            server.peak()
        );
    }
}

async fn ask(address: String, body: Bytes, pause: Duration) -> (Vec<Duration>, f64) {
    let mut senders = Vec::new();
    for _ in 0..CLIENTS {
        let stream = TcpStream::connect(&address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let (sender, connection) = handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        senders.push(sender);
    }
    let address = Arc::new(address);
    let start = Instant::now();
    let tasks = senders.into_iter().enumerate().map(|(number, mut sender)| {
        let (address, body) = (Arc::clone(&address), body.clone());
        tokio::spawn(async move {
            tokio::time::sleep(pause * number as u32 / CLIENTS as u32).await;
            let mut times = Vec::new();
            for _ in 0..QUESTIONS {
                let request = Request::builder()
                    .method(Method::POST)
                    .uri(format!("http://{address}/api.Registry/GetPackage"))
                    .header("content-type", "application/grpc")
                    .header("te", "trailers")
                    .body(Full::new(body.clone()))
                    .unwrap();
                let start = Instant::now();
                let answer = sender.send_request(request).await.unwrap().into_body().collect().await.unwrap();
                times.push(start.elapsed());
                assert_eq!(answer.trailers().unwrap()["grpc-status"], "0");
                tokio::time::sleep(pause).await;
            }
            times
        })
    });
    let tasks: Vec<_> = tasks.collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.unwrap());
    }
    (times, start.elapsed().as_secs_f64())
}
