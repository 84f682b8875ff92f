//! A conversation with one registry: http or https, the token, and its renewal when it ends too early.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use ureq::http::{Method, Uri, header};

use super::address;
use super::auth::{Credentials, Found};
use super::challenge::{self, Challenge};
use super::fault::{self, Failure};
use super::http::{Answer, Call, Http};
use super::token::{self, Token, base64_of, basic, covers, encode_text};
use crate::oci::error::Kind;
use crate::oci::reference::is_loopback;

const GREETING_LIMIT: u64 = 64 << 10;

/// One registry and who we are to it.
pub(super) struct Session {
    http: Http,
    host: String,
    plain_http: bool,
    insecure: bool,
    login: Found,
    /// What a server that repeats what we sent shall not bring into a log.
    secrets: Vec<String>,
    /// `http` or `https`, once it is known; one request at a time finds out.
    scheme: OnceLock<&'static str>,
    finding: Mutex<()>,
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
        let secrets = match &login.credentials {
            Some(Credentials::Basic { username, password }) => {
                vec![password.clone(), base64_of(username, password)]
            }
            Some(Credentials::Identity(token)) => vec![token.clone(), encode_text(token)],
            None => Vec::new(),
        };
        let secrets = secrets.into_iter().filter(|secret| !secret.is_empty()).collect();
        Session {
            http,
            host: host.to_owned(),
            plain_http,
            insecure,
            login,
            secrets,
            scheme: OnceLock::new(),
            finding: Mutex::default(),
            state: Mutex::default(),
        }
    }

    /// Asks for more rights from now on, in the words of the token service, or for none.
    pub(super) fn want(&self, scopes: &[String]) {
        let mut state = self.state();
        if scopes.is_empty() || scopes.iter().any(|scope| !state.scopes.contains(scope)) {
            state.scopes = scopes.to_vec();
            // A password stays; a token does not cover the new rights.
            if matches!(state.challenge, Some(Challenge::Bearer { .. })) {
                state.authorization = None;
            }
        }
    }

    /// The address of a path below `/v2/`, as far as it is known how the registry wants to be talked to.
    pub(super) fn url(&self, path: &str) -> Result<Uri, Failure> {
        let guess = match self.plain_http || (is_loopback(&self.host) && !self.insecure) {
            true => "http",
            false => "https",
        };
        self.address(self.scheme.get().unwrap_or(&guess), &format!("/v2/{path}"))
    }

    fn address(&self, scheme: &str, path: &str) -> Result<Uri, Failure> {
        format!("{scheme}://{}{path}", self.host).parse().map_err(|_| {
            let reason = format!("`{}{path}` is not an address", self.host);
            Failure::new(Kind::Input, reason, "check the reference")
        })
    }

    /// Sends a request with what we have to show, and renews that when it is refused. Other hosts, to which
    /// an upload may be sent, get to see nothing.
    pub(super) fn call(&self, call: &mut Call<'_>) -> Result<Answer, Failure> {
        if self.scheme.get().is_none() && self.is_ours(&call.url, &["http", "https"]) {
            let _finding = self.finding.lock().unwrap_or_else(PoisonError::into_inner);
            if self.scheme.get().is_none() {
                return self.first(call);
            }
        }
        match self.scheme.get() {
            // The address was made before the scheme was known.
            Some(&"https") if self.is_ours(&call.url, &["http"]) => {
                call.url = self.in_scheme(call, "https")?
            }
            Some(&"http") if self.is_ours(&call.url, &["https"]) => {
                call.url = self.in_scheme(call, "http")?
            }
            _ => {}
        }
        self.shown(call)
    }

    /// The first request also finds out whether the registry speaks TLS.
    fn first(&self, call: &mut Call<'_>) -> Result<Answer, Failure> {
        let guess = if call.url.scheme_str() == Some("http") { "http" } else { "https" };
        let first = self.shown(call);
        let other = match &first {
            // So answers Go's server where TLS is spoken.
            Ok(answer) if answer.status == 400 && guess == "http" && !self.plain_http => "https",
            Err(failure) if self.insecure && guess == "https" && failure.error.kind == Kind::Unreachable => {
                "http"
            }
            Ok(_) => {
                self.scheme.get_or_init(|| guess);
                return first;
            }
            Err(_) => return first,
        };
        call.url = self.in_scheme(call, other)?;
        match self.shown(call) {
            Ok(answer) => {
                self.scheme.get_or_init(|| other);
                Ok(answer)
            }
            // It does not speak TLS after all, and 400 was what it wanted to say.
            Err(failure)
                if first.is_ok() && failure.error.kind == Kind::Unreachable && !fault::is_tls(&failure) =>
            {
                self.scheme.get_or_init(|| guess);
                first
            }
            Err(failure) => Err(failure),
        }
    }

    fn in_scheme(&self, call: &Call<'_>, scheme: &str) -> Result<Uri, Failure> {
        self.address(scheme, call.url.path_and_query().map_or("/", |path| path.as_str()))
    }

    /// Whether an address is the registry's, with one of some schemes.
    fn is_ours(&self, url: &Uri, schemes: &[&str]) -> bool {
        let ours = |scheme| self.address(scheme, "/").is_ok_and(|ours| address::same_host(&ours, url));
        schemes.iter().any(|scheme| ours(scheme))
    }

    /// Sends a request and shows who we are where it is the registry that is asked.
    fn shown(&self, call: &mut Call<'_>) -> Result<Answer, Failure> {
        let ours = match self.scheme.get() {
            Some(scheme) => self.is_ours(&call.url, &[scheme]),
            None => self.is_ours(&call.url, &["http", "https"]),
        };
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
            if answer.status != 401
                || !ours
                || renewals_left == 0
                || !address::same_host(&answer.url, &call.url)
            {
                return Ok(answer);
            }
            renewals_left -= 1;
            if !self.renew(&answer, renewals)? {
                return Ok(answer);
            }
        }
    }

    /// Asks the registry for nothing but whether it lets us in, and says whether it did so because of who we
    /// are; a registry that lets everybody in may not even look.
    pub(super) fn greet(&self) -> Result<bool, Failure> {
        let answer = self.call(&mut Call::new(Method::GET, self.url("")?, GREETING_LIMIT))?;
        let has_asked = self.state().challenge.is_some();
        let answer = match (&self.login.credentials, has_asked) {
            (Some(Credentials::Basic { username, password }), false) if answer.status < 300 => {
                let mut call = Call::new(Method::GET, self.url("")?, GREETING_LIMIT);
                call.authorization = Some(basic(username, password));
                self.send(&mut call)?
            }
            _ => answer,
        };
        match answer.status {
            200..300 => Ok(has_asked),
            404 => Err(Failure::new(
                Kind::NotFound,
                format!("{} answered 404", self.host),
                "check the host and the port: no registry answers there",
            )),
            _ => Err(self.failure(&answer)),
        }
    }

    /// Translates a status that was not hoped for.
    pub(super) fn failure(&self, answer: &Answer) -> Failure {
        fault::status(answer, address::host(&answer.url), &self.login.told)
    }

    /// The same for somebody who only wants to read.
    pub(super) fn unread(&self, answer: &Answer) -> Failure {
        fault::unread(self.failure(answer), &self.login.told)
    }

    fn send(&self, call: &mut Call<'_>) -> Result<Answer, Failure> {
        let answer = self.http.send(call);
        let tame = |text| self.without_secrets(text, call.authorization.as_deref());
        match answer {
            Ok(answer) => {
                let complaint = answer.complaint.map(tame).and_then(|said| fault::shorten(&said));
                Ok(Answer { complaint, ..answer })
            }
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

    /// Gets something to show. What the registry wanted is forgotten if that fails, since the next answer may
    /// want something else.
    fn obtain(&self, state: &mut State) -> Result<(), Failure> {
        let obtained = self.try_obtain(state);
        if obtained.is_err() {
            state.challenge = None;
        }
        obtained
    }

    fn try_obtain(&self, state: &mut State) -> Result<(), Failure> {
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
                let token = match self.token(realm, service.as_deref(), &state.scopes) {
                    // The rights to other repositories are a wish, for the sake of mounting.
                    Err(refused) if refused.error.kind == Kind::Unauthorized && state.scopes.len() > 1 => {
                        self.token(realm, service.as_deref(), &state.scopes[..1])?
                    }
                    answered => answered?,
                };
                state.expires = token.end();
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
            &format!("log in with olmcat, docker, podman or skopeo; {}", self.login.told),
        )
    }

    /// Asks the token service.
    fn token(&self, realm: &str, service: Option<&str>, scopes: &[String]) -> Result<Token, Failure> {
        let credentials = self.login.credentials.as_ref();
        let may_be_plain = self.plain_http || credentials.is_none();
        let request = token::Request::new(realm, service, scopes, credentials, may_be_plain)?;
        let answer = self.send(&mut request.call())?;
        match answer.status {
            200..300 => Token::read(&answer.body),
            400 | 401 | 403 => {
                let said = answer.complaint.map(|said| format!(": {said}")).unwrap_or_default();
                let host = address::host(&request.url);
                Err(self.no_login(&format!("{host} refused the login with {}{said}", answer.status)))
            }
            _ => Err(self.failure(&answer)),
        }
    }

    fn without_secrets(&self, text: String, sent: Option<&str>) -> String {
        let sent = sent.and_then(|text| Some(text.split_once(' ')?.1)).filter(|secret| !secret.is_empty());
        let secrets = self.secrets.iter().map(String::as_str).chain(sent);
        secrets.fold(text, |text, secret| text.replace(secret, "***"))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
