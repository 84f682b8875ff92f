//! One request and its answer: redirects, limits, timeouts. The only place that talks HTTP.
//!
//! Knows nothing of tokens: an `Authorization` is given with the request and goes to the host of the request
//! alone, wherever a redirect leads.

use std::io::{self, Read};
use std::path::Path;
use std::time::{Duration, Instant};

use ureq::config::Config;
use ureq::http::{HeaderMap, Method, Request, Uri, header};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, SendBody};

use super::fault::{self, Failure};
use super::{Options, Patience};
use crate::oci::error::{Error, Kind};
use crate::oci::reference::is_loopback;

/// What is read of an answer that complains.
const COMPLAINT_LIMIT: u64 = 64 << 10;
/// Bodies from this size on wait for the server's consent, so that a 401 or 413 comes before the bytes.
const CONSENT_SIZE: u64 = 1 << 20;
const REDIRECTS: usize = 5;

/// A client of every host, with two ways out: directly, and through the proxy of the environment.
pub(super) struct Http {
    direct: Agent,
    proxied: Agent,
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
pub(super) type Open<'a> = dyn Fn() -> io::Result<Box<dyn Read + 'a>> + 'a;

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
    /// How long the server wants to be left alone. Dates, which nobody sends, are not read.
    pub(super) retry_after: Option<Duration>,
}

