//! `opm generate dockerfile`.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Component, PathBuf};

use super::Stop;
use crate::cli::{ExitStatus, Ui};
use crate::diag::Error;

const OPM: &str = "quay.io/operator-framework/opm:latest";

/// Generate a Dockerfile for a catalog image
///
/// `olmcat build` makes the image without one.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[arg(value_name = "DIRECTORY")]
    directory: PathBuf,
    /// The image that the catalog image is made of.
    #[arg(long, short = 'i', default_value = OPM, value_name = "IMAGE")]
    base_image: String,
    /// The image that fills the cache.
    #[arg(long, short, value_name = "IMAGE")]
    builder_image: Option<String>,
    /// The old name of `--base-image`, which is that of the builder, too.
    #[arg(long, hide = true, conflicts_with = "base_image")]
    binary_image: Option<String>,
    /// Further labels: `key=value`, separated by commas.
    #[arg(long, short = 'l', value_delimiter = ',', value_name = "KEY=VALUE")]
    extra_labels: Vec<String>,
}

pub(super) fn run(args: &Args, _ui: &Ui) -> Result<ExitStatus, Stop> {
    let base = args.binary_image.as_ref().unwrap_or(&args.base_image);
    let builder = args.builder_image.as_deref().or(args.binary_image.as_deref()).unwrap_or(OPM);
    if builder == "scratch" {
        return Err(Error::new("invalid builder image: \"scratch\"")
            .hint("the builder must hold `/bin/opm`")
            .into());
    }
    if base.is_empty() {
        return Err(Error::new("base image is unset")
            .hint("write `--base-image IMAGE`, or `scratch`")
            .into());
    }
    let mut labels = BTreeMap::new();
    for label in &args.extra_labels {
        let (key, value) = label.split_once('=').ok_or_else(|| {
            Error::new(format!("invalid label \"{label}\"")).hint("write labels as `key=value`")
        })?;
        labels.insert(key, value);
    }
    // `.` is called by its name; opm would write `..Dockerfile`.
    let is_named = matches!(args.directory.components().next_back(), Some(Component::Normal(_)));
    let folder = if is_named {
        args.directory.clone()
    } else {
        args.directory.canonicalize().map_err(|cause| Error::io("read", &args.directory, &cause))?
    };
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let path = folder.with_file_name(format!("{name}.Dockerfile"));
    if path.exists() {
        return Err(Error::new(format!("{} exists already", path.display())).hint("remove it first").into());
    }
    if !fs::metadata(&folder).is_ok_and(|metadata| metadata.is_dir()) {
        return Err(Error::new(format!("{} is not a folder", folder.display()))
            .hint("name the folder that holds the catalog")
            .into());
    }
    let text = dockerfile(&name, base, builder, &labels);
    let write = || OpenOptions::new().write(true).create_new(true).open(&path)?.write_all(text.as_bytes());
    write().map_err(|cause| Error::io("write", &path, &cause))?;
    Ok(ExitStatus::Clean)
}

/// The text, to the byte (opm-spec 7.8).
fn dockerfile(name: &str, base: &str, builder: &str, labels: &BTreeMap<&str, &str>) -> String {
    let mut out = format!(
        "# The builder image is expected to contain\n# /bin/opm (with serve subcommand)\nFROM {builder} as builder\n\n\
         # Copy FBC root into image at /configs and pre-populate serve cache\nADD {name} /configs\n\
         RUN [\"/bin/opm\", \"serve\", \"/configs\", \"--cache-dir=/tmp/cache\", \"--cache-only\"]\n\nFROM {base}\n"
    );
    out += if base == "scratch" {
        "# OLMv0 CatalogSources that use binary-less images must set:\n# spec:\n#   grpcPodConfig:\n\
         #     extractContent:\n#       catalogDir: /configs\n#       cacheDir: /tmp/cache\n"
    } else {
        "# The base image is expected to contain\n# /bin/opm (with serve subcommand) and /bin/grpc_health_probe\n\n\
         # Configure the entrypoint and command\nENTRYPOINT [\"/bin/opm\"]\n\
         CMD [\"serve\", \"/configs\", \"--cache-dir=/tmp/cache\"]\n"
    };
    out += "\nCOPY --from=builder /configs /configs\nCOPY --from=builder /tmp/cache /tmp/cache\n\n\
            # Set FBC-specific label for the location of the FBC root directory\n# in the image\n\
            LABEL operators.operatorframework.io.index.configs.v1=/configs\n";
    if !labels.is_empty() {
        out += "\n# Set other custom labels\n";
        for (key, value) in labels {
            // A quote would end the value.
            let value = value.replace('\\', "\\\\").replace('"', "\\\"");
            out += &format!("LABEL \"{key}\"=\"{value}\"\n");
        }
    }
    out
}
