//! What is shown to a registry: passwords in its own form, and tokens from the service that it names
//! (distribution, "Token Authentication" and "OAuth2 Token Authentication").

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;
use ureq::http::{Method, Uri, header};

use super::address::host;
use super::auth::Credentials;
use super::fault::Failure;
use super::http::{Body, Call};
use crate::oci::error::Kind;
use crate::oci::reference::is_loopback;

const LIMIT: u64 = 1 << 20;

/// What a token service is asked.
pub(super) struct Request {
    pub(super) url: Uri,
    authorization: Option<String>,
    /// A secret: the fields of the form that is sent.
    form: Option<String>,
}

impl Request {
    /// Prepares a question. A password goes to this machine and by https; elsewhere it `may_be_plain`.
    pub(super) fn new(
        realm: &str,
        service: Option<&str>,
        scopes: &[String],
        credentials: Option<&Credentials>,
        may_be_plain: bool,
    ) -> Result<Self, Failure> {
        let address: Uri = realm.parse().map_err(|_| broken("has an address that is not one"))?;
        match address.scheme_str() {
            Some("https") => {}
            Some("http") if may_be_plain || is_loopback(host(&address)) => {}
            Some("http") => return Err(broken("is reached by plain http, to which no password is sent")),
            _ => return Err(broken("has an address that is not one")),
        }
        let mut fields: Vec<(&str, &str)> = service.map(|service| ("service", service)).into_iter().collect();
        if let Some(Credentials::Identity(refresh)) = credentials {
            let scopes = scopes.join(" ");
            fields.extend([("scope", scopes.as_str()), ("grant_type", "refresh_token")]);
            fields.extend([("client_id", "olmcat"), ("refresh_token", refresh)]);
            let form = Some(encode(&fields));
            return Ok(Request { url: address, authorization: None, form });
        }
        fields.extend(scopes.iter().map(|scope| ("scope", scope.as_str())));
        let join = match address.query() {
            _ if fields.is_empty() => "",
            Some(_) => "&",
            None => "?",
        };
        let url = format!("{realm}{join}{}", encode(&fields));
        let url = url.parse().map_err(|_| broken("has an address that is not one"))?;
        let authorization = match credentials {
            Some(Credentials::Basic { username, password }) => Some(basic(username, password)),
            _ => None,
        };
        Ok(Request { url, authorization, form: None })
    }

    /// The question as it is sent.
    pub(super) fn call(&self) -> Call<'_> {
        let Some(form) = &self.form else {
            let authorization = self.authorization.clone();
            return Call { authorization, ..Call::new(Method::GET, self.url.clone(), LIMIT) };
        };
        let call = Call::new(Method::POST, self.url.clone(), LIMIT)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        Call { body: Some(Body::Bytes(form.as_bytes())), is_private: true, ..call }
    }
}

fn broken(why: &str) -> Failure {
    Failure::new(Kind::Registry, format!("the token service {why}"), "see the registry's log")
}

/// Whether what we ask for allows what is demanded: the same resource with all of its actions.
pub(super) fn covers(scopes: &[String], demanded: &str) -> bool {
    let Some((resource, actions)) = demanded.rsplit_once(':') else {
        return demanded.is_empty();
    };
    let ours = scopes.iter().filter_map(|scope| scope.rsplit_once(':'));
    let allowed: Vec<&str> =
        ours.filter(|(name, _)| *name == resource).flat_map(|(_, list)| list.split(',')).collect();
    actions.split(',').all(|action| allowed.contains(&action))
}

pub(super) fn basic(username: &str, password: &str) -> String {
    format!("Basic {}", base64_of(username, password))
}

pub(super) fn base64_of(username: &str, password: &str) -> String {
    STANDARD.encode(format!("{username}:{password}"))
}

/// Fields of a form or of a query.
fn encode(fields: &[(&str, &str)]) -> String {
    fields.iter().map(|(key, value)| format!("{key}={}", encode_text(value))).collect::<Vec<_>>().join("&")
}

/// All but the unreserved is encoded (RFC 3986).
pub(super) fn encode_text(text: &str) -> String {
    let letter = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(letter).collect()
}

/// What a token service answers.
#[derive(Deserialize)]
pub(super) struct Token {
    token: Option<String>,
    access_token: Option<String>,
    /// A number of seconds, if it is one.
    #[serde(default)]
    expires_in: Value,
}

impl Token {
    /// Reads an answer. The cause of a failure would quote the token.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Failure> {
        serde_json::from_slice(bytes).map_err(|_| broken("answered something other than a token"))
    }

    /// The token, if there is one.
    pub(super) fn text(&self) -> Option<&str> {
        [&self.token, &self.access_token]
            .into_iter()
            .flatten()
            .find(|token| !token.is_empty())
            .map(String::as_str)
    }

    /// When it has to be renewed: a little before its end, since an upload takes time. One that says that it ends
    /// at once means something else, as docker knows.
    pub(super) fn end(&self) -> Option<Instant> {
        let seconds = self.expires_in.as_u64()?.max(60);
        Instant::now().checked_add(Duration::from_secs(seconds - (seconds / 4).min(10)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_cover_their_actions() {
        let ours = ["repository:a/b:pull,push".to_owned()];
        assert!(covers(&ours, "repository:a/b:pull"));
        assert!(covers(&ours, "repository:a/b:push,pull"));
        assert!(!covers(&ours, "repository:a/b:delete"));
        assert!(!covers(&ours, "repository:a:pull"));
    }

    #[test]
    fn queries_are_encoded() {
        assert_eq!(
            encode(&[("scope", "repository:a/b:pull"), ("x", "a b&c")]),
            "scope=repository%3Aa%2Fb%3Apull&x=a%20b%26c"
        );
    }
}
