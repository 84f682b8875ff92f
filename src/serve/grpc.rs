//! gRPC upon HTTP/2: which method is called, its request, its answer and its status. The protocol is five bytes
//! before each message and two trailers (grpc.io, "gRPC over HTTP2"), which is why there is no framework.

use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use http_body_util::BodyExt as _;
use hyper::body::{Body, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};

use super::body::{Made, Source, Turns, ending};
use super::registry::{self, Answer, Messages};
use super::status::{Code, Status};
use super::{Shared, reflection};
use crate::index::wire;

/// Requests are a few names.
pub(super) const REQUEST_LIMIT: usize = 64 << 10;

/// Answers a call.
pub(super) async fn call(shared: Arc<Shared>, turns: Turns, request: Request<Incoming>) -> Response<Made> {
    let is_grpc = request
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"));
    if request.method() != Method::POST || !is_grpc {
        let mut response = Response::new(Made::ready("this is a gRPC server\n"));
        *response.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return response;
    }
    let mut record = Record {
        shared: Arc::clone(&shared),
        path: known(request.uri().path()),
        start: Instant::now(),
        code: None,
    };
    match answer(&shared, &turns, request, &mut record).await {
        Ok(body) => {
            let mut response = Response::new(body);
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
            response
        }
        Err(status) => {
            record.code = Some(status.code);
            let mut response = Response::new(Made::ready(""));
            *response.headers_mut() = ending(&status);
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
            response
        }
    }
}

const REGISTRY: &str = "/api.Registry/";
const CUSTOM: &str = "/api.ExperimentalRegistry/ExperimentalListPackageCustomSchemas";
const CHECK: &str = "/grpc.health.v1.Health/Check";
const REFLECTION: [&str; 2] = [
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
];

/// The path, if there is such a method: what clients make up is not counted by name.
fn known(path: &str) -> String {
    let is_known = path.strip_prefix(REGISTRY).is_some_and(|name| registry::method(name).is_some())
        || [CUSTOM, CHECK].contains(&path)
        || REFLECTION.contains(&path);
    if is_known { path.to_owned() } else { "unknown".to_owned() }
}

async fn answer(
    shared: &Arc<Shared>,
    turns: &Turns,
    request: Request<Incoming>,
    record: &mut Record,
) -> Result<Made, Status> {
    let path = request.uri().path().to_owned();
    let is_acknowledged = request.headers().get(registry::ACKNOWLEDGE).is_some_and(|value| value == "true");
    if REFLECTION.contains(&path.as_str()) {
        let source = Reflecting {
            body: request.into_body(),
            taken: Vec::new(),
            is_over: false,
            reply: Reply::new(record.take()),
        };
        return Ok(Made::new(Box::new(source), turns.begin(), Vec::new()));
    }
    let method = path.strip_prefix(REGISTRY).and_then(registry::method);
    if method.is_none() && ![CUSTOM, CHECK].contains(&path.as_str()) {
        return Err(Status::new(Code::UNIMPLEMENTED, format!("there is no method {path}")));
    }
    let message = read(request.into_body()).await?;
    let mut permits = Vec::new();
    let answer = match method {
        Some((method, is_large)) => {
            if is_large {
                permits = turns.large(&shared.large).await;
            }
            method(&shared.index(), &message)?
        }
        None if path == CUSTOM => registry::custom_schemas(&shared.index(), &message, is_acknowledged)?,
        None => {
            // Serving, whatever it is asked for by name: there is one catalog, and it is whole.
            let mut out = Vec::new();
            wire::number(&mut out, 1, 1);
            Answer::One(out)
        }
    };
    let messages: Messages = match answer {
        Answer::One(message) => Box::new(std::iter::once(Ok(message))),
        Answer::Many(messages) => messages,
    };
    let source = Stream { messages, reply: Reply::new(record.take()) };
    Ok(Made::new(Box::new(source), turns.begin(), permits))
}

/// What is written down of a call when it is over.
struct Record {
    shared: Arc<Shared>,
    path: String,
    start: Instant,
    /// None if the client went away before the end.
    code: Option<Code>,
}

