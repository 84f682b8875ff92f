//! The options of commands that talk to registries, and what the environment adds to them. They become values
//! of the room `oci`.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::Ui;
use crate::diag::{Error, Report};
use crate::load::{self, Image};
use crate::oci::remote::{self, AuthFiles, Login, Patience};
use crate::oci::{CACHE_LIMIT, Cache, Limits, Platform, PullOptions, Puller, Reference, Registries};
use crate::text::Sources;

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
    /// How often a request that failed is tried again, with growing pauses.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(..100))]
    retries: u32,
    /// How long to wait for a registry's next answer, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..86_400))]
    timeout: u64,
}

/// Where pulled images are kept.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct CacheArgs {
    /// The folder of pulled images; if not given, that of OLMCAT_CACHE, then `olmcat` in XDG_CACHE_HOME or
    /// `~/.cache`.
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
    /// How much of them is kept, such as `500M`; what was not used for the longest time goes first [default:
    /// 4G].
    #[arg(long, value_name = "SIZE", value_parser = size, hide_short_help = true)]
    cache_size: Option<u64>,
}

/// How images are pulled.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Images")]
pub(super) struct PullArgs {
    #[command(flatten)]
    registry: RegistryArgs,
    #[command(flatten)]
    cache: CacheArgs,
    /// The image to take of one that has several, such as `linux/arm64`; if not given, that of this machine
    /// or the only one.
    #[arg(long)]
    platform: Option<Platform>,
    /// Mirrors, blocked and insecure registries; if not given, CONTAINERS_REGISTRIES_CONF, then the files of
    /// podman.
    #[arg(long, value_name = "FILE")]
    registries_conf: Option<PathBuf>,
    /// The most bytes that all layers of an image unpack to [default: 8G].
    #[arg(long, value_name = "SIZE", value_parser = size, hide_short_help = true)]
    max_unpacked: Option<u64>,
    /// The most bytes of all files of a bundle or catalog in an image [default: 4G].
    #[arg(long, value_name = "SIZE", value_parser = size, hide_short_help = true)]
    max_kept: Option<u64>,
    /// The most bytes of one such file [default: 1G].
    #[arg(long, value_name = "SIZE", value_parser = size, hide_short_help = true)]
    max_file: Option<u64>,
    /// The most files and folders in an image [default: 500000].
    #[arg(long, value_name = "NUMBER", hide_short_help = true)]
    max_entries: Option<usize>,
    /// The most bytes of a path or a link in an image [default: 4096].
    #[arg(long, value_name = "NUMBER", hide_short_help = true)]
    max_path: Option<usize>,
}

impl RegistryArgs {
    /// Returns how registries are talked to. Logins are looked for where docker and podman keep them.
    pub(super) fn options(&self) -> remote::Options {
        let files = AuthFiles {
            explicit: self.authfile.clone(),
            registry_auth_file: variable("REGISTRY_AUTH_FILE"),
            docker_config: variable("DOCKER_CONFIG"),
            home: variable("HOME"),
            xdg_runtime_dir: variable("XDG_RUNTIME_DIR"),
            xdg_config_home: variable("XDG_CONFIG_HOME"),
            path: std::env::var_os("PATH"),
        };
        let usual = Patience::default();
        let idle = Duration::from_secs(self.timeout);
        let connect = usual.connect.min(idle);
        remote::Options {
            patience: Patience { connect, idle, tries: self.retries + 1, ..usual },
            plain_http: self.plain_http,
            login: Login::Files(files),
            ca_file: self.ca_file.clone(),
            ..remote::Options::default()
        }
    }
}

impl CacheArgs {
    /// Returns the cache. Nothing is made or read yet.
    pub(super) fn open(&self) -> Result<Cache, Error> {
        let usual = || {
            let caches = variable("XDG_CACHE_HOME").or_else(|| Some(variable("HOME")?.join(".cache")));
            caches.map(|caches| caches.join("olmcat"))
        };
        let folder = self.cache.clone().or_else(|| variable("OLMCAT_CACHE")).or_else(usual);
        let folder = folder.ok_or_else(|| {
            Error::new("no folder to keep pulled images in: HOME is not set")
                .hint("name one with `--cache DIR`")
        })?;
        Ok(Cache::new(&folder, self.cache_size.unwrap_or(CACHE_LIMIT), SystemTime::now()))
    }
}

/// The options as they are when none is given, for a command line that has none of them.
#[derive(clap::Parser)]
struct Usual {
    #[command(flatten)]
    pull: PullArgs,
}

impl Usual {
    fn pull() -> PullArgs {
        <Usual as clap::Parser>::parse_from(["olmcat"]).pull
    }
}

