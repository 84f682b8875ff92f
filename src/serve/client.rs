//! A client of the registry API and of health checks, for commands and tests: one connection, a call at a time.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use hyper::{Request, Uri};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::time::timeout;

use super::status::{Code, Status};

/// The most bytes of a message of an answer.
const MESSAGE_LIMIT: usize = 256 << 20;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The server cannot be reached.
    Connect(String),
    /// It took too long.
    Timeout,
    /// The server said no, or something that is no answer.
    Status(Status),
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fault::Connect(why) => f.write_str(why),
            Fault::Timeout => f.write_str("it took too long"),
            Fault::Status(status) => write!(f, "{} ({})", status.message, status.code.name()),
        }
    }
}

/// A connection to a server.
pub struct Client {
    runtime: Runtime,
    sender: SendRequest<Full<Bytes>>,
    authority: String,
}

impl Client {
    /// Connects to `host:port`; without a host, to this machine.
    ///
    /// # Errors
    /// When nobody answers there in time, or not with HTTP/2.
    pub fn connect(address: &str, patience: Duration) -> Result<Self, Fault> {
        let authority =
            if address.starts_with(':') { format!("localhost{address}") } else { address.to_owned() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|cause| Fault::Connect(cause.to_string()))?;
        let connect = async {
            let stream = open(&authority).await.map_err(|cause| Fault::Connect(cause.to_string()))?;
            let _ = stream.set_nodelay(true);
            let (sender, connection) = handshake(TokioExecutor::new(), TokioIo::new(stream))
                .await
                .map_err(|cause| Fault::Connect(format!("it does not speak HTTP/2: {cause}")))?;
            tokio::spawn(connection);
            Ok(sender)
        };
        let connected = runtime.block_on(async { timeout(patience, connect).await });
        let sender = connected.map_err(|_| Fault::Timeout)??;
        Ok(Client { runtime, sender, authority })
    }

    /// Calls a method, `/service/method`, and hands each message of the answer over. `patience` is for the whole
    /// answer.
    ///
    /// # Errors
    /// When the server says so, or does not answer in time.
    pub fn call(
        &mut self,
        path: &str,
        headers: &[(&'static str, &'static str)],
        message: &[u8],
        patience: Duration,
        take: &mut dyn FnMut(&[u8]),
    ) -> Result<(), Fault> {
        let uri =
            Uri::builder().scheme("http").authority(self.authority.as_str()).path_and_query(path).build();
        let uri =
            uri.map_err(|cause| Fault::Connect(format!("{} is no address: {cause}", self.authority)))?;
        let mut body = vec![0];
        body.extend_from_slice(&(message.len() as u32).to_be_bytes());
        body.extend_from_slice(message);
        let mut request = Request::new(Full::new(Bytes::from(body)));
        *request.method_mut() = hyper::Method::POST;
        *request.uri_mut() = uri;
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
        request.headers_mut().insert("te", HeaderValue::from_static("trailers"));
        for (name, value) in headers {
            request.headers_mut().insert(*name, HeaderValue::from_static(value));
        }
        let sender = &mut self.sender;
        let answered =
            self.runtime.block_on(async { timeout(patience, exchange(sender, request, take)).await });
        answered.map_err(|_| Fault::Timeout)?
    }
}

/// Opens a connection. This machine is found without asking anybody, since a probe may run where nobody knows its
/// name.
async fn open(authority: &str) -> std::io::Result<TcpStream> {
    match authority.strip_prefix("localhost:").map(str::parse::<u16>) {
        Some(Ok(port)) => {
            let addresses = [(Ipv4Addr::LOCALHOST, port).into(), (Ipv6Addr::LOCALHOST, port).into()];
            TcpStream::connect::<&[SocketAddr]>(&addresses).await
        }
        _ => TcpStream::connect(authority).await,
    }
}

async fn exchange(
    sender: &mut SendRequest<Full<Bytes>>,
    request: Request<Full<Bytes>>,
    take: &mut dyn FnMut(&[u8]),
) -> Result<(), Fault> {
    let lost = |cause: hyper::Error| {
        Fault::Status(Status::new(Code::UNAVAILABLE, format!("the connection was lost: {cause}")))
    };
    let odd = |why: String| Fault::Status(Status::new(Code::INTERNAL, why));
    sender.ready().await.map_err(lost)?;
    let response = sender.send_request(request).await.map_err(lost)?;
    let is_grpc = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"));
    if !is_grpc {
        return Err(odd(format!("the answer is not gRPC (HTTP status {})", response.status())));
    }
    if let Some(status) = status(response.headers()) {
        return status;
    }
    let mut body = response.into_body();
    let mut taken = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(lost)?;
        if let Some(trailers) = frame.trailers_ref() {
            return status(trailers).unwrap_or_else(|| Err(odd("the answer has no status".to_owned())));
        }
        frame.data_ref().into_iter().for_each(|data| taken.extend_from_slice(data));
        let mut at = 0;
        while let Some((head, rest)) = taken[at..].split_first_chunk::<5>() {
            let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
            if head[0] != 0 || length > MESSAGE_LIMIT {
                return Err(odd(format!(
                    "a message of the answer is compressed, or too large ({length} bytes)"
                )));
            }
            let Some(message) = rest.get(..length) else { break };
            take(message);
            at += 5 + length;
        }
        taken.drain(..at);
    }
    Err(odd("the answer ends without a status".to_owned()))
}

/// The status that headers or trailers tell, if they tell one.
fn status(headers: &HeaderMap) -> Option<Result<(), Fault>> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let code = text("grpc-status")?.parse().map_or(Code::UNKNOWN, Code);
    let message = text("grpc-message").map(Status::decode).unwrap_or_default();
    Some(if code == Code::OK { Ok(()) } else { Err(Fault::Status(Status { code, message })) })
}
