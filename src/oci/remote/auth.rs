//! Credentials: who we are to a registry, and the files in which docker and podman keep that.
//!
//! Must not read the environment: `cli` does, and hands over [`AuthFiles`]. A secret never reaches an
//! error or a `Debug` text.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;

use super::helper;
use crate::oci::error::{Error, Kind};
use crate::oci::reference::is_docker_hub;

/// Docker Hub's own key, under which docker and its helpers keep the login.
pub(super) const DOCKER_HUB: &str = "https://index.docker.io/v1/";

/// What proves who we are.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// A user and a password, or a robot and its token.
    Basic {
        /// The user.
        username: String,
        /// The secret.
        password: String,
    },
    /// A refresh token, which the registry's token service changes into an access token.
    Identity(String),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Credentials::Basic { username, .. } => write!(f, "Basic({username:?}, ***)"),
            Credentials::Identity(_) => f.write_str("Identity(***)"),
        }
    }
}

/// Where credentials may be, as the environment says.
///
/// A file that is named (`explicit`, then `registry_auth_file`) is the only one that counts, as for podman. Else the
/// first of these that knows the registry: docker's `config.json`, podman's
/// `containers/auth.json` in the runtime folder, and that in the user's configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuthFiles {
    /// A file named on the command line.
    pub explicit: Option<PathBuf>,
    /// `REGISTRY_AUTH_FILE`.
    pub registry_auth_file: Option<PathBuf>,
    /// `DOCKER_CONFIG`: a folder, instead of `~/.docker`.
    pub docker_config: Option<PathBuf>,
    /// `HOME`.
    pub home: Option<PathBuf>,
    /// `XDG_RUNTIME_DIR`.
    pub xdg_runtime_dir: Option<PathBuf>,
    /// `XDG_CONFIG_HOME`, instead of `~/.config`.
    pub xdg_config_home: Option<PathBuf>,
    /// `PATH`, for `docker-credential-...` programs.
    pub path: Option<OsString>,
}

/// What a search came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The credentials, if any.
    pub credentials: Option<Credentials>,
    /// For a hint: whose they are and where they were found, or where none were.
    pub told: String,
}

impl AuthFiles {
    /// Searches credentials for a repository. Keys may name a part of it: `quay.io/org` is preferred to `quay.io`.
    ///
    /// # Errors
    ///
    /// A named file that is missing; a file that cannot be read or makes no sense; a helper that fails.
    pub fn find(&self, host: &str, repository: &str) -> Result<Found, Error> {
        let keys = keys(host, repository);
        let named = self.named();
        let files = named.map_or_else(|| self.usual(), |file| vec![file.clone()]);
        for file in &files {
            let Some(config) = read(file, named.is_some())? else { continue };
            if let Some(credentials) = self.look_in(&config, file, host, &keys)? {
                let whose = match &credentials {
                    Credentials::Basic { username, .. } => format!("those of user `{username}`"),
                    Credentials::Identity(_) => "an identity token".to_owned(),
                };
                let told = format!("the credentials were {whose} from {}", file.display());
                return Ok(Found { credentials: Some(credentials), told });
            }
        }
        let places: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
        let places = if places.is_empty() { "any file".to_owned() } else { places.join(", ") };
        Ok(Found { credentials: None, told: format!("no credentials for {host} were found in {places}") })
    }

    /// The file that alone counts.
    pub(super) fn named(&self) -> Option<&PathBuf> {
        self.explicit.as_ref().or(self.registry_auth_file.as_ref())
    }

