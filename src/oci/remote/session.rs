//! A conversation with one registry: http or https, the token, and its renewal when it ends too early.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use ureq::http::{Method, Uri, header};

use super::auth::{Credentials, Found};
use super::challenge::{self, Challenge};
use super::fault::{self, Failure};
use super::http::{self, Answer, Call, Http};
use crate::oci::error::Kind;
use crate::oci::reference::is_loopback;

const TOKEN_LIMIT: u64 = 1 << 20;
const PING_LIMIT: u64 = 64 << 10;

/// One registry and who we are to it.
pub(super) struct Session {
    http: Http,
    host: String,
    plain_http: bool,
    /// Whether https is tried where plain http fails.
    either: bool,
    login: Found,
    base: OnceLock<String>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    challenge: Option<Challenge>,
    scopes: Vec<String>,
    /// A secret: what `Authorization` says.
    authorization: Option<String>,
    expires: Option<Instant>,
    /// Counts renewals, so that of several requests that were refused only one renews.
    renewals: u64,
}

impl Session {
    /// Prepares a conversation; nothing is sent yet. Without a wish, only loopback hosts are spoken to in
    /// plain http. With `insecure`, whatever the registry speaks is good enough.
    pub(super) fn new(http: Http, host: &str, plain_http: bool, insecure: bool, login: Found) -> Self {
        let (host, base, state) = (host.to_owned(), OnceLock::new(), Mutex::default());
        let either = insecure || (is_loopback(&host) && !plain_http);
        Session { http, host, plain_http: plain_http || insecure, either, login, base, state }
    }

    /// Asks for more rights from now on, in the words of the token service.
    pub(super) fn want(&self, scopes: &[String]) {
        let mut state = self.state();
        if scopes.iter().any(|scope| !state.scopes.contains(scope)) {
            state.scopes = scopes.to_vec();
            // A password stays; a token does not cover the new rights.
            if matches!(state.challenge, Some(Challenge::Bearer { .. })) {
                state.authorization = None;
            }
        }
    }

    /// The address of a path below `/v2/`. The first call finds out how the registry wants to be talked to.
    pub(super) fn url(&self, path: &str) -> Result<Uri, Failure> {
        let base = match self.base.get() {
            Some(base) => base,
            None => {
                let found = self.greet()?;
                self.base.get_or_init(|| found)
            }
        };
        format!("{base}/v2/{path}").parse().map_err(|_| {
            Failure::new(Kind::Input, format!("`{path}` is not a path of a registry"), "check the reference")
        })
    }

    /// Sends a request with what we have to show, and renews that when it is refused. Other hosts, to which
    /// an upload may be sent, get to see nothing.
    pub(super) fn call(&self, call: &mut Call<'_>) -> Result<Answer, Failure> {
        let ours = self.base.get().and_then(|base| base.parse().ok());
        let ours = ours.is_some_and(|base: Uri| http::same_host(&base, &call.url));
        // Twice, since another request may have renewed the token just before it ended again.
        let mut renewals_left = 2;
        loop {
            let renewals = if ours {
                let (authorization, renewals) = self.authorization()?;
                call.authorization = authorization;
                renewals
            } else {
                0
            };
            let answer = self.send(call)?;
            if answer.status != 401 || !ours || renewals_left == 0 || !http::same_host(&answer.url, &call.url)
            {
                return Ok(answer);
            }
            renewals_left -= 1;
            if !self.renew(&answer, renewals)? {
                return Ok(answer);
            }
        }
    }

    /// Translates a status that was not hoped for.
    pub(super) fn failure(&self, answer: &Answer) -> Failure {
        fault::status(answer, http::host(&answer.url), &self.login.told)
    }

    /// The same for somebody who only wants to read.
    pub(super) fn unread(&self, answer: &Answer) -> Failure {
        fault::unread(self.failure(answer), &self.login.told)
    }

