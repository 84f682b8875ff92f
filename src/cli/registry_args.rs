//! The options of commands that talk to registries, and what the environment adds to them. They become values
//! of the room `oci`.

use std::path::PathBuf;
use std::time::Duration;

use crate::diag::Error;
use crate::oci::remote::{AuthFiles, Login, Options, Patience, Remote};
use crate::oci::{Reference, Registries};

/// How registries are talked to.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct RegistryArgs {
    /// Talk http without TLS. A registry on this machine needs no such flag.
    #[arg(long)]
    plain_http: bool,
    /// A file of certificates, PEM, to trust beside those of the system.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// The file with the logins, as docker and podman write it.
    #[arg(long, value_name = "FILE")]
    authfile: Option<PathBuf>,
    /// Mirrors, blocked and insecure registries; if not given, CONTAINERS_REGISTRIES_CONF, then the files of
    /// podman.
    #[arg(long, value_name = "FILE")]
    registries_conf: Option<PathBuf>,
    /// How often a request that failed is tried again, with growing pauses.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(..100))]
    retries: u32,
    /// The pause before the first of them, in seconds; a registry may ask for a longer one.
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = seconds, hide_short_help = true)]
    retry_delay: Duration,
    /// How long to wait for a registry's next answer, in seconds.
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    timeout: Duration,
}

impl RegistryArgs {
    /// Returns how registries are talked to. Logins are looked for where docker and podman keep them.
    pub(super) fn options(&self) -> Options {
        let usual = Patience::default();
        let connect = usual.connect.min(self.timeout);
        Options {
            patience: Patience {
                connect,
                idle: self.timeout,
                tries: self.retries + 1,
                pause: self.retry_delay,
            },
            plain_http: self.plain_http,
            login: Login::Files(self.logins()),
            ca_file: self.ca_file.clone(),
            certificates: certificates(),
            ..Options::default()
        }
    }

    /// Returns the files in which logins may be.
    pub(super) fn logins(&self) -> AuthFiles {
        logins(self.authfile.clone())
    }

    /// Returns what is said of mirrors, blocked and insecure registries.
    ///
    /// # Errors
    /// When a file cannot be read, or makes no sense.
    pub(super) fn registries(&self) -> Result<Registries, Error> {
        Ok(Registries::read(&self.files())?)
    }

    /// Prepares to talk to the repository of a reference itself, not to its mirrors.
    ///
    /// # Errors
    /// When the registry is blocked, or logins and certificates cannot be read.
    pub(super) fn remote(&self, reference: &Reference, options: Options) -> Result<Remote, Error> {
        let insecure = self.registries()?.is_insecure(reference)?;
        Ok(Remote::new(reference, Options { insecure: options.insecure || insecure, ..options })?)
    }

    /// The files of containers-registries.conf(5), in the order in which they count.
    fn files(&self) -> Vec<PathBuf> {
        if let Some(file) = self.registries_conf.clone().or_else(|| variable("CONTAINERS_REGISTRIES_CONF")) {
            return vec![file];
        }
        let folders: Vec<PathBuf> =
            [Some(PathBuf::from("/etc/containers")), own_containers()].into_iter().flatten().collect();
        // The user's file stands for the system's; of the folders beside them, both count.
        let main =
            folders.iter().rev().map(|folder| folder.join("registries.conf")).find(|file| file.is_file());
        let mut files: Vec<PathBuf> = main.into_iter().collect();
        for folder in &folders {
            let entries = std::fs::read_dir(folder.join("registries.conf.d")).into_iter().flatten().flatten();
            let mut more: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
            more.retain(|file| file.extension().is_some_and(|extension| extension == "conf"));
            more.sort();
            files.extend(more);
        }
        files
    }
}

/// Returns the files in which logins may be; one that is named alone counts.
pub(super) fn logins(authfile: Option<PathBuf>) -> AuthFiles {
    AuthFiles {
        explicit: authfile,
        registry_auth_file: variable("REGISTRY_AUTH_FILE"),
        docker_config: variable("DOCKER_CONFIG"),
        home: variable("HOME"),
        xdg_runtime_dir: variable("XDG_RUNTIME_DIR"),
        xdg_config_home: variable("XDG_CONFIG_HOME"),
        path: std::env::var_os("PATH"),
    }
}

/// The folders of containers-certs.d(5), the user's first.
fn certificates() -> Vec<PathBuf> {
    let docker = variable("HOME").map(|home| home.join(".docker"));
    let own = [own_containers(), docker].into_iter().flatten();
    let all = own.chain(["/etc/containers".into(), "/etc/docker".into()]);
    all.map(|folder| folder.join("certs.d")).collect()
}

/// The user's settings of podman and its relatives.
fn own_containers() -> Option<PathBuf> {
    let own = variable("XDG_CONFIG_HOME").or_else(|| Some(variable("HOME")?.join(".config")));
    own.map(|own| own.join("containers"))
}

/// Returns a path from the environment; one that is empty is none.
pub(super) fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Reads a time in seconds: `60`, `0.5`.
fn seconds(text: &str) -> Result<Duration, String> {
    let number = text.parse().ok().filter(|number| (0.001..=86_400.0).contains(number));
    number
        .map(Duration::from_secs_f64)
        .ok_or_else(|| format!("`{text}` is not a time, such as `30` or `0.5`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_times() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for text in ["", "0", "-1", "inf", "NaN", "1e9", "1m"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
