//! Registries: the client (distribution specification). One [`Remote`] is one repository of one registry.
//!
//! Calls block; [`Remote::push`] uploads with threads of its own. Must not read the environment, save that
//! the HTTP library itself reads the proxy variables and `SSL_CERT_FILE`.

mod address;
mod auth;
mod challenge;
mod fault;
mod helper;
mod http;
mod logins;
mod pull;
mod push;
mod referrers;
mod retry;
mod session;
mod tls;
mod token;

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

pub use auth::{AuthFiles, Credentials, Found};
pub use push::{Planned, Pushed, Uploaded};

use super::digest::Digest;
use super::error::{Error, Kind};
use super::reference::Reference;
use http::Http;
use session::Session;

/// How a registry is talked to.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Plain http even to a host that is not this machine; passwords then travel readably.
    pub plain_http: bool,
    /// Whatever the host speaks, plain http or https with any certificate: `insecure` in `registries.conf`.
    pub insecure: bool,
    /// Who we are.
    pub login: Login,
    /// Further certificate authorities, in PEM, beside the system's.
    pub ca_file: Option<PathBuf>,
    /// Folders of docker and podman (`certs.d`) in which each host may have one: authorities, and a certificate
    /// of our own.
    pub certificates: Vec<PathBuf>,
    /// Repositories of the same registry that may hold some of the blobs; they are mounted instead of
    /// uploaded.
    pub mount_from: Vec<String>,
    /// How long and how often.
    pub patience: Patience,
}

/// Who we are.
#[derive(Debug, Clone, Default)]
pub enum Login {
    /// Nobody.
    #[default]
    Anonymous,
    /// Somebody, known already.
    Given(Credentials),
    /// Whoever the files of docker and podman say.
    Files(AuthFiles),
}

/// How long is waited and how often is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a name to be resolved, and again for a connection.
    pub connect: Duration,
    /// For the next byte, and for the beginning of an answer.
    pub idle: Duration,
    /// How often a request is tried in all.
    pub tries: u32,
    /// The pause after the first try; it doubles.
    pub pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let (connect, idle) = (Duration::from_secs(15), Duration::from_secs(60));
        Patience { connect, idle, tries: 4, pause: Duration::from_secs(1) }
    }
}

/// What happens during a push. Several threads tell at once.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Progress<'a> {
    /// A push begins, with so many blobs of so many bytes in all.
    Begin {
        /// Layers and configurations.
        blobs: usize,
        /// Their bytes.
        bytes: u64,
    },
    /// So much of a blob has left; after a failure it begins anew.
    Sent {
        /// The blob.
        blob: Digest,
        /// Bytes so far.
        bytes: u64,
        /// Bytes in all.
        size: u64,
    },
    /// A blob or manifest is in the registry.
    Done {
        /// What.
        digest: Digest,
        /// Its bytes.
        size: u64,
        /// How it came there.
        how: Uploaded,
    },
    /// Something failed and is tried again.
    Retry {
        /// What: `cannot upload ... to ...`.
        doing: &'a str,
        /// Why.
        why: &'a str,
        /// After which pause.
        wait: Duration,
    },
}

/// A repository of a registry.
pub struct Remote {
    session: Session,
    host: String,
    repository: String,
    path: String,
    mount_from: Vec<String>,
    patience: Patience,
}

impl Remote {
    /// Prepares to talk to the repository of a reference. Reads files and asks credential helpers; the
    /// registry itself is not asked yet.
    ///
    /// # Errors
    ///
    /// Files of credentials or certificates that are missing or wrong.
    pub fn new(reference: &Reference, options: Options) -> Result<Self, Error> {
        let (host, repository) = (reference.host(), reference.repository());
        let login = match &options.login {
            Login::Anonymous => Found { credentials: None, told: "the request was anonymous".to_owned() },
            Login::Given(credentials) => {
                let told = match credentials {
                    Credentials::Basic { username, .. } => {
                        format!("the credentials were given, those of user `{username}`")
                    }
                    Credentials::Identity(_) => "the credentials were given, an identity token".to_owned(),
                };
                Found { credentials: Some(credentials.clone()), told }
            }
            Login::Files(files) => files.find(host, repository)?,
        };
        let api = reference.api_host();
        let http = Http::new(&options, api)?;
        let session = Session::new(http, api, options.plain_http, options.insecure, login);
        let path = reference.api_repository();
        session.want(&[format!("repository:{path}:pull")]);
        let (host, repository) = (host.to_owned(), repository.to_owned());
        Ok(Remote {
            session,
            host,
            repository,
            path,
            mount_from: options.mount_from,
            patience: options.patience,
        })
    }

    /// Asks the registry whether it lets us in. Says whether it did so because of who we are: a registry that lets
    /// everybody in may not even look.
    ///
    /// # Errors
    ///
    /// It does not, or cannot be talked to.
    pub fn greet(&self) -> Result<bool, Error> {
        self.session.want(&[]);
        let stop = AtomicBool::new(false);
        let greeted = self
            .trying(&|_| {}, &stop)
            .run(&format!("cannot log in to {}", self.host), || self.session.greet());
        greeted.map_err(|error| match error.kind {
            Kind::Unauthorized | Kind::Forbidden => error
                .hint("check the user and the password; some registries want a token of their own instead"),
            _ => error,
        })
    }

    /// `host/repository`, for messages.
    fn name(&self) -> String {
        format!("{}/{}", self.host, self.repository)
    }

    /// Refuses a reference into another repository, for which we have neither address nor login.
    fn check(&self, reference: &Reference) -> Result<(), Error> {
        if (reference.host(), reference.repository()) == (&self.host, &self.repository) {
            return Ok(());
        }
        Err(Error::new(Kind::Input, format!("{reference} is not in {}", self.name()))
            .hint("connect to its repository"))
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Remote({})", self.name())
    }
}