/// Returns how images are pulled when no option says it.
pub(super) fn pull_options(insecure: bool) -> Result<PullOptions, Error> {
    let mut options = Usual::pull().options()?;
    options.remote.insecure = insecure;
    Ok(options)
}

/// Returns the cache that is used when no option names one.
pub(super) fn usual_cache() -> Result<Cache, Error> {
    Usual::pull().cache.open()
}

impl PullArgs {
    /// The options as they are when none is given.
    pub(super) fn usual() -> Self {
        Usual::pull()
    }

    /// Makes the puller of a run. Nobody is asked yet.
    pub(super) fn puller(&self) -> Result<Puller, Error> {
        Ok(Puller::new(self.cache.open()?, self.options()?))
    }

    fn options(&self) -> Result<PullOptions, Error> {
        let usual = Limits::default();
        let limits = Limits {
            unpacked: self.max_unpacked.unwrap_or(usual.unpacked),
            kept: self.max_kept.unwrap_or(usual.kept),
            file: self.max_file.unwrap_or(usual.file),
            entries: self.max_entries.unwrap_or(usual.entries),
            path: self.max_path.unwrap_or(usual.path),
        };
        Ok(PullOptions {
            remote: self.registry.options(),
            registries: Registries::read(&self.registries_files())?,
            platform: self.platform.clone(),
            limits,
            ..PullOptions::default()
        })
    }

    /// Loads the images among some arguments: those that name nothing on disk. The answers are in the order
    /// of the arguments.
    pub(super) fn images<'s>(
        &self,
        arguments: &[PathBuf],
        sources: &'s Sources,
        report: &mut Report,
        ui: &Ui,
    ) -> Result<Vec<Option<Image<'s>>>, Error> {
        let is_image: Vec<bool> = arguments.iter().map(|path| !is_on_disk(path)).collect();
        let images = arguments.iter().zip(&is_image).filter(|(_, is_image)| **is_image);
        let references = images.map(|(path, _)| reference(path)).collect::<Result<Vec<_>, _>>()?;
        if references.is_empty() {
            return Ok(arguments.iter().map(|_| None).collect());
        }
        ui.step(match references.as_slice() {
            [only] => format!("pulling {only}"),
            several => format!("pulling {} images", several.len()),
        });
        let mut loaded = load::images(&references, &self.puller()?, sources, report).into_iter();
        let next = |is_image: bool| if is_image { loaded.next().transpose() } else { Ok(None) };
        is_image.into_iter().map(next).collect()
    }

    /// The files of containers-registries.conf(5), in the order in which they count.
    fn registries_files(&self) -> Vec<PathBuf> {
        if let Some(file) = self.registries_conf.clone().or_else(|| variable("CONTAINERS_REGISTRIES_CONF")) {
            return vec![file];
        }
        let own = variable("XDG_CONFIG_HOME").or_else(|| Some(variable("HOME")?.join(".config")));
        let folders = [Some(PathBuf::from("/etc/containers")), own.map(|own| own.join("containers"))];
        let folders: Vec<PathBuf> = folders.into_iter().flatten().collect();
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

/// Whether an argument is a path. What cannot be looked at is one as well: the error then says why.
fn is_on_disk(path: &Path) -> bool {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    let looked = std::fs::symlink_metadata(path);
    !looked.is_err_and(|cause| matches!(cause.kind(), NotFound | NotADirectory))
}

/// Reads an argument that names nothing on disk as a reference.
fn reference(path: &Path) -> Result<Reference, Error> {
    let text = path.display().to_string();
    Reference::parse(&text).map_err(|cause| {
        let why = cause.message.replace(&format!("`{text}` is not"), "it is not");
        Error::new(format!("cannot read {text}: there is no such file or folder, and {why}"))
            .hint("check the path; write an image in full, such as `quay.io/demo/catalog:v1`")
    })
}

/// Returns a path from the environment; one that is empty is none.
fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Reads a number of bytes: `1024`, `500M`, `4GiB`.
fn size(text: &str) -> Result<u64, String> {
    let fault = || format!("`{text}` is not a size, such as `500M` or `4G`");
    let digits = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..digits].parse().map_err(|_| fault())?;
    let shift = match text[digits..].trim_start().to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kib" => 10,
        "m" | "mib" => 20,
        "g" | "gib" => 30,
        "t" | "tib" => 40,
        _ => return Err(fault()),
    };
    number.checked_mul(1 << shift).ok_or_else(fault)
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_have_units() {
        for (text, bytes) in [("0", 0), ("12b", 12), ("500M", 500 << 20), ("4 GiB", 4 << 30), ("1t", 1 << 40)]
        {
            assert_eq!(size(text), Ok(bytes));
        }
        for text in ["", "M", "1.5G", "-1", "4 apples", "99999999999999T"] {
            assert!(size(text).is_err(), "{text}");
        }
    }
}