    /// Finds the scheme, and logs in where that is wanted: a wrong password is then told before any upload.
    fn greet(&self) -> Result<String, Failure> {
        let local = is_loopback(&self.host);
        let mut scheme = if self.plain_http || local { "http" } else { "https" };
        loop {
            let base = format!("{scheme}://{}", self.host);
            let url = format!("{base}/v2/").parse().map_err(|_| {
                Failure::new(Kind::Input, format!("`{}` is not a host", self.host), "check the reference")
            })?;
            let mut call = Call::new(Method::GET, url, PING_LIMIT);
            let mut answer = match self.send(&mut call) {
                Ok(answer) => answer,
                // An insecure registry may have https alone, at a port of its own.
                Err(_) if self.either && self.plain_http && scheme == "http" => {
                    scheme = "https";
                    continue;
                }
                Err(failure) => return Err(failure),
            };
            // Whoever a redirect led to is not the one whom our login is meant for.
            if answer.status == 401 && http::same_host(&answer.url, &call.url) {
                let renewals = self.state().renewals;
                self.renew(&answer, renewals)?;
                // A token was refused or granted by its service; a password is judged only here.
                call.authorization =
                    self.state().authorization.clone().filter(|text| text.starts_with("Basic"));
                if call.authorization.is_none() {
                    return Ok(base);
                }
                answer = self.send(&mut call)?;
            }
            match answer.status {
                200..300 => return Ok(base),
                // So answers Go's server where TLS is spoken.
                400 if self.either && scheme == "http" => scheme = "https",
                _ => {
                    let mut failure = self.failure(&answer);
                    if failure.error.kind == Kind::NotFound {
                        failure.error.hint =
                            Some("check the host and the port: no registry answers there".to_owned());
                    }
                    return Err(failure);
                }
            }
        }
    }

    fn send(&self, call: &mut Call<'_>) -> Result<Answer, Failure> {
        let answer = self.http.send(call);
        let tame = |text: String| self.without_secrets(text, call.authorization.as_deref());
        match answer {
            Ok(answer) => Ok(Answer { complaint: answer.complaint.map(tame), ..answer }),
            Err(mut failure) => {
                failure.error.message = tame(failure.error.message);
                Err(failure)
            }
        }
    }

    /// What to show, and how often it was renewed. A token that is about to end is renewed first.
    fn authorization(&self) -> Result<(Option<String>, u64), Failure> {
        let mut state = self.state();
        let ended = state.authorization.is_none() || state.expires.is_some_and(|end| Instant::now() > end);
        if ended && state.challenge.is_some() {
            self.obtain(&mut state)?;
        }
        Ok((state.authorization.clone(), state.renewals))
    }

    /// After a 401 to a request that was sent after `renewals`. Says whether it is worth trying again.
    fn renew(&self, answer: &Answer, renewals: u64) -> Result<bool, Failure> {
        let headers = answer.headers.get_all(header::WWW_AUTHENTICATE);
        let challenge = challenge::choose(headers.iter().filter_map(|value| value.to_str().ok()));
        let mut state = self.state();
        if state.renewals > renewals {
            return Ok(true);
        }
        let Some(challenge) = challenge else {
            return Ok(false);
        };
        if let Challenge::Bearer { scope: Some(scope), .. } = &challenge {
            // A registry may want more than we foresaw, such as another repository's blobs.
            let mut missing =
                scope.split(' ').filter(|scope| !covers(&state.scopes, scope)).map(str::to_owned);
            let missing: Vec<String> = missing.by_ref().take(4).collect();
            state.scopes.extend(missing);
        }
        let refused = state.authorization.take();
        state.challenge = Some(challenge);
        self.obtain(&mut state)?;
        // The same password will not be liked better the second time.
        Ok(state.authorization != refused)
    }

    fn obtain(&self, state: &mut State) -> Result<(), Failure> {
        let credentials = self.login.credentials.as_ref();
        state.expires = None;
        state.authorization = match (&state.challenge, credentials) {
            (None, _) => None,
            (Some(Challenge::Basic), Some(Credentials::Basic { username, password })) => {
                Some(basic(username, password))
            }
            (Some(Challenge::Basic), _) => {
                return Err(self.no_login(&format!("{} wants a user and a password", self.host)));
            }
            (Some(Challenge::Bearer { realm, service, .. }), _) => {
                let token = self.token(realm, service.as_deref(), &state.scopes)?;
                // Stop a little before the end, since an upload takes time.
                let spare = |seconds: u64| Duration::from_secs(seconds - (seconds / 4).min(10));
                state.expires =
                    token.expires_in.and_then(|seconds| Instant::now().checked_add(spare(seconds)));
                token.text().map(|text| format!("Bearer {text}"))
            }
        };
        state.renewals += 1;
        if state.authorization.is_none() {
            return Err(Failure::new(
                Kind::Unauthorized,
                "the token service answered without a token",
                "see the registry's log; its token service is broken",
            ));
        }
        Ok(())
    }

    fn no_login(&self, reason: &str) -> Failure {
        Failure::new(
            Kind::Unauthorized,
            reason,
            &format!("log in with docker, podman or skopeo; {}", self.login.told),
        )
    }

