//! A catalog is served: the registry API that OLM v0 reads, and the files that OLM v1 reads.
//!
//! hyper carries HTTP, and everything above is here: answers are stored encoded, so that a framework with types
//! for messages would decode them to encode them again. Only what OLM and its tools ask for is understood.

mod body;
mod client;
mod connection;
mod grpc;
mod http;
mod metrics;
mod proto;
mod reflection;
mod registry;
mod status;

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

pub use client::{Client, Fault};
use metrics::Metrics;
pub use proto::to_json;
pub use status::{Code, Status};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::{Semaphore, watch};

use crate::diag::Error;
use crate::index::{Index, Lines};

/// What is served.
#[derive(Debug)]
pub struct Content {
    /// For the registry API.
    pub index: Arc<Index>,
    /// For catalogd's API, if it is asked for.
    pub lines: Option<Lines>,
    /// When the catalog was changed.
    pub modified: SystemTime,
}

/// What happened, for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// How much it matters.
    pub level: Level,
    /// What happened: a phrase that is always the same.
    pub message: &'static str,
    /// The particulars. Nothing of what clients send but the names of methods that there are.
    pub fields: Vec<(&'static str, String)>,
}

/// How much an event matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// For who looks for a fault.
    Debug,
    /// In the course of things.
    Info,
    /// Something is not as it should be, and it goes on.
    Warn,
    /// Something failed.
    Error,
}

/// Takes events down.
pub type Log = Arc<dyn Fn(Event) + Send + Sync>;

/// Asks whether there is a new catalog: none if the one that is served is up to date.
pub type Reload = Box<dyn FnMut() -> Option<Result<Content, String>> + Send>;

/// How a catalog is served.
pub struct Options {
    /// Where the registry API is.
    pub grpc: SocketAddr,
    /// Where catalogd's API is, if anywhere.
    pub http: Option<SocketAddr>,
    /// Where counts are, if anywhere.
    pub metrics: Option<SocketAddr>,
    /// Asked every now and then, if the catalog is watched.
    pub reload: Option<Reload>,
    /// Takes events down.
    pub log: Log,
}

/// How often it is asked whether the catalog has changed.
const WATCH: Duration = Duration::from_secs(1);
/// How many large answers are made at a time; the others wait. Each costs about what it has that no client took.
const LARGE: usize = 256;
/// How long answers under way may take when the server is told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// What all connections share.
pub(crate) struct Shared {
    content: RwLock<Arc<Content>>,
    large: Arc<Semaphore>,
    metrics: Metrics,
    log: Log,
}

impl Shared {
    fn content(&self) -> Arc<Content> {
        Arc::clone(&self.content.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn index(&self) -> Arc<Index> {
        Arc::clone(&self.content().index)
    }

    fn event(&self, level: Level, message: &'static str, fields: Vec<(&'static str, String)>) {
        (self.log)(Event { level, message, fields });
    }

    fn called(&self, path: &str, code: Code, time: Duration) {
        self.metrics.called(path, code, time);
        let fields = vec![
            ("method", path.to_owned()),
            ("code", code.name().to_owned()),
            ("milliseconds", format!("{:.3}", time.as_secs_f64() * 1e3)),
        ];
        self.event(Level::Debug, "called", fields);
    }

    fn unread(&self, cause: &io::Error) {
        self.event(Level::Error, "the catalog cannot be read", vec![("cause", cause.to_string())]);
    }

    /// Takes another catalog over. Answers under way go on with the one that they began with.
    fn replace(&self, content: Content) {
        *self.content.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(content);
        self.metrics.reloads.fetch_add(1, Ordering::Relaxed);
    }
}

/// Serves a catalog until the process is told to stop, by SIGTERM or Ctrl-C.
///
/// # Errors
/// When an address cannot be listened at.
pub fn serve(content: Content, options: Options) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|cause| Error::new(format!("cannot start serving: {cause}")))?;
    let result = runtime.block_on(run(content, options));
    // A reload may be half-way through a large catalog.
    runtime.shutdown_background();
    result
}

