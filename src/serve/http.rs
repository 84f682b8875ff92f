//! OLM v1's way to read a catalog: catalogd's `/api/v1/all` and `/api/v1/metas`, as it answers them
//! (operator-controller, `internal/catalogd/server`).

use std::io::{self, Write as _};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use hyper::body::Incoming;
use hyper::header::{
    ACCEPT_ENCODING, ALLOW, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, IF_MODIFIED_SINCE,
    LAST_MODIFIED, VARY,
};
use hyper::{Method, Request, Response, StatusCode};

use super::body::{Made, Source, Turns};
use super::{Content, Shared};
use crate::oci::Gzip;

/// From how many bytes on an answer is worth compressing.
const WORTH: usize = 1024;

/// Answers a request for the catalog.
pub(super) fn catalog(shared: &Shared, turns: &Turns, request: &Request<Incoming>) -> Response<Made> {
    let path = request.uri().path();
    // catalogd has the name of the catalog in the path; here there is only one.
    let end = match path.strip_prefix("/catalogs/").and_then(|rest| rest.split_once('/')) {
        Some((_, end)) => end,
        None => path.trim_start_matches('/'),
    };
    if !["api/v1/all", "api/v1/metas"].contains(&end) {
        return plain(StatusCode::NOT_FOUND, "404 Not Found\n");
    }
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed\n");
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    let mut wanted = [const { String::new() }; 3];
    if end == "api/v1/metas" {
        for (key, value) in query(request.uri().query().unwrap_or_default()) {
            match ["schema", "package", "name"].iter().position(|known| *known == key) {
                // Of a parameter that comes twice Go takes the first.
                Some(at) if wanted[at].is_empty() => wanted[at] = value,
                Some(_) => {}
                None => return plain(StatusCode::BAD_REQUEST, "400 Bad Request\n"),
            }
        }
    }
    let content = shared.content();
    if let Some(since) = request.headers().get(IF_MODIFIED_SINCE)
        && let Some(since) = since.to_str().ok().and_then(|date| httpdate::parse_http_date(date).ok())
        && content.modified < since + Duration::from_secs(1)
    {
        let mut response = Response::new(Made::ready(""));
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        dated(&mut response, content.modified);
        return response;
    }
    let Some(lines) = &content.lines else { return plain(StatusCode::NOT_FOUND, "404 Not Found\n") };
    let [schema, package, name] = &wanted;
    let found = lines.find(schema, package, name);
    let mut response = Response::new(Made::ready(""));
    dated(&mut response, content.modified);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/jsonl"));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    let is_worth = found.iter().map(|number| lines.size(*number)).sum::<usize>() >= WORTH;
    let is_packed = is_worth && takes_gzip(request.headers());
    if is_packed {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    if request.method() == Method::GET {
        let gzip = is_packed.then(|| Gzip::new(Vec::new())).and_then(io::Result::ok);
        let source = Selected { content, found: found.into_iter(), gzip };
        *response.body_mut() = Made::new(Box::new(source), turns.begin(), Vec::new());
    }
    response
}

fn dated(response: &mut Response<Made>, time: SystemTime) {
    if let Ok(date) = HeaderValue::from_str(&httpdate::fmt_http_date(time)) {
        response.headers_mut().insert(LAST_MODIFIED, date);
    }
}

/// A short answer in words.
pub(super) fn plain(status: StatusCode, text: &'static str) -> Response<Made> {
    let mut response = Response::new(Made::ready(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|one| {
        let (name, quality) = one.split_once(';').unwrap_or((one, ""));
        let is_zero = quality.trim().strip_prefix("q=").is_some_and(|q| q.trim().parse() == Ok(0.0));
        ["gzip", "*"].contains(&name.trim()) && !is_zero
    })
}

/// The parameters of a query, decoded.
fn query(text: &str) -> impl Iterator<Item = (String, String)> {
    text.split('&').filter(|part| !part.is_empty()).map(|part| {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        (decode(key), decode(value))
    })
}

fn decode(text: &str) -> String {
    super::Status::decode(&text.replace('+', " "))
}

/// The lines of an answer.
struct Selected {
    content: Arc<Content>,
    found: std::vec::IntoIter<usize>,
    gzip: Option<Gzip<Vec<u8>>>,
}

impl Source for Selected {
    fn fill(&mut self, _: &mut Context<'_>, out: &mut Vec<u8>) -> Poll<Option<io::Result<()>>> {
        let next = self.found.next().zip(self.content.lines.as_ref());
        Poll::Ready(match (next, &mut self.gzip) {
            (Some((number, lines)), None) => Some(lines.read(number, out)),
            (Some((number, lines)), Some(gzip)) => {
                let mut line = Vec::new();
                let packed = lines.read(number, &mut line).and_then(|()| gzip.write_all(&line));
                out.append(gzip.sink());
                Some(packed)
            }
            (None, _) => self.gzip.take().map(|gzip| gzip.finish().map(|mut rest| out.append(&mut rest))),
        })
    }
}