    /// Asks the token service (distribution, "Token Authentication" and "OAuth2 Token Authentication").
    fn token(&self, realm: &str, service: Option<&str>, scopes: &[String]) -> Result<Token, Failure> {
        let broken = |why: &str| {
            Failure::new(Kind::Registry, format!("the token service {why}"), "see the registry's log")
        };
        let address: Uri = realm.parse().map_err(|_| broken("has an address that is not one"))?;
        let secure = match address.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(broken("has an address that is not one")),
        };
        let credentials = self.login.credentials.as_ref();
        if !secure && credentials.is_some() && !self.plain_http && !is_loopback(http::host(&address)) {
            return Err(broken("is reached by plain http, to which no password is sent"));
        }
        let mut fields: Vec<(&str, &str)> = service.map(|service| ("service", service)).into_iter().collect();
        let joined = scopes.join(" ");
        let form;
        let answer = if let Some(Credentials::Identity(refresh)) = credentials {
            fields.extend([
                ("scope", joined.as_str()),
                ("grant_type", "refresh_token"),
                ("client_id", "olmcat"),
            ]);
            fields.push(("refresh_token", refresh));
            form = encode(&fields);
            let mut call = Call::new(Method::POST, address.clone(), TOKEN_LIMIT)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            call.body = Some(http::Body::Bytes(form.as_bytes()));
            call.is_private = true;
            self.send(&mut call)?
        } else {
            fields.extend(scopes.iter().map(|scope| ("scope", scope.as_str())));
            let join = if address.query().is_some() { '&' } else { '?' };
            let url = format!("{realm}{join}{}", encode(&fields));
            let url = url.parse().map_err(|_| broken("has an address that is not one"))?;
            let mut call = Call::new(Method::GET, url, TOKEN_LIMIT);
            if let Some(Credentials::Basic { username, password }) = credentials {
                call.authorization = Some(basic(username, password));
            }
            self.send(&mut call)?
        };
        match answer.status {
            200..300 => {}
            400 | 401 | 403 => {
                let said = answer.complaint.map(|said| format!(": {said}")).unwrap_or_default();
                let host = http::host(&address);
                return Err(self.no_login(&format!("{host} refused the login with {}{said}", answer.status)));
            }
            _ => return Err(self.failure(&answer)),
        }
        // The cause would quote the token.
        serde_json::from_slice(&answer.body).map_err(|_| broken("answered something other than a token"))
    }

    /// A server that repeats what we sent shall not bring it into a log.
    fn without_secrets(&self, text: String, sent: Option<&str>) -> String {
        let held = match &self.login.credentials {
            Some(Credentials::Basic { password, .. }) => Some(password.as_str()),
            Some(Credentials::Identity(token)) => Some(token.as_str()),
            None => None,
        };
        let sent = sent.map(|text| text.split_once(' ').map_or(text, |(_, secret)| secret));
        let secrets = held.into_iter().chain(sent).filter(|secret| !secret.is_empty());
        secrets.fold(text, |text, secret| text.replace(secret, "***"))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether what we ask for allows what is demanded: the same resource with all of its actions.
fn covers(scopes: &[String], demanded: &str) -> bool {
    let Some((resource, actions)) = demanded.rsplit_once(':') else {
        return demanded.is_empty();
    };
    let ours = scopes.iter().filter_map(|scope| scope.rsplit_once(':'));
    let allowed: Vec<&str> =
        ours.filter(|(name, _)| *name == resource).flat_map(|(_, list)| list.split(',')).collect();
    actions.split(',').all(|action| allowed.contains(&action))
}

fn basic(username: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{username}:{password}")))
}

/// Fields of a form or of a query (RFC 3986: all but the unreserved is encoded).
fn encode(fields: &[(&str, &str)]) -> String {
    let escape = |text: &str| -> String {
        let letter = |byte: u8| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        };
        text.bytes().map(letter).collect()
    };
    fields.iter().map(|(key, value)| format!("{key}={}", escape(value))).collect::<Vec<_>>().join("&")
}

#[derive(Deserialize)]
struct Token {
    #[serde(default)]
    token: String,
    #[serde(default)]
    access_token: String,
    #[serde(default)]
    expires_in: Option<u64>,
}

impl Token {
    fn text(&self) -> Option<&str> {
        [&self.token, &self.access_token].into_iter().find(|token| !token.is_empty()).map(String::as_str)
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