async fn run(content: Content, options: Options) -> Result<(), Error> {
    let [packages, channels, bundles] = content.index.counts().map(|count| count.to_string());
    let shared = Arc::new(Shared {
        content: RwLock::new(Arc::new(content)),
        large: Arc::new(Semaphore::new(LARGE)),
        metrics: Metrics::default(),
        log: options.log,
    });
    let (stop, stopped) = watch::channel(false);
    let mut tasks = tokio::task::JoinSet::new();
    let mut fields = vec![("packages", packages), ("channels", channels), ("bundles", bundles)];
    // All addresses are taken before one of them answers.
    let listeners = [
        (connection::Door::Grpc, "address", Some(options.grpc)),
        (connection::Door::Catalog, "http", options.http),
        (connection::Door::Metrics, "metrics", options.metrics),
    ];
    let mut open = Vec::new();
    for (door, name, address) in listeners {
        if let Some(address) = address {
            let (listener, address) = listen(address)?;
            fields.insert(open.len(), (name, address.to_string()));
            open.push((door, listener));
        }
    }
    for (door, listener) in open {
        tasks.spawn(connection::accept(door, listener, Arc::clone(&shared), stopped.clone()));
    }
    let mut signals = Signals::new()?;
    shared.event(Level::Info, "serving", fields);
    if let Some(reload) = options.reload {
        let (shared, stopped) = (Arc::clone(&shared), stopped.clone());
        // Reading a catalog is work for a thread of its own.
        std::thread::spawn(move || watch_for(reload, &shared, &stopped));
    }
    signals.next().await;
    shared.event(Level::Info, "stopping", Vec::new());
    let _ = stop.send(true);
    let all = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, all).await.is_err() {
        shared.event(Level::Warn, "clients that took too long were cut off", Vec::new());
    }
    Ok(())
}

/// Takes over each catalog that can be served; of one that cannot, the log says why, and the old one stays.
fn watch_for(mut reload: Reload, shared: &Shared, stopped: &watch::Receiver<bool>) {
    while !*stopped.borrow() {
        std::thread::sleep(WATCH);
        match reload() {
            None => {}
            Some(Ok(content)) => {
                let [packages, channels, bundles] = content.index.counts().map(|count| count.to_string());
                shared.replace(content);
                let fields = vec![("packages", packages), ("channels", channels), ("bundles", bundles)];
                shared.event(Level::Info, "the catalog has changed", fields);
            }
            Some(Err(cause)) => {
                shared.metrics.failed_reloads.fetch_add(1, Ordering::Relaxed);
                shared.event(
                    Level::Error,
                    "the changed catalog cannot be served; the old one stays",
                    vec![("cause", cause)],
                );
            }
        }
    }
}

/// Listens at an address.
fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), Error> {
    let open = |address: SocketAddr| -> io::Result<(TcpListener, SocketAddr)> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let listener = socket.listen(1024)?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    let mut opened = open(address);
    if opened.is_err() && address.ip() == std::net::Ipv6Addr::UNSPECIFIED {
        // A system without IPv6. The address of both families stands for whatever there is.
        let plain = SocketAddr::from((std::net::Ipv4Addr::UNSPECIFIED, address.port()));
        opened = open(plain).or(opened);
    }
    opened.map_err(|cause| {
        let error = Error::new(format!("cannot listen at {address}: {cause}"));
        match cause.kind() {
            io::ErrorKind::AddrInUse => {
                error.hint("stop what listens there, or choose another port with `--port`")
            }
            io::ErrorKind::PermissionDenied => error.hint("choose a port from 1024 on"),
            io::ErrorKind::AddrNotAvailable => error.hint("name an address of this machine with `--address`"),
            _ => error,
        }
    })
}

/// The signals that tell a server to stop.
struct Signals {
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> Result<Self, Error> {
        use tokio::signal::unix::{SignalKind, signal};
        let terminate = signal(SignalKind::terminate());
        let terminate = terminate.map_err(|cause| Error::new(format!("cannot wait for signals: {cause}")))?;
        Ok(Signals { terminate })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    }
}
