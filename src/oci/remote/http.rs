//! One request and its answer: redirects, limits, timeouts. The only place that talks HTTP.
//!
//! Knows nothing of tokens: an `Authorization` is given with the request and goes to the host of the request
//! alone, wherever a redirect leads.

use std::collections::HashMap;
use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ureq::config::Config;
use ureq::http::{HeaderMap, Method, Request, Uri, header};
use ureq::{Agent, SendBody};

use super::address::{follow, host, same_host};
use super::fault::{self, Failure};
use super::tls::Trust;
use super::{Options, Patience};
use crate::oci::error::{Error, Kind};
use crate::oci::reference::is_loopback;

/// What is read of an answer that complains.
const COMPLAINT_LIMIT: u64 = 64 << 10;
/// Bodies from this size on wait for the server's consent, so that a 401 or 413 comes before the bytes.
const CONSENT_SIZE: u64 = 1 << 20;
const REDIRECTS: usize = 5;
/// Who is slower than so many bytes in a second is not waited for.
const SLOWEST: u64 = 16 << 10;

/// A client of every host: each has its connections and its certificates.
pub(super) struct Http {
    agents: Mutex<HashMap<String, Agent>>,
    trust: Trust,
    patience: Patience,
}

/// What is asked.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    pub(super) url: Uri,
    pub(super) headers: Vec<(header::HeaderName, String)>,
    /// A secret: the value of `Authorization`.
    pub(super) authorization: Option<String>,
    pub(super) body: Option<Body<'a>>,
    /// Whether the body is a secret too, and so for the host of the request alone.
    pub(super) is_private: bool,
    /// The most bytes that a good answer may have.
    pub(super) limit: u64,
    /// Is told how many bytes of the body have left so far.
    pub(super) sent: &'a dyn Fn(u64),
    /// Gets the body of a good answer as it comes, with the status; the answer then holds none.
    pub(super) into: Option<&'a mut Sink<'a>>,
}

/// What is sent. It is read again from its beginning for every try.
#[derive(Clone, Copy)]
pub(super) enum Body<'a> {
    /// A few bytes.
    Bytes(&'a [u8]),
    /// Content that need not be in memory, and its length.
    Content(u64, &'a Open<'a>),
}

/// Opens content at its beginning.
pub(super) type Open<'a> = dyn Fn() -> Result<Box<dyn Read + 'a>, Error> + 'a;

/// Where a large body goes.
pub(super) type Sink<'a> = dyn FnMut(u16, &[u8]) -> Result<(), Failure> + 'a;

impl Call<'_> {
    /// A request without body, for an answer of no more than `limit` bytes.
    pub(super) fn new(method: Method, url: Uri, limit: u64) -> Self {
        Call {
            method,
            url,
            headers: Vec::new(),
            authorization: None,
            body: None,
            is_private: false,
            limit,
            sent: &|_| {},
            into: None,
        }
    }

    /// Adds a header.
    pub(super) fn header(mut self, name: header::HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// Where it came from, after redirects.
    pub(super) url: Uri,
    /// What the server complains about, tamed.
    pub(super) complaint: Option<String>,
    /// How long the server wants to be left alone.
    pub(super) retry_after: Option<Duration>,
}

impl Answer {
    /// A header, if it is text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl Http {
    /// Makes a client, of which `host` is asked for certain.
    pub(super) fn new(options: &Options, host: &str) -> Result<Self, Error> {
        let http = Http { agents: Mutex::default(), trust: Trust::new(options)?, patience: options.patience };
        http.agent(host)?;
        Ok(http)
    }

    /// The client of a host. This machine is reached directly, others through the proxy of the environment.
    fn agent(&self, host: &str) -> Result<Agent, Error> {
        let mut agents = self.agents.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(agent) = agents.get(host) {
            return Ok(agent.clone());
        }
        let patience = self.patience;
        let mut config = Config::builder()
            .http_status_as_error(false)
            // Redirects are ours: see the head of this file.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("olmcat/", env!("CARGO_PKG_VERSION")))
            .timeout_resolve(Some(patience.connect))
            .timeout_connect(Some(patience.connect))
            .timeout_send_request(Some(patience.idle))
            .timeout_recv_response(Some(patience.idle))
            .timeout_per_read(Some(patience.idle))
            .timeout_per_write(Some(patience.idle))
            .tls_config(self.trust.config(host)?);
        if is_loopback(host) {
            config = config.proxy(None);
        }
        let agent = config.build().new_agent();
        agents.insert(host.to_owned(), agent.clone());
        Ok(agent)
    }

    /// Asks and reads the answer, whatever its status.
    pub(super) fn send(&self, call: &mut Call<'_>) -> Result<Answer, Failure> {
        let mut url = call.url.clone();
        let mut method = call.method.clone();
        for _ in 0..REDIRECTS {
            let answer = self.exchange(call, &method, &url)?;
            match answer.status {
                301..=303 if matches!(method, Method::GET | Method::HEAD) => {}
                307 | 308 => {}
                _ => return Ok(answer),
            }
            let location = answer.header("location").unwrap_or_default();
            url = follow(&url, location)?;
            if call.is_private && !same_host(&url, &call.url) {
                let reason =
                    format!("{} leads to {}, to which no login is sent", host(&call.url), host(&url));
                return Err(Failure::new(
                    Kind::Registry,
                    reason,
                    "see the registry's log; its token service moved",
                ));
            }
            if answer.status == 303 && method != Method::HEAD {
                method = Method::GET;
            }
        }
        let reason = format!("{} redirects in circles", host(&call.url));
        Err(Failure::new(Kind::Registry, reason, "check the host; see the registry's log"))
    }

