//! Keeping logins and forgetting them, in the files of docker and podman and in credential helpers.
//!
//! What else a file holds stays, its mode becomes 0600, and it is there as a whole or not at all.

use std::fs::{self, DirBuilder, File};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::auth::{AuthFiles, DOCKER_HUB, plain, read};
use super::helper;
use crate::oci::error::{Error, Kind};
use crate::oci::temporary::{self, Temporary};

/// Two of us do not write one file at the same time; what hinders us longer is ignored.
const LONGEST: Duration = Duration::from_secs(5);

impl AuthFiles {
    /// Keeps a login for a registry, or for a part of it such as `quay.io/org`, where [`AuthFiles::find`] finds it
    /// first: with the helper that the file names, else in the file. Returns the place.
    ///
    /// # Errors
    ///
    /// There is no place; the file makes no sense or cannot be written; the helper fails.
    pub fn store(&self, registry: &str, username: &str, password: &str) -> Result<String, Error> {
        let file = self.named().cloned().or_else(|| self.usual().into_iter().next()).ok_or_else(|| {
            Error::new(Kind::Input, "there is no file to keep logins in: HOME is not set")
                .hint("name one with `--authfile FILE`")
        })?;
        if username.is_empty() || username.contains(':') || username.chars().any(char::is_control) {
            return Err(Error::new(
                Kind::Input,
                format!("`{}` is not a user's name", username.escape_debug()),
            )
            .hint("give the name as the registry knows it; it has no `:`"));
        }
        if password.is_empty() || password.chars().any(char::is_control) {
            return Err(Error::new(Kind::Input, "the password is empty or more than one line")
                .hint("give the password alone"));
        }
        let config = read(&file, false)?.unwrap_or_default();
        let key = plain(registry);
        let Some(helper) = config.helper(&key) else {
            let auth = STANDARD.encode(format!("{username}:{password}"));
            change(&file, |auths| put(auths, &key, json!({ "auth": auth })))?;
            return Ok(file.display().to_string());
        };
        if key.contains('/') {
            let message = format!("`docker-credential-{helper}` keeps no login for a part of a registry");
            let host = key.split('/').next().unwrap_or_default();
            return Err(Error::new(Kind::Input, message)
                .hint(format!("log in to `{host}`, or name another file with `--authfile FILE`")));
        }
        helper::store(helper, server(&key), username, password, self.path.as_deref())?;
        // As docker does, and without the password that may have been there before.
        change(&file, |auths| put(auths, &key, json!({})))?;
        Ok(format!("`docker-credential-{helper}`"))
    }

    /// Forgets the login of a registry, or of a part of it, wherever [`AuthFiles::find`] would find it. Returns
    /// the places where there was one.
    ///
    /// # Errors
    ///
    /// As [`AuthFiles::store`].
    pub fn erase(&self, registry: &str) -> Result<Vec<String>, Error> {
        let key = plain(registry);
        let mut places = Vec::new();
        let files = self.named().map_or_else(|| self.usual(), |file| vec![file.clone()]);
        for file in files {
            let Some(config) = read(&file, false)? else { continue };
            if let Some(helper) = config.helper(&key).filter(|_| !key.contains('/'))
                && helper::get(helper, server(&key), self.path.as_deref())?.is_some()
            {
                helper::erase(helper, server(&key), self.path.as_deref())?;
                places.push(format!("`docker-credential-{helper}`"));
            }
            if config.knows(&key) {
                change(&file, |auths| auths.retain(|name, _| plain(name) != key))?;
                places.push(file.display().to_string());
            }
        }
        Ok(places)
    }
}

/// What a registry is called where docker looks for it.
fn server(key: &str) -> &str {
    if key == "docker.io" { DOCKER_HUB } else { key }
}

/// Puts an entry in the place of all that mean the same.
fn put(auths: &mut Map<String, Value>, key: &str, entry: Value) {
    auths.retain(|name, _| plain(name) != key);
    auths.insert(server(key).to_owned(), entry);
}

/// Changes the logins of a file and leaves the rest as it is.
fn change(file: &Path, edit: impl FnOnce(&mut Map<String, Value>)) -> Result<(), Error> {
    // A link, as collections of dotfiles have it, stays one.
    let file = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = DirBuilder::new();
    builder
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|cause| Error::io("create", folder, &cause))?;
    let _lock = lock(folder);
    let mut content = match fs::read(&file) {
        Ok(bytes) if !bytes.iter().all(u8::is_ascii_whitespace) => {
            serde_json::from_slice(&bytes).unwrap_or(Value::Null)
        }
        Ok(_) => json!({}),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => json!({}),
        Err(cause) => return Err(Error::io("read", &file, &cause)),
    };
    // It was read before, so this is the work of somebody who wrote it in between.
    let broken = || {
        Error::new(Kind::Input, format!("{} holds no logins any more", file.display()))
            .hint("see who else writes it, and try again")
    };
    let auths = content.as_object_mut().ok_or_else(broken)?.entry("auths").or_insert_with(|| json!({}));
    if auths.is_null() {
        *auths = json!({});
    }
    edit(auths.as_object_mut().ok_or_else(broken)?);
    let mut text = serde_json::to_string_pretty(&content).unwrap_or_default();
    text.push('\n');
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let write = || -> std::io::Result<()> {
        let mut temporary = Temporary::create(folder, &format!(".{name}"))?;
        temporary.file.set_permissions(fs::Permissions::from_mode(0o600))?;
        temporary.file.write_all(text.as_bytes())?;
        temporary.file.sync_all()?;
        temporary.keep(&file)
    };
    write().map_err(|cause| Error::io("write", &file, &cause))
}

/// Waits for whoever else of us writes in a folder.
fn lock(folder: &Path) -> Option<File> {
    let folder = File::open(folder).ok()?;
    let until = Instant::now() + LONGEST;
    while temporary::is_busy(folder.try_lock()) && Instant::now() < until {
        thread::sleep(Duration::from_millis(20));
    }
    Some(folder)
}