impl Answer {
    /// A header, if it is text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl Http {
    /// Makes a client.
    pub(super) fn new(options: &Options) -> Result<Self, Error> {
        let roots = match &options.ca_file {
            Some(file) => roots_with(file)?,
            None => RootCerts::PlatformVerifier,
        };
        let patience = options.patience;
        let config = || {
            Config::builder()
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
                .tls_config(
                    TlsConfig::builder()
                        .root_certs(roots.clone())
                        .disable_verification(options.insecure)
                        .build(),
                )
        };
        let direct = config().proxy(None).build().new_agent();
        Ok(Http { direct, proxied: config().build().new_agent(), patience })
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
        let agent = if is_loopback(host(url)) { &self.direct } else { &self.proxied };
        // The cause of a request that cannot be built would print its headers, which may be secret.
        let unfit = |_| {
            Failure::new(
                Kind::Input,
                "the request cannot be written in HTTP",
                "check the login for line ends",
            )
        };
        let unread = |cause: &io::Error| {
            let reason = format!("the content cannot be read: {cause}");
            Failure::new(Kind::File, reason, "check the disk; a file may have changed meanwhile")
        };
        let response = if let Some(content) = call.body {
            let left: Box<dyn Read + '_> = match content {
                Body::Bytes(bytes) => Box::new(bytes),
                Body::Content(_, open) => open().map_err(|cause| unread(&cause))?,
            };
            let mut body = Counted { left, total: 0, sent: call.sent, fault: None };
            let response = agent.run(request.body(SendBody::from_reader(&mut body)).map_err(unfit)?);
            if let Some(cause) = body.fault {
                return Err(unread(&cause));
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
        let seconds =
            parts.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        Ok(Answer {
            status: parts.status.as_u16(),
            complaint: if good { None } else { fault::complaint(&bytes) },
            headers: parts.headers,
            body: bytes,
            url: url.clone(),
            retry_after: seconds.map(Duration::from_secs),
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
        let slowest = Duration::from_secs(limit / (16 << 10));
        let until = Instant::now() + self.patience.idle + slowest;
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
            if Instant::now() > until {
                let reason = format!("{} answers too slowly", host(url));
                return Err(
                    Failure::new(Kind::Unreachable, reason, "try again later; check the network").passing()
                );
            }
        }
    }
}

/// The system's authorities and those of a file: a token service or a store of blobs may have a public one.
fn roots_with(file: &Path) -> Result<RootCerts, Error> {
    let pem = std::fs::read(file).map_err(|cause| Error::io("read", file, &cause))?;
    let mut certificates = Vec::new();
    for item in parse_pem(&pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => certificates.push(certificate),
            Ok(_) => {}
            Err(_) => certificates.clear(),
        }
    }
    if certificates.is_empty() {
        return Err(Error::new(Kind::Input, format!("{} holds no certificate in PEM", file.display()))
            .hint("give the file that starts with `-----BEGIN CERTIFICATE-----`"));
    }
    let system = rustls_native_certs::load_native_certs().certs;
    certificates.extend(system.iter().map(|der| Certificate::from_der(der).to_owned()));
    Ok(RootCerts::from(certificates))
}

/// Counts what leaves, and says why it does not.
struct Counted<'a> {
    left: Box<dyn Read + 'a>,
    total: u64,
    sent: &'a dyn Fn(u64),
    /// Why our own content could not be read.
    fault: Option<io::Error>,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match self.left.read(buffer) {
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

/// Host and port of an address, without anything that may be secret.
pub(super) fn host(url: &Uri) -> &str {
    let authority = url.authority().map_or("", |authority| authority.as_str());
    authority.rsplit('@').next().unwrap_or(authority)
}

/// Whether two addresses are one server, which alone may see what is meant for it.
pub(super) fn same_host(a: &Uri, b: &Uri) -> bool {
    let port = |url: &Uri| {
        url.port_u16().or(match url.scheme_str() {
            Some("https") => Some(443),
            _ => Some(80),
        })
    };
    let name = |url: &Uri| url.host().map(str::to_ascii_lowercase);
    a.scheme_str() == b.scheme_str() && name(a) == name(b) && port(a) == port(b)
}

/// Where a `Location` leads: an address, or one relative to where we are.
///
/// A registry behind a proxy that ends TLS often calls itself `http`; the same host is then asked
/// by https all the same. Any other way from https to plain http is refused.
pub(super) fn follow(from: &Uri, location: &str) -> Result<Uri, Failure> {
    let scheme = from.scheme_str().unwrap_or("https");
    let authority = from.authority().map_or("", |authority| authority.as_str());
    let location = location.split('#').next().unwrap_or_default();
    let text = if location.starts_with("http://") || location.starts_with("https://") {
        location.to_owned()
    } else if location.starts_with("//") {
        format!("{scheme}:{location}")
    } else if location.starts_with('/') {
        format!("{scheme}://{authority}{location}")
    } else if location.starts_with('?') {
        format!("{scheme}://{authority}{}{location}", from.path())
    } else {
        let folder = from.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{scheme}://{authority}{folder}/{location}")
    };
    let fault = |why: &str| {
        let reason = format!("{} {why}", host(from));
        Failure::new(Kind::Registry, reason, "see the registry's log, and the settings of a proxy before it")
    };
    if location.is_empty() {
        return Err(fault("does not say where to go on (no `Location`)"));
    }
    let to: Uri = text.parse().map_err(|_| fault("leads to an address that is not one"))?;
    if host(&to).is_empty() {
        return Err(fault("leads to an address without a host"));
    }
    if scheme == "https" && to.scheme_str() == Some("http") {
        if to.host() == from.host() && to.port().is_none() {
            let text =
                format!("https://{authority}{}", to.path_and_query().map_or("/", |path| path.as_str()));
            return text.parse().map_err(|_| fault("leads to an address that is not one"));
        }
        return Err(fault("leads from https to plain http, which is refused"));
    }
    Ok(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_followed() {
        let from: Uri = "https://quay.io:8443/v2/demo/blobs/uploads/".parse().unwrap();
        let go =
            |location: &str| follow(&from, location).map(|uri| uri.to_string()).map_err(|f| f.error.message);
        assert_eq!(go("/v2/x?_state=a%3D").unwrap(), "https://quay.io:8443/v2/x?_state=a%3D");
        assert_eq!(go("abc?d").unwrap(), "https://quay.io:8443/v2/demo/blobs/uploads/abc?d");
        assert_eq!(go("?d").unwrap(), "https://quay.io:8443/v2/demo/blobs/uploads/?d");
        assert_eq!(go("https://cdn.example/x#f").unwrap(), "https://cdn.example/x");
        assert_eq!(go("//cdn.example/x").unwrap(), "https://cdn.example/x");
        assert_eq!(go("http://quay.io/x").unwrap(), "https://quay.io:8443/x");
        assert!(go("http://cdn.example/x?secret").unwrap_err().contains("refused"));
        assert!(go("").unwrap_err().contains("Location"));
        assert!(go("https://a b?secret").unwrap_err().ends_with("is not one"));
    }

    #[test]
    fn only_the_same_server_is_the_same() {
        let same = |a: &str, b: &str| same_host(&a.parse().unwrap(), &b.parse().unwrap());
        assert!(same("https://Quay.io/a", "https://quay.io:443/b"));
        assert!(!same("https://quay.io", "http://quay.io"));
        assert!(!same("https://quay.io", "https://quay.io:8443"));
        assert!(!same("https://quay.io", "https://cdn.quay.io"));
    }
}
