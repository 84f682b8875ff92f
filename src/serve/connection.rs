//! Connections: accepted, watched, and ended when nobody is at the other end any more.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot, watch};

use super::body::{Made, Turns};
use super::{Level, Shared, grpc, http};

/// What a port is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    /// The registry API.
    Grpc,
    /// catalogd's API.
    Catalog,
    /// Counts.
    Metrics,
}

/// The most connections of a port; more wait to be accepted.
const CONNECTIONS: usize = 8192;
/// The most calls that a connection has under way; hyper resets what comes above.
const STREAMS: u32 = 250;
/// How often the other end of a quiet connection is asked whether it is there.
const PING: Duration = Duration::from_secs(30);
/// How long a connection may be without a single byte. Who is there answers a ping in that time.
const SILENCE: Duration = Duration::from_secs(90);
/// How long an answer may wait to be taken.
const STALL: Duration = Duration::from_secs(30);
/// How long a client may take to close when the server stops.
const LINGER: Duration = Duration::from_secs(1);
/// How often a connection is looked at.
const LOOK: Duration = Duration::from_secs(5);

/// Accepts connections until the server stops, and ends when all of them have ended.
pub(super) async fn accept(
    door: Door,
    listener: TcpListener,
    shared: Arc<Shared>,
    mut stopped: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut tasks = tokio::task::JoinSet::new();
    loop {
        let place = Arc::clone(&places).acquire_owned();
        let accepted = tokio::select! {
            _ = stopped.changed() => break,
            accepted = async { (place.await, listener.accept().await) } => accepted,
        };
        while tasks.try_join_next().is_some() {}
        match accepted {
            (place, Ok((stream, _))) => {
                let (shared, stopped) = (Arc::clone(&shared), stopped.clone());
                tasks.spawn(async move {
                    shared.metrics.connections.fetch_add(1, Ordering::Relaxed);
                    serve(door, stream, &shared, stopped).await;
                    shared.metrics.connections.fetch_sub(1, Ordering::Relaxed);
                    drop(place);
                });
            }
            (_, Err(cause)) => {
                // Mostly the limit of open files, which only time mends.
                shared.event(Level::Warn, "cannot accept a connection", vec![("cause", cause.to_string())]);
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    drop(listener);
    while tasks.join_next().await.is_some() {}
}

async fn serve(door: Door, stream: TcpStream, shared: &Arc<Shared>, mut stopped: watch::Receiver<bool>) {
    let _ = stream.set_nodelay(true);
    let heard = Heard::default();
    let turns = Turns::new();
    let service = service_fn(|request| answer(door, Arc::clone(shared), turns.clone(), request));
    let mut builder = Builder::new(TokioExecutor::new());
    if door == Door::Grpc {
        builder = builder.http2_only();
    }
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(10))
        .max_buf_size(64 << 10);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING)
        .max_concurrent_streams(STREAMS)
        .max_send_buf_size(16 << 10)
        .max_header_list_size(16 << 10);
    let (rest, left) = oneshot::channel();
    let io = Watched { inner: Some(TokioIo::new(stream)), heard: heard.clone(), rest: Some(rest) };
    let mut connection = Box::pin(builder.serve_connection(io, service));
    let mut is_stopping = *stopped.borrow();
    if is_stopping {
        connection.as_mut().graceful_shutdown();
    }
    loop {
        tokio::select! {
            // What goes wrong on a connection is the client's to know.
            _ = connection.as_mut() => break,
            _ = stopped.changed(), if !is_stopping => {
                is_stopping = true;
                connection.as_mut().graceful_shutdown();
            }
            () = tokio::time::sleep(LOOK) => {
                let is_stalled = turns.oldest().is_some_and(|oldest| oldest.elapsed() > STALL);
                if heard.silence() > SILENCE || is_stalled {
                    let why = if is_stalled { "took no answer" } else { "was silent" };
                    shared.event(Level::Debug, "ended a connection", vec![("client", why.to_owned())]);
                    return;
                }
            }
        }
    }
    drop(connection);
    if is_stopping && let Ok(stream) = left.await {
        linger(stream).await;
    }
}

/// Waits until a client has closed, too. The process ends after this, and what the client still says to a socket
/// that is closed would make the system throw away what the client has not read yet.
async fn linger(mut stream: TcpStream) {
    let mut unheard = [0; 4096];
    let _ = stream.shutdown().await;
    let gone = async { while stream.read(&mut unheard).await.is_ok_and(|read| read > 0) {} };
    let _ = tokio::time::timeout(LINGER, gone).await;
}

async fn answer(
    door: Door,
    shared: Arc<Shared>,
    turns: Turns,
    request: Request<Incoming>,
) -> Result<Response<Made>, Infallible> {
    Ok(match door {
        Door::Grpc => grpc::call(shared, turns, request).await,
        Door::Catalog => http::catalog(&shared, &turns, &request),
        Door::Metrics => match request.uri().path() {
            "/metrics" => {
                let mut response = Response::new(Made::ready(shared.metrics.text(&shared.index())));
                let kind = HeaderValue::from_static("text/plain; version=0.0.4");
                response.headers_mut().insert(CONTENT_TYPE, kind);
                response
            }
            "/healthz" | "/readyz" => http::plain(StatusCode::OK, "ok\n"),
            _ => http::plain(StatusCode::NOT_FOUND, "404 Not Found\n"),
        },
    })
}

/// When something was last heard of a client.
#[derive(Debug, Clone)]
struct Heard {
    start: Instant,
    milliseconds: Arc<AtomicU64>,
}

impl Default for Heard {
    fn default() -> Self {
        Heard { start: Instant::now(), milliseconds: Arc::default() }
    }
}

impl Heard {
    fn now(&self) {
        self.milliseconds.store(self.start.elapsed().as_millis() as u64, Ordering::Relaxed);
    }

    fn silence(&self) -> Duration {
        self.start.elapsed().saturating_sub(Duration::from_millis(self.milliseconds.load(Ordering::Relaxed)))
    }
}

/// A socket that notes when it is heard of, and that is handed on when the connection is done with it.
struct Watched {
    /// None only while it is dropped.
    inner: Option<TokioIo<TcpStream>>,
    heard: Heard,
    rest: Option<oneshot::Sender<TcpStream>>,
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let (Some(inner), Some(rest)) = (self.inner.take(), self.rest.take()) {
            let _ = rest.send(inner.into_inner());
        }
    }
}

impl Watched {
    fn inner(&mut self) -> Pin<&mut TokioIo<TcpStream>> {
        Pin::new(self.inner.as_mut().expect("only a drop takes it away"))
    }

    /// What the client does not take any more cannot be written any more.
    fn heard<T>(&self, done: Poll<T>) -> Poll<T> {
        if done.is_ready() {
            self.heard.now();
        }
        done
    }
}

impl Read for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let read = self.inner().poll_read(context, buffer);
        self.heard(read)
    }
}

impl Write for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = self.inner().poll_write(context, bytes);
        self.heard(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner().poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.as_ref().is_some_and(Write::is_write_vectored)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = self.inner().poll_write_vectored(context, buffers);
        self.heard(written)
    }
}
