//! `olmcat serve --http` and `--metrics`: a catalog as OLM v1 sees it, and what a server counts.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::serve::{CATALOG, PATIENCE, Served};
use crate::support::Folder;

/// An answer: its status, its head in small letters, its body.
pub struct Answer {
    pub status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(found, _)| *found == name).map(|(_, value)| value).next()
    }

    fn lines(&self) -> Vec<Value> {
        let text = String::from_utf8(self.body.clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

/// Sends a request whose answer ends with the connection.
pub fn request(address: &str, line: &str, headers: &[&str]) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    write!(stream, "{line} HTTP/1.0\r\n{headers}\r\n").unwrap();
    let mut all = Vec::new();
    stream.read_to_end(&mut all).unwrap();
    let end = all.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(all[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_lowercase().replace('\r', ""), body: all[end + 4..].to_vec() }
}

fn served() -> (Folder, Served) {
    let folder = Folder::new();
    folder.write("demo/catalog.json", CATALOG);
    folder.write(
        "demo/more.yaml",
        "---\nschema: x\npackage: a\nB: 1\na: [<&>, 1.0]\n---\nschema: x\nname: z\n",
    );
    let served = Served::start(&folder.path().join("demo"), &["--http", "0", "--metrics", "0"]);
    (folder, served)
}

#[test]
fn the_whole_catalog_is_a_blob_a_line() {
    let (_folder, served) = served();
    let at = served.told("http");
    let answer = request(&at, "GET /api/v1/all", &[]);
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/jsonl")));
    let mut expected: Vec<Value> = CATALOG.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    expected.push(json!({"schema": "x", "package": "a", "B": 1, "a": ["<&>", 1]}));
    expected.push(json!({"schema": "x", "name": "z"}));
    assert_eq!(answer.lines(), expected);
    // Keys are sorted, and nothing is escaped for HTML, as catalogd has it.
    assert!(answer.text().contains("\n{\"B\":1,\"a\":[\"<&>\",1],\"package\":\"a\",\"schema\":\"x\"}\n"));
    // With a catalog's name, as catalogd has it in the path.
    let named = request(&at, "GET /catalogs/operatorhubio/api/v1/all", &[]);
    assert_eq!((named.status, named.body), (200, answer.body.clone()));
    let head = request(&at, "HEAD /api/v1/all", &[]);
    assert_eq!(
        (head.status, head.body.len(), head.header("content-type")),
        (200, 0, Some("application/jsonl"))
    );
    let packed = request(&at, "GET /api/v1/all", &["Accept-Encoding: br, gzip;q=0.5"]);
    assert_eq!(
        (packed.header("content-encoding"), packed.header("vary")),
        (Some("gzip"), Some("accept-encoding"))
    );
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(packed.body.as_slice()).read_to_end(&mut text).unwrap();
    assert_eq!(text, answer.body);
    let plain = request(&at, "GET /api/v1/all", &["Accept-Encoding: gzip;q=0"]);
    assert_eq!(plain.header("content-encoding"), None);
    assert_eq!(plain.body, answer.body);
}

#[test]
fn blobs_are_found_by_schema_package_and_name() {
    let (_folder, served) = served();
    let at = served.told("http");
    let names = |query: &str| -> Vec<String> {
        let answer = request(&at, &format!("GET /api/v1/metas{query}"), &[]);
        assert_eq!(answer.status, 200);
        answer.lines().iter().map(|line| line["name"].as_str().unwrap_or("-").to_owned()).collect()
    };
    assert_eq!(names("?schema=olm.package"), ["a", "b"]);
    assert_eq!(names("?schema=olm.channel&package=b"), ["beta", "alpha"]);
    assert_eq!(names("?schema=olm%2Ebundle&package=a&name=a.v1"), ["a.v1"]);
    assert_eq!(names("?package=b"), ["beta", "alpha", "b.v1"], "a package blob belongs to no package");
    assert_eq!(names("?name=a"), ["a"]);
    assert_eq!(names("?schema=&package=&name=").len(), CATALOG.lines().count() + 2);
    assert_eq!(names("").len(), CATALOG.lines().count() + 2);
    assert!(names("?schema=nothing").is_empty());
    assert_eq!(names("?name=a&name=b"), ["a"], "of two the first");
    assert_eq!(request(&at, "GET /api/v1/metas?color=red", &[]).status, 400);
    assert_eq!(request(&at, "POST /api/v1/metas", &[]).status, 405);
    assert_eq!(request(&at, "GET /api/v1/graphql", &[]).status, 404);
    assert_eq!(request(&at, "GET /", &[]).status, 404);
}

#[test]
fn what_has_not_changed_is_not_sent_again() {
    let (_folder, served) = served();
    let at = served.told("http");
    for path in ["all", "metas?schema=olm.package"] {
        let answer = request(&at, &format!("GET /api/v1/{path}"), &[]);
        let date = answer.head.lines().find_map(|line| line.strip_prefix("last-modified: ")).unwrap();
        // The head was made small; dates have capitals.
        let date =
            date.split(' ').map(|word| word[..1].to_uppercase() + &word[1..]).collect::<Vec<_>>().join(" ");
        let since = format!("If-Modified-Since: {}", date.replace("Gmt", "GMT"));
        let again = request(&at, &format!("GET /api/v1/{path}"), &[&since]);
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        let old = "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT";
        for header in [old, "If-Modified-Since: yesterday"] {
            assert_eq!(request(&at, &format!("GET /api/v1/{path}"), &[header]).status, 200);
        }
    }
}

#[test]
fn calls_are_counted() {
    let (_folder, served) = served();
    let at = served.told("metrics");
    served.ask("GetPackage", &["a"]).unwrap();
    served.ask("GetPackage", &["zz"]).unwrap_err();
    served.ask("Made/Up", &[]).unwrap_err();
    let text = request(&at, "GET /metrics", &[]).text();
    for line in [
        "olmcat_calls_total{method=\"/api.Registry/GetPackage\",code=\"OK\"} 1",
        "olmcat_calls_total{method=\"/api.Registry/GetPackage\",code=\"UNKNOWN\"} 1",
        "olmcat_calls_total{method=\"unknown\",code=\"UNIMPLEMENTED\"} 1",
        "olmcat_call_seconds_count{method=\"/api.Registry/GetPackage\"} 2",
        "olmcat_call_seconds_bucket{method=\"/api.Registry/GetPackage\",le=\"+Inf\"} 2",
        "olmcat_catalog_packages 2",
        "olmcat_catalog_channels 4",
        "olmcat_catalog_bundles 4",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    let named = |line: &str| line.starts_with("# ") || line.starts_with("olmcat_");
    assert!(text.lines().all(named), "{text}");
    assert_eq!(request(&at, "GET /healthz", &[]).status, 200);
    assert_eq!(request(&at, "GET /api/v1/all", &[]).status, 404);
}
