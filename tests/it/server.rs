//! A small registry with faults: HTTP/1.1 by hand over `std::net`, one thread for each connection.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use olmcat::oci::{Digest, Reference};

/// What came in.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pub method: String,
    /// Path and query.
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Asked {
    pub fn authorization(&self) -> Option<&str> {
        self.headers.get("authorization").map(String::as_str)
    }

    /// Whether it is such a request: a method and a part of the path.
    pub fn is(&self, method: &str, part: &str) -> bool {
        self.method == method && self.path.contains(part)
    }
}

/// What goes out.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Status, headers, body.
    Answer(u16, Vec<(String, String)>, Vec<u8>),
    /// The connection breaks after so many bytes of a body that promised more.
    Broken(usize),
    /// Nothing, for a long time.
    Silence,
    /// These bytes, whatever they mean, and then the end of the connection.
    Raw(Vec<u8>),
    /// These bytes, and then another one every few milliseconds, without end.
    Trickle(Vec<u8>),
}

pub fn reply(status: u16, headers: &[(&str, &str)], body: &str) -> Reply {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Reply::Answer(status, headers.collect(), body.into())
}

type Handler = dyn Fn(&Asked) -> Option<Reply> + Send + Sync;

/// A server that ends with the value.
pub struct Server {
    pub port: u16,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    fault: Box<Handler>,
    cut: Mutex<Option<Cut>>,
    log: Mutex<Vec<Asked>>,
    stored: Mutex<BTreeMap<String, (String, Vec<u8>)>>,
    /// Whether it lists referrers, and how many on a page; 0 is no interface.
    referrers: AtomicUsize,
    stop: AtomicBool,
}

/// Bodies of such requests are read so far only, then the connection breaks.
struct Cut {
    part: String,
    after: usize,
    times: usize,
    done: usize,
}

