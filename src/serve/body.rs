//! Bodies of answers: made while they are sent, a little at a time, so that a client that reads slowly costs no
//! more than one that reads fast.

use std::collections::BTreeMap;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use hyper::body::{Body, Bytes, Frame};
use hyper::header::{HeaderMap, HeaderValue};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How much is handed over at a time. What is handed over waits in memory until the client takes it.
const PART: usize = 16 << 10;

/// How many large answers of one connection are made at a time, so that one that takes none of them is not in
/// the way of others.
const LARGE: usize = 8;

/// Where the bytes of a body come from.
pub(super) trait Source: Send {
    /// Appends some bytes. None when there are no more: then come the trailers, if there are any.
    fn fill(&mut self, context: &mut Context<'_>, out: &mut Vec<u8>) -> Poll<Option<io::Result<()>>>;

    /// What is said behind the last byte.
    fn trailers(&mut self) -> Option<HeaderMap> {
        None
    }
}

/// A body that is made while it is sent.
pub(super) struct Made {
    source: Option<Box<dyn Source>>,
    ready: Bytes,
    turn: Option<Turn>,
    /// Held as long as the answer is not taken.
    permits: Vec<OwnedSemaphorePermit>,
}

impl Made {
    pub(super) fn new(source: Box<dyn Source>, turn: Turn, permits: Vec<OwnedSemaphorePermit>) -> Self {
        Made { source: Some(source), ready: Bytes::new(), turn: Some(turn), permits }
    }

    /// A body of bytes that are there.
    pub(super) fn ready(bytes: impl Into<Bytes>) -> Self {
        Made { source: None, ready: bytes.into(), turn: None, permits: Vec::new() }
    }
}

impl Body for Made {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let body = &mut *self;
        body.turn.iter_mut().for_each(Turn::touch);
        if body.ready.is_empty()
            && let Some(source) = &mut body.source
        {
            let mut part = Vec::new();
            while part.len() < PART {
                match source.fill(context, &mut part) {
                    Poll::Ready(Some(Ok(()))) => {}
                    Poll::Ready(Some(Err(cause))) => {
                        body.source = None;
                        return Poll::Ready(Some(Err(cause)));
                    }
                    Poll::Pending if part.is_empty() => {
                        // It is the client that is waited for, and not the other way round.
                        body.turn.iter_mut().for_each(Turn::pause);
                        return Poll::Pending;
                    }
                    Poll::Pending => break,
                    Poll::Ready(None) if part.is_empty() => {
                        let trailers = source.trailers();
                        (body.source, body.turn) = (None, None);
                        body.permits.clear();
                        return Poll::Ready(trailers.map(|trailers| Ok(Frame::trailers(trailers))));
                    }
                    Poll::Ready(None) => break,
                }
            }
            body.ready = part.into();
        }
        if body.ready.is_empty() {
            return Poll::Ready(None);
        }
        let length = body.ready.len().min(PART);
        Poll::Ready(Some(Ok(Frame::data(body.ready.split_to(length)))))
    }

    fn is_end_stream(&self) -> bool {
        self.source.is_none() && self.ready.is_empty()
    }
}

/// The answers that a connection has under way, and when each was last asked for more.
#[derive(Debug, Clone)]
pub(super) struct Turns(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    next: AtomicU64,
    last: Mutex<BTreeMap<u64, Instant>>,
    large: Arc<Semaphore>,
}

impl Turns {
    pub(super) fn new() -> Self {
        let (next, last) = (AtomicU64::new(0), Mutex::default());
        Turns(Arc::new(Inner { next, last, large: Arc::new(Semaphore::new(LARGE)) }))
    }

    /// Waits until the connection may have one more large answer, and the server, too.
    pub(super) async fn large(&self, all: &Arc<Semaphore>) -> Vec<OwnedSemaphorePermit> {
        let mut permits = Vec::with_capacity(2);
        permits.extend(Arc::clone(&self.0.large).acquire_owned().await.ok());
        permits.extend(Arc::clone(all).acquire_owned().await.ok());
        permits
    }

    pub(super) fn begin(&self) -> Turn {
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        let mut turn = Turn { turns: self.clone(), number };
        turn.touch();
        turn
    }

    /// When the answer that waits longest was last asked for more.
    pub(super) fn oldest(&self) -> Option<Instant> {
        self.0.last.lock().unwrap_or_else(PoisonError::into_inner).values().min().copied()
    }
}

/// An answer under way.
pub(super) struct Turn {
    turns: Turns,
    number: u64,
}

impl Turn {
    fn touch(&mut self) {
        let mut last = self.turns.0.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.insert(self.number, Instant::now());
    }

    fn pause(&mut self) {
        self.turns.0.last.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.number);
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.pause();
    }
}

/// The trailers or headers that end a call.
pub(super) fn ending(status: &super::Status) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(2);
    headers.insert("grpc-status", HeaderValue::from(status.code.0));
    if let Ok(message) = HeaderValue::from_str(&status.header())
        && !message.is_empty()
    {
        headers.insert("grpc-message", message);
    }
    headers
}