impl Record {
    /// Hands the record over to who ends the call.
    fn take(&mut self) -> Record {
        let path = std::mem::take(&mut self.path);
        Record { shared: Arc::clone(&self.shared), path, start: self.start, code: None }
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        if !self.path.is_empty() {
            let code = self.code.unwrap_or(Code(1));
            self.shared.called(&self.path, code, self.start.elapsed());
        }
    }
}

/// The end of an answer.
struct Reply {
    record: Record,
    status: Status,
}

impl Reply {
    fn new(record: Record) -> Self {
        Reply { record, status: Status::new(Code::OK, "") }
    }

    fn end(&mut self) -> HeaderMap {
        self.record.code = Some(self.status.code);
        ending(&self.status)
    }
}

fn frame(message: &[u8], out: &mut Vec<u8>) {
    out.push(0);
    out.extend_from_slice(&(message.len() as u32).to_be_bytes());
    out.extend_from_slice(message);
}

/// An answer of messages that are made one by one.
struct Stream {
    messages: Messages,
    reply: Reply,
}

impl Source for Stream {
    fn fill(&mut self, _: &mut Context<'_>, out: &mut Vec<u8>) -> Poll<Option<io::Result<()>>> {
        Poll::Ready(match self.messages.next() {
            Some(Ok(message)) => {
                frame(&message, out);
                Some(Ok(()))
            }
            Some(Err(cause)) => {
                self.reply.record.shared.unread(&cause);
                self.reply.status = Status::internal();
                self.messages = Box::new(std::iter::empty());
                None
            }
            None => None,
        })
    }

    fn trailers(&mut self) -> Option<HeaderMap> {
        Some(self.reply.end())
    }
}

/// A stream that is answered message by message, while it goes on.
struct Reflecting {
    body: Incoming,
    taken: Vec<u8>,
    is_over: bool,
    reply: Reply,
}

impl Source for Reflecting {
    fn fill(&mut self, context: &mut Context<'_>, out: &mut Vec<u8>) -> Poll<Option<io::Result<()>>> {
        loop {
            match message(&self.taken) {
                Ok(Some(length)) => {
                    let answer = reflection::answer(&self.taken[5..5 + length]);
                    self.taken.drain(..5 + length);
                    match answer {
                        Ok(answer) => frame(&answer, out),
                        Err(_) => return self.fail(Status::new(Code::INTERNAL, "this is no request")),
                    }
                    return Poll::Ready(Some(Ok(())));
                }
                Err(status) => return self.fail(status),
                Ok(None) if self.is_over => return Poll::Ready(None),
                Ok(None) => match Pin::new(&mut self.body).poll_frame(context) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(Some(Ok(part))) => {
                        part.data_ref().into_iter().for_each(|data| self.taken.extend_from_slice(data))
                    }
                    Poll::Ready(_) => self.is_over = true,
                },
            }
        }
    }

    fn trailers(&mut self) -> Option<HeaderMap> {
        Some(self.reply.end())
    }
}

impl Reflecting {
    fn fail(&mut self, status: Status) -> Poll<Option<io::Result<()>>> {
        self.reply.status = status;
        self.taken.clear();
        self.is_over = true;
        Poll::Ready(None)
    }
}

/// The length of the message at the front, once all of it is there.
fn message(taken: &[u8]) -> Result<Option<usize>, Status> {
    let Some((head, rest)) = taken.split_first_chunk::<5>() else { return Ok(None) };
    let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
    if head[0] != 0 {
        return Err(Status::new(Code::UNIMPLEMENTED, "requests must not be compressed"));
    }
    if length > REQUEST_LIMIT {
        let message = format!("the request has {length} bytes, and {REQUEST_LIMIT} are the most");
        return Err(Status::new(Code::RESOURCE_EXHAUSTED, message));
    }
    Ok((rest.len() >= length).then_some(length))
}

/// Reads the one message of a request.
async fn read(body: Incoming) -> Result<Vec<u8>, Status> {
    let mut body = pin!(body);
    let mut taken = Vec::new();
    loop {
        if let Some(length) = message(&taken)? {
            taken.truncate(5 + length);
            taken.drain(..5);
            return Ok(taken);
        }
        match body.frame().await {
            Some(Ok(part)) => part.data_ref().into_iter().for_each(|data| taken.extend_from_slice(data)),
            Some(Err(_)) | None => return Err(Status::new(Code::INTERNAL, "the request ends too early")),
        }
    }
}