    pub(super) fn usual(&self) -> Vec<PathBuf> {
        let home = |below: &str| self.home.as_ref().map(|home| home.join(below));
        let docker = self.docker_config.clone().or_else(|| home(".docker"));
        let config = self.xdg_config_home.clone().or_else(|| home(".config"));
        let podman = |folder: &PathBuf| folder.join("containers/auth.json");
        [
            docker.map(|folder| folder.join("config.json")),
            self.xdg_runtime_dir.as_ref().map(podman),
            config.as_ref().map(podman),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// A helper for this registry, then an entry, then the helper for all. An entry without content, which docker
    /// leaves beside a store, says nothing.
    fn look_in(
        &self,
        config: &Config,
        file: &Path,
        host: &str,
        keys: &[String],
    ) -> Result<Option<Credentials>, Error> {
        let server = if is_docker_hub(host) { DOCKER_HUB } else { host };
        let helpers = || config.helpers.iter().map(|(key, helper)| (plain(key), helper));
        for key in keys {
            if let Some((_, helper)) = helpers().find(|(name, _)| name == key)
                && let Some(found) = helper::get(helper, server, self.path.as_deref())?
            {
                return Ok(Some(found));
            }
        }
        for key in keys {
            for (_, entry) in config.auths.iter().filter(|(name, _)| plain(name) == *key) {
                if let Some(found) = entry.read(key, file)? {
                    return Ok(Some(found));
                }
            }
        }
        match config.store.as_deref().filter(|store| !store.is_empty()) {
            Some(store) => helper::get(store, server, self.path.as_deref()),
            None => Ok(None),
        }
    }
}

/// The keys that may hold a repository's credentials, the nearest first.
fn keys(host: &str, repository: &str) -> Vec<String> {
    let host = plain(host);
    let path = format!("{host}/{repository}");
    let mut keys = vec![path.clone()];
    keys.extend(path.match_indices('/').map(|(slash, _)| path[..slash].to_owned()).rev());
    keys
}

/// A key without the decoration of older docker versions: `https://quay.io/v1/` is `quay.io`.
pub(super) fn plain(key: &str) -> String {
    let key = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key);
    let key = key.trim_end_matches('/');
    let key = key.strip_suffix("/v1").or_else(|| key.strip_suffix("/v2")).unwrap_or(key);
    let (host, path) = key.split_once('/').map_or((key, ""), |(host, _)| (host, &key[host.len()..]));
    if is_docker_hub(host) { format!("docker.io{path}") } else { key.to_owned() }
}

/// `~/.docker/config.json` and `containers/auth.json`, as far as they concern us.
#[derive(Deserialize, Default)]
pub(super) struct Config {
    #[serde(default)]
    auths: BTreeMap<String, Entry>,
    #[serde(default, rename = "credHelpers")]
    helpers: BTreeMap<String, String>,
    #[serde(default, rename = "credsStore")]
    store: Option<String>,
}

impl Config {
    /// The helper that keeps the login of a registry.
    pub(super) fn helper(&self, key: &str) -> Option<&str> {
        let own = self.helpers.iter().find(|(name, _)| plain(name) == key).map(|(_, helper)| helper);
        own.or(self.store.as_ref()).map(String::as_str).filter(|helper| !helper.is_empty())
    }

    /// Whether there is an entry for a registry.
    pub(super) fn knows(&self, key: &str) -> bool {
        self.auths.keys().any(|name| plain(name) == key)
    }
}

#[derive(Deserialize, Default)]
struct Entry {
    #[serde(default)]
    auth: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: String,
    #[serde(default, rename = "identitytoken")]
    identity_token: String,
}

impl Entry {
    fn read(&self, key: &str, file: &Path) -> Result<Option<Credentials>, Error> {
        if !self.identity_token.is_empty() {
            return Ok(Some(Credentials::Identity(self.identity_token.clone())));
        }
        if self.auth.is_empty() {
            let (username, password) = (self.username.clone(), self.password.clone());
            return Ok((!username.is_empty()).then_some(Credentials::Basic { username, password }));
        }
        // Written by hand, the padding is often missing.
        let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let decoded = GeneralPurpose::new(&base64::alphabet::STANDARD, lenient).decode(self.auth.trim());
        let text = decoded.ok().and_then(|bytes| String::from_utf8(bytes).ok());
        match text.as_deref().and_then(|text| text.split_once(':')) {
            Some((username, password)) => Ok(Some(Credentials::Basic {
                username: username.to_owned(),
                // Docker pads with zero bytes (`cli/config/configfile`, decodeAuth).
                password: password.trim_end_matches('\0').to_owned(),
            })),
            None => {
                let what =
                    format!("the `auth` of `{key}` in {} is not `user:password` in base64", file.display());
                Err(Error::new(Kind::Input, what).hint("log in again with docker, podman or skopeo"))
            }
        }
    }
}

pub(super) fn read(file: &Path, named: bool) -> Result<Option<Config>, Error> {
    let bytes = match fs::read(file) {
        Ok(bytes) => bytes,
        Err(cause) if !named && cause.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(cause) if !named && cause.kind() == std::io::ErrorKind::NotADirectory => return Ok(None),
        Err(cause) => return Err(Error::io("read", file, &cause)),
    };
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    // The cause would quote a value of the wrong type; its place is enough.
    let config = serde_json::from_slice(&bytes).map_err(|cause| {
        let place = format!("line {}, column {}", cause.line(), cause.column());
        Error::new(Kind::Input, format!("{} holds no logins: it is wrong at {place}", file.display()))
            .hint("repair the file, or remove it and log in again")
    })?;
    Ok(Some(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_go_from_near_to_far() {
        assert_eq!(keys("quay.io", "a/b"), ["quay.io/a/b", "quay.io/a", "quay.io"]);
        assert_eq!(keys("docker.io", "a"), ["docker.io/a", "docker.io"]);
        assert_eq!(plain("https://index.docker.io/v1/"), "docker.io");
        assert_eq!(plain("http://localhost:5000/v2/"), "localhost:5000");
        assert_eq!(plain("quay.io/a/b"), "quay.io/a/b");
    }

    #[test]
    fn secrets_are_not_shown() {
        let basic = Credentials::Basic { username: "alice".to_owned(), password: "s3cret".to_owned() };
        let shown = format!("{basic:?} {:?}", Credentials::Identity("s3cret".to_owned()));
        assert!(!shown.contains("s3cret") && shown.contains("alice"), "{shown}");
    }
}