    fn exchange(&self, call: &mut Call<'_>, method: &Method, url: &Uri) -> Result<Answer, Failure> {
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in &call.headers {
            request = request.header(name, value);
        }
        if let Some(secret) = call.authorization.as_ref().filter(|_| same_host(url, &call.url)) {
            request = request.header(header::AUTHORIZATION, secret);
        }
        let length = match call.body {
            Some(Body::Bytes(bytes)) => bytes.len() as u64,
            Some(Body::Content(length, _)) => length,
            None => 0,
        };
        if call.body.is_some() {
            request = request.header(header::CONTENT_LENGTH, length);
        }
        if length >= CONSENT_SIZE {
            request = request.header(header::EXPECT, "100-continue");
        }
        let agent = self.agent(host(url)).map_err(fault::ours)?;
        // The cause of a request that cannot be built would print its headers, which may be secret.
        let unfit = |_| {
            Failure::new(
                Kind::Input,
                "the request cannot be written in HTTP",
                "check the login for line ends",
            )
        };
        let response = if let Some(content) = call.body {
            let left: Box<dyn Read + '_> = match content {
                Body::Bytes(bytes) => Box::new(bytes),
                Body::Content(_, open) => open().map_err(fault::ours)?,
            };
            let pace = Pace { since: Instant::now(), idle: self.patience.idle };
            let mut body = Counted { left, total: 0, length, pace, sent: call.sent, fault: None };
            let response = agent.run(request.body(SendBody::from_reader(&mut body)).map_err(unfit)?);
            if let Some(cause) = body.fault {
                return Err(fault::unread_content(&cause));
            }
            response
        } else {
            agent.run(request.body(()).map_err(unfit)?)
        };
        let response = response.map_err(|cause| fault::transport(cause, host(url), self.patience))?;

        let (parts, mut body) = response.into_parts();
        let good = parts.status.is_success();
        let limit = if good { call.limit } else { COMPLAINT_LIMIT };
        let mut bytes = Vec::new();
        if *method != Method::HEAD {
            let status = parts.status.as_u16();
            match call.into.as_mut().filter(|_| good) {
                Some(into) => {
                    self.read(body.as_reader(), limit, true, url, &mut |part| into(status, part))?
                }
                None => self.read(body.as_reader(), limit, good, url, &mut |part| {
                    bytes.extend_from_slice(part);
                    Ok(())
                })?,
            }
        }
        Ok(Answer {
            status: parts.status.as_u16(),
            complaint: if good { None } else { fault::complaint(&bytes) },
            retry_after: retry_after(&parts.headers),
            headers: parts.headers,
            body: bytes,
            url: url.clone(),
        })
    }

    /// Reads a body within its limit, and not one byte a minute. Of one that need not be whole, what is
    /// beyond the limit is left.
    fn read(
        &self,
        mut body: impl Read,
        limit: u64,
        whole: bool,
        url: &Uri,
        into: &mut dyn FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let pace = Pace { since: Instant::now(), idle: self.patience.idle };
        let (mut left, mut buffer) = (limit, vec![0; 64 << 10]);
        loop {
            let read = match body.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(read) => read,
                Err(cause) => return Err(fault::connection(&cause, host(url), self.patience)),
            };
            let fits = usize::try_from(left).unwrap_or(usize::MAX).min(read);
            if fits < read && whole {
                let reason = format!("{} answered with more than {limit} bytes", host(url));
                return Err(Failure::new(Kind::Registry, reason, "check the host; see the registry's log"));
            }
            into(&buffer[..fits])?;
            left -= fits as u64;
            if fits < read {
                return Ok(());
            }
            if pace.is_too_slow(limit - left) {
                let reason = format!("{} answers too slowly", host(url));
                return Err(
                    Failure::new(Kind::Unreachable, reason, "try again later; check the network").passing()
                );
            }
        }
    }
}

/// How long a server wants to be left alone: some seconds, or until a time on its own clock (RFC 9110, 10.2.3), which
/// may be wrong, and against which it is held.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: header::HeaderName| Some(headers.get(name)?.to_str().ok()?.trim());
    let after = text(header::RETRY_AFTER)?;
    if let Ok(seconds) = after.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = |text: &str| httpdate::parse_http_date(text).ok();
    let (until, now) = (date(after)?, date(text(header::DATE)?)?);
    Some(until.duration_since(now).unwrap_or_default())
}

/// How fast bytes have to come or go, beside the time that a pause may take.
struct Pace {
    since: Instant,
    idle: Duration,
}

impl Pace {
    fn is_too_slow(&self, bytes: u64) -> bool {
        self.since.elapsed() > self.idle + Duration::from_secs(bytes / SLOWEST)
    }
}

/// Counts what leaves, and says why it does not.
struct Counted<'a> {
    left: Box<dyn Read + 'a>,
    total: u64,
    length: u64,
    pace: Pace,
    sent: &'a dyn Fn(u64),
    /// Why our own content could not be read.
    fault: Option<io::Error>,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.pace.is_too_slow(self.total) {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let read = self.left.read(buffer).and_then(|read| {
            let ended = read == 0 && !buffer.is_empty();
            match self.total + read as u64 {
                total if total > self.length || (ended && total < self.length) => {
                    Err(io::Error::other(format!("it is not {} bytes long any more", self.length)))
                }
                _ => Ok(read),
            }
        });
        let read = match read {
            Ok(read) => read,
            Err(cause) => {
                let kind = cause.kind();
                self.fault = Some(cause);
                return Err(kind.into());
            }
        };
        self.total += read as u64;
        if read > 0 {
            (self.sent)(self.total);
        }
        Ok(read)
    }
}
