//! Addresses: where an answer leads, and whether that is still the one who was asked.

use ureq::http::Uri;

use super::fault::Failure;
use crate::oci::error::Kind;

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
    let fault = |why: &str| {
        let reason = format!("{} {why}", host(from));
        Failure::new(Kind::Registry, reason, "see the registry's log, and the settings of a proxy before it")
    };
    let text = if let Some((name, _)) = location.split_once(':').filter(|(name, _)| is_scheme(name)) {
        if !["http", "https"].iter().any(|known| name.eq_ignore_ascii_case(known)) {
            return Err(fault("leads to an address that is neither http nor https"));
        }
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

/// Whether text before a colon is a scheme, and not a part of a path (RFC 3986, 3.1).
fn is_scheme(text: &str) -> bool {
    let first = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    first && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
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
