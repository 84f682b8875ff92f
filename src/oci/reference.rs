//! References: what an image is called, `host[:port]/repository[:tag][@digest]`.
//!
//! The grammar is that of the distribution project (`reference/regexp.go`), without its guesses: a name
//! without a registry is refused, as opm refuses it (`reference.ParseNamed`).

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use super::digest::Digest;
use super::error::{Error, Kind};

/// The name of an image in a registry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    host: String,
    repository: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

impl Reference {
    /// Reads `host[:port]/repository[:tag][@sha256:...]`.
    ///
    /// # Errors
    ///
    /// Says which part breaks the grammar; a short name such as `demo:v1` is refused.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let fault = |why: &str| {
            Error::new(Kind::Input, format!("`{text}` is not an image reference: {why}"))
                .hint("write it in full, such as `quay.io/demo/catalog:v1`")
        };
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => {
                (name, Some(digest.parse::<Digest>().map_err(|cause| fault(&cause.message))?))
            }
            None => (text, None),
        };
        // A colon after the last slash begins a tag; one before it, a port.
        let (name, tag) =
            match name.rfind(':').filter(|colon| name.rfind('/').is_none_or(|slash| slash < *colon)) {
                Some(colon) => (&name[..colon], Some(&name[colon + 1..])),
                None => (name, None),
            };
        let Some((host, repository)) = name.split_once('/').filter(|(host, _)| looks_like_host(host)) else {
            return Err(fault("it names no registry host"));
        };
        if !is_host(host) {
            return Err(fault(&format!("`{host}` is not a host with an optional port")));
        }
        if repository.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(fault("a repository is written in lower case"));
        }
        if !repository.split('/').all(is_path_component) {
            return Err(fault(&format!("`{repository}` is not a repository path")));
        }
        if name.len() > 255 {
            return Err(fault("the name is longer than 255 characters"));
        }
        if let Some(tag) = tag.filter(|tag| !is_tag(tag)) {
            return Err(fault(&format!(
                "`{tag}` is not a tag: letters, digits, `_`, `.` and `-`, at most 128, not starting with `.` or `-`"
            )));
        }
        let (host, repository, tag) = (host.to_owned(), repository.to_owned(), tag.map(str::to_owned));
        Ok(Reference { host, repository, tag, digest })
    }

    /// Reads `host[:port]/repository`, without a tag or digest.
    ///
    /// # Errors
    ///
    /// As [`Reference::parse`].
    pub fn parse_repository(text: &str) -> Result<Self, Error> {
        let reference = Reference::parse(text)?;
        if reference.tag.is_some() || reference.digest.is_some() {
            let error = Error::new(Kind::Input, format!("`{text}` is more than a repository"));
            return Err(error.hint("name the repository alone: the tag is that of the target"));
        }
        Ok(reference)
    }

    /// The registry as it was written, with its port: `quay.io`, `localhost:5000`.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The path below the host: `demo/catalog`.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The tag, where one was written.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest, where one was written.
    pub fn digest(&self) -> Option<Digest> {
        self.digest
    }

    /// The same image, named by its digest alone: what a publishing job hands on.
    #[must_use]
    pub fn pinned(&self, digest: Digest) -> Reference {
        Reference { tag: None, digest: Some(digest), ..self.clone() }
    }

    /// Another image of the same repository, named by its tag alone. The tag must be one.
    #[must_use]
    pub(super) fn tagged(&self, tag: &str) -> Reference {
        Reference { tag: Some(tag.to_owned()), digest: None, ..self.clone() }
    }

    /// The host that answers the registry's API. Docker Hub's is not the one in its references.
    pub fn api_host(&self) -> &str {
        if is_docker_hub(&self.host) { "registry-1.docker.io" } else { &self.host }
    }

    /// The repository as the API calls it: Docker Hub keeps its one-word names below `library/`.
    pub fn api_repository(&self) -> String {
        if is_docker_hub(&self.host) && !self.repository.contains('/') {
            format!("library/{}", self.repository)
        } else {
            self.repository.clone()
        }
    }

    /// Whether the registry is on this machine: `localhost`, 127.0.0.0/8 or `[::1]`.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }
}

/// Whether a host, with or without port, is this machine.
pub(super) fn is_loopback(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => authority.split(':').next().unwrap_or(authority),
    };
    host.eq_ignore_ascii_case("localhost")
        || host == "::1"
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

/// Whether a host is one of the names of Docker Hub.
pub(super) fn is_docker_hub(host: &str) -> bool {
    matches!(host, "docker.io" | "index.docker.io" | "registry-1.docker.io")
}

/// The rule by which docker tells `quay.io/demo` from `library/demo`.
fn looks_like_host(first: &str) -> bool {
    first.contains(['.', ':']) || first == "localhost" || first.bytes().any(|byte| byte.is_ascii_uppercase())
}

fn is_host(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let Some((address, port)) = rest.split_once(']') else { return false };
            if address.parse::<std::net::Ipv6Addr>().is_err() {
                return false;
            }
            ("localhost", (!port.is_empty()).then_some(port))
        }
        None => match text.find(':') {
            Some(colon) => (&text[..colon], Some(&text[colon..])),
            None => (text, None),
        },
    };
    let label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.split('.').all(label)
        && port.is_none_or(|port| {
            let digits = port.strip_prefix(':').unwrap_or("");
            digits.bytes().all(|byte| byte.is_ascii_digit())
                && digits.parse::<u16>().is_ok_and(|port| port > 0)
        })
}

