//! The options of commands that pull images, and what the environment adds to them. They become values of the
//! room `oci`.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::Ui;
use super::registry_args::{RegistryArgs, variable};
use crate::diag::{Error, Report};
use crate::load::{self, Image};
use crate::oci::{CACHE_LIMIT, Cache, Limits, Place, Platform, PullOptions, Puller, Reference};
use crate::text::Sources;

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
            registries: self.registry.registries()?,
            platform: self.platform.clone(),
            limits,
            ..PullOptions::default()
        })
    }

    /// Loads the images among some arguments: layouts and archives, what is spelt as an image, and what names
    /// nothing on disk. The answers are in the order of the arguments.
    pub(super) fn images<'s>(
        &self,
        arguments: &[PathBuf],
        sources: &'s Sources,
        report: &mut Report,
        ui: &Ui,
    ) -> Result<Vec<Option<Image<'s>>>, Error> {
        let places = arguments.iter().map(|path| place(path)).collect::<Result<Vec<_>, _>>()?;
        let images: Vec<Place> = places.iter().flatten().cloned().collect();
        if images.is_empty() {
            return Ok(arguments.iter().map(|_| None).collect());
        }
        ui.step(match images.as_slice() {
            [only] => format!("reading {only}"),
            several => format!("reading {} images", several.len()),
        });
        let mut loaded = load::images(&images, &self.puller()?, sources, report).into_iter();
        let next = |place: Option<Place>| match place {
            Some(_) => loaded.next().transpose(),
            None => Ok(None),
        };
        places.into_iter().map(next).collect()
    }

    /// Which image of several is asked for.
    pub(super) fn platform(&self) -> Option<&Platform> {
        self.platform.as_ref()
    }

    /// How registries are talked to.
    pub(super) fn registry(&self) -> &RegistryArgs {
        &self.registry
    }
}

/// Returns the image that an argument names; none if it names a file or a folder of FBC. What cannot be looked at is
/// one of these as well: the error then says why.
pub(super) fn place(path: &Path) -> Result<Option<Place>, Error> {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    let text = path.display().to_string();
    if let Some(place) = Place::spelt(&text)? {
        return Ok(Some(place));
    }
    if let Some(place) = Place::on_disk(path) {
        return Ok(Some(place));
    }
    let looked = std::fs::symlink_metadata(path);
    if !looked.is_err_and(|cause| matches!(cause.kind(), NotFound | NotADirectory)) {
        return Ok(None);
    }
    Reference::parse(&text).map(|reference| Some(Place::Registry(reference))).map_err(|cause| {
        let why = cause.message.replace(&format!("`{text}` is not"), "it is not");
        Error::new(format!("cannot read {text}: there is no such file or folder, and {why}"))
            .hint("check the path; write an image in full, such as `quay.io/demo/catalog:v1`")
    })
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