impl Server {
    /// A registry that answers as it should, unless `fault` has another answer.
    pub fn start(fault: impl Fn(&Asked) -> Option<Reply> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            fault: Box::new(fault),
            cut: Mutex::default(),
            log: Mutex::default(),
            stored: Mutex::default(),
            referrers: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
        });
        let mine = shared.clone();
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if mine.stop.load(Ordering::SeqCst) {
                    return;
                }
                let shared = mine.clone();
                std::thread::spawn(move || stream.map(|stream| serve(&stream, &shared)));
            }
        });
        Server { port, shared, thread: Some(thread) }
    }

    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub fn reference(&self) -> Reference {
        Reference::parse(&format!("{}/demo/catalog:v1", self.host())).unwrap()
    }

    /// Breaks the connection some times, so far into the body of a `PUT` whose path has such a part.
    pub fn cut(&self, part: &str, after: usize, times: usize) {
        *self.shared.cut.lock().unwrap() = Some(Cut { part: part.to_owned(), after, times, done: 0 });
    }

    /// How often that happened.
    pub fn cuts(&self) -> usize {
        self.shared.cut.lock().unwrap().as_ref().map_or(0, |cut| cut.done)
    }

    /// Lets it list referrers, so many on a page.
    pub fn list_referrers(&self, page: usize) {
        self.shared.referrers.store(page, Ordering::SeqCst);
    }

    /// Keeps content under its digest and a name, whatever it is; returns the digest.
    pub fn store(&self, name: &str, kind: &str, bytes: &[u8]) -> Digest {
        let digest = Digest::of(bytes);
        let mut stored = self.shared.stored.lock().unwrap();
        for name in [name, &digest.to_string()] {
            stored.insert(name.to_owned(), (kind.to_owned(), bytes.to_vec()));
        }
        digest
    }

    /// Whether something stands under a name.
    pub fn has(&self, name: &str) -> bool {
        self.shared.stored.lock().unwrap().contains_key(name)
    }

    /// What stands under a name.
    pub fn bytes(&self, name: &str) -> Vec<u8> {
        self.shared.stored.lock().unwrap()[name].1.clone()
    }

    /// The same as text.
    pub fn stored(&self, name: &str) -> String {
        String::from_utf8_lossy(&self.bytes(name)).into_owned()
    }

    /// All that was asked.
    pub fn log(&self) -> Vec<Asked> {
        self.shared.log.lock().unwrap().clone()
    }

    /// How often such a thing was asked.
    pub fn count(&self, method: &str, part: &str) -> usize {
        self.log().iter().filter(|asked| asked.is(method, part)).count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(stream: &TcpStream, shared: &Shared) -> Option<()> {
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    let mut input = BufReader::new(stream);
    while let Some(asked) = read(&mut input, stream, shared) {
        shared.log.lock().unwrap().push(asked.clone());
        let reply = (shared.fault)(&asked).unwrap_or_else(|| usual(&asked, shared));
        let mut out = Vec::new();
        match reply {
            Reply::Silence => {
                std::thread::sleep(Duration::from_secs(5));
                return None;
            }
            Reply::Raw(bytes) => {
                let _ = (&*stream).write_all(&bytes);
                return None;
            }
            Reply::Trickle(bytes) => {
                (&*stream).write_all(&bytes).ok()?;
                loop {
                    std::thread::sleep(Duration::from_millis(20));
                    (&*stream).write_all(b"1").ok()?;
                }
            }
            Reply::Broken(after) => {
                out.extend(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", after + 100).bytes());
                out.extend(vec![b'x'; after]);
                (&*stream).write_all(&out).ok()?;
                return None;
            }
            Reply::Answer(status, headers, body) => {
                out.extend(format!("HTTP/1.1 {status} Status\r\n").bytes());
                headers.iter().for_each(|(name, value)| out.extend(format!("{name}: {value}\r\n").bytes()));
                if !headers.iter().any(|(name, _)| name == "Content-Length") {
                    out.extend(format!("Content-Length: {}\r\n", body.len()).bytes());
                }
                out.extend(b"\r\n");
                if asked.method != "HEAD" {
                    out.extend(body);
                }
            }
        }
        (&*stream).write_all(&out).ok()?;
    }
    None
}

fn read(input: &mut BufReader<&TcpStream>, mut stream: &TcpStream, shared: &Shared) -> Option<Asked> {
    let mut line = String::new();
    input.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let mut asked =
        Asked { method: words.next()?.to_owned(), path: words.next()?.to_owned(), ..Asked::default() };
    loop {
        let mut line = String::new();
        input.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        asked.headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = asked.headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    if asked.headers.contains_key("expect") {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").ok()?;
    }
    let mut cut = shared.cut.lock().unwrap();
    if let Some(cut) = cut.as_mut().filter(|cut| cut.times > 0 && asked.is("PUT", &cut.part)) {
        cut.times -= 1;
        cut.done += 1;
        let after = cut.after;
        input.take(after as u64).read_to_end(&mut asked.body).ok()?;
        return None;
    }
    drop(cut);
    asked.body = vec![0; length];
    input.read_exact(&mut asked.body).ok()?;
    Some(asked)
}

/// What a registry answers.
fn usual(asked: &Asked, shared: &Shared) -> Reply {
    let mut stored = shared.stored.lock().unwrap();
    let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
    let name = path.rsplit('/').next().unwrap();
    let page = shared.referrers.load(Ordering::SeqCst);
    match asked.method.as_str() {
        "GET" if path.contains("/referrers/") && page > 0 => referrers(path, name, query, page, &stored),
        "GET" if path == "/v2/" => reply(200, &[], "{}"),
        "GET" | "HEAD" => match stored.get(name) {
            Some((kind, bytes)) => {
                let digest = Digest::of(bytes).to_string();
                let length = bytes.len().to_string();
                let headers =
                    [("Content-Type", kind), ("Docker-Content-Digest", &digest), ("Content-Length", &length)];
                let headers = headers.map(|(name, value)| (name.to_owned(), value.clone()));
                Reply::Answer(200, headers.to_vec(), bytes.clone())
            }
            None => reply(404, &[], r#"{"errors":[{"code":"NOT_HERE","message":"not here"}]}"#),
        },
        "POST" => reply(202, &[("Location", &format!("{path}session?_state=a%3D"))], ""),
        "PUT" => {
            let kind = asked.headers.get("content-type").cloned().unwrap_or_default();
            let digest = Digest::of(&asked.body).to_string();
            let tag = query.split('&').find_map(|field| field.strip_prefix("digest=")).unwrap_or(name);
            if tag.starts_with("sha256:") && tag != digest {
                return reply(400, &[], r#"{"errors":[{"code":"DIGEST_INVALID"}]}"#);
            }
            let manifest = serde_json::from_slice(&asked.body).unwrap_or(serde_json::Value::Null);
            let lists =
                ["layers", "manifests"].map(|key| manifest[key].as_array().cloned().unwrap_or_default());
            let parts = lists.iter().flatten().chain(manifest.get("config"));
            let mut missing =
                parts.filter_map(|part| part["digest"].as_str()).filter(|part| !stored.contains_key(*part));
            if path.contains("/manifests/") && missing.next().is_some() {
                return reply(400, &[], r#"{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN"}]}"#);
            }
            stored.insert(tag.to_owned(), (kind.clone(), asked.body.clone()));
            stored.insert(digest, (kind, asked.body.clone()));
            let subject = manifest["subject"]["digest"].as_str().unwrap_or_default();
            let subject = [("OCI-Subject", subject)];
            // Without a `Location`, as several registries do.
            reply(201, if page > 0 && !subject[0].1.is_empty() { &subject } else { &[] }, "")
        }
        _ => reply(405, &[], ""),
    }
}

/// A page of what refers to an image.
fn referrers(
    path: &str,
    subject: &str,
    query: &str,
    page: usize,
    stored: &BTreeMap<String, (String, Vec<u8>)>,
) -> Reply {
    let about = |(name, (kind, bytes)): (&String, &(String, Vec<u8>))| {
        let manifest: serde_json::Value = serde_json::from_slice(bytes).ok()?;
        let is_it = name.starts_with("sha256:") && manifest["subject"]["digest"] == subject;
        is_it.then(|| {
            serde_json::json!({
                "mediaType": kind, "digest": name, "size": bytes.len(), "artifactType": manifest["artifactType"],
                "annotations": manifest.get("annotations").cloned().unwrap_or(serde_json::json!({})),
            })
        })
    };
    let all: Vec<serde_json::Value> = stored.iter().filter_map(about).collect();
    let from: usize = query.strip_prefix("from=").and_then(|text| text.parse().ok()).unwrap_or(0);
    let kind = "application/vnd.oci.image.index.v1+json";
    let rest = &all[from.min(all.len())..];
    let list = serde_json::json!({
        "schemaVersion": 2, "mediaType": kind, "manifests": rest.iter().take(page).collect::<Vec<_>>(),
    });
    let next = format!("<{path}?from={}>; rel=\"next\"", from + page);
    let mut headers = vec![("Content-Type", kind)];
    if rest.len() > page {
        headers.push(("Link", &next));
    }
    reply(200, &headers, &list.to_string())
}