/// `[a-z0-9]+` joined by `.`, `_`, `__` or any number of `-`.
fn is_path_component(text: &str) -> bool {
    let separators = text.split(|letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit());
    let separators: Vec<&str> = separators.collect();
    let [first, .., last] = separators.as_slice() else { return false };
    let joint =
        |joint: &&str| matches!(*joint, "" | "." | "_" | "__") || joint.bytes().all(|byte| byte == b'-');
    first.is_empty() && last.is_empty() && separators.iter().all(joint)
}

/// Whether a text is a tag: `[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}`.
fn is_tag(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
        && !text.starts_with(['.', '-'])
}

impl FromStr for Reference {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Reference::parse(text)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.host, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        match &self.digest {
            Some(digest) => write!(f, "@{digest}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn full_names_are_read_and_written_back() {
        for (text, host, repository, tag) in [
            ("quay.io/demo/catalog:v1", "quay.io", "demo/catalog", Some("v1")),
            ("quay.io/demo", "quay.io", "demo", None),
            ("localhost/demo:1", "localhost", "demo", Some("1")),
            ("localhost:5000/demo", "localhost:5000", "demo", None),
            (
                "127.0.0.1:5000/a/b_c/d__e/f---g/h.i:_T.a-g",
                "127.0.0.1:5000",
                "a/b_c/d__e/f---g/h.i",
                Some("_T.a-g"),
            ),
            ("[::1]:5000/demo:v1", "[::1]:5000", "demo", Some("v1")),
            ("[2001:db8::1]/demo", "[2001:db8::1]", "demo", None),
            ("UPPER/demo", "UPPER", "demo", None),
            ("a-b.example:80/0/1", "a-b.example:80", "0/1", None),
        ] {
            for text in [text.to_owned(), format!("{text}@sha256:{HEX}")] {
                let read = Reference::parse(&text).unwrap_or_else(|error| panic!("{error}"));
                assert_eq!((read.host(), read.repository(), read.tag()), (host, repository, tag));
                assert_eq!(read.digest().is_some(), text.contains('@'));
                assert_eq!(read.to_string(), text);
            }
        }
    }

    #[test]
    fn everything_else_is_refused() {
        let long = format!("quay.io/{}", "a".repeat(250));
        let tag = format!("quay.io/demo:{}", "a".repeat(129));
        for text in [
            "",
            "/",
            "demo",
            "demo:v1",
            "demo/catalog",
            "demo/catalog:v1",
            ":v1",
            "quay.io",
            "quay.io/",
            "quay.io/:v1",
            "quay.io//demo",
            "quay.io/demo/",
            "quay.io/Demo",
            "quay.io/demo:",
            "quay.io/demo:.v1",
            "quay.io/demo:-v1",
            "quay.io/demo:v1:v2",
            "quay.io/demo:v 1",
            "quay.io/demo:v1+2",
            "quay.io/_demo",
            "quay.io/demo_",
            "quay.io/a..b",
            "quay.io/a___b",
            "quay.io/a._b",
            "quay.io:/demo",
            "quay.io:port/demo",
            "quay.io:+80/demo",
            "quay.io:0/demo",
            "quay.io:65536/demo",
            "-quay.io/demo",
            "quay-.io/demo",
            "quay..io/demo",
            "[::1/demo",
            "[nonsense]/demo",
            "[::1]5000/demo",
            "https://quay.io/demo",
            "user@quay.io/demo",
            "quay.io/demo@",
            "quay.io/demo@sha256:00",
            "quay.io/demo@sha512:00",
            "quay.io/dämo",
            " quay.io/demo",
            "quay.io/demo\n",
            &long,
            &tag,
        ] {
            assert!(Reference::parse(text).is_err(), "{text:?}");
        }
        let error = Reference::parse("demo:v1").unwrap_err();
        assert_eq!(error.message, "`demo:v1` is not an image reference: it names no registry host");
        assert!(error.hint.is_some());
    }

    proptest::proptest! {
        #[test]
        fn what_is_read_is_written_back(text in "[a-z.]{1,6}(:[0-9]{1,3})?/[a-z0-9._/-]{1,9}(:[\\w.-]{1,5})?") {
            if let Ok(read) = Reference::parse(&text) {
                proptest::prop_assert_eq!(read.to_string(), text);
            }
        }

        #[test]
        fn nothing_makes_it_panic(text in "(\\PC|[/:@\\[\\].-]){0,30}") {
            let _ = Reference::parse(&text);
        }
    }

    #[test]
    fn docker_hub_answers_elsewhere() {
        let read = |text| Reference::parse(text).unwrap();
        assert_eq!(read("docker.io/x/y").api_host(), "registry-1.docker.io");
        assert_eq!(read("docker.io/x/y").api_repository(), "x/y");
        assert_eq!(read("docker.io/x").api_repository(), "library/x");
        assert_eq!(read("quay.io/x").api_host(), "quay.io");
        assert_eq!(read("quay.io/x").api_repository(), "x");
    }

    #[test]
    fn this_machine_is_known() {
        for host in ["localhost", "LOCALHOST:5000", "127.0.0.1", "127.9.9.9:80", "[::1]", "[::1]:80"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in
            ["quay.io", "128.0.0.1", "localhost.example.com", "127.0.0.1.example.com", "[::2]:80", "10.0.0.1"]
        {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
