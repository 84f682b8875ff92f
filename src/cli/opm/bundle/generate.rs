//! `opm alpha bundle generate`.

use std::fs;
use std::path::{Path, PathBuf};

use super::metadata::Metadata;
use crate::cli::opm::Stop;
use crate::cli::{ExitStatus, Ui, stage};
use crate::diag::Error;
use crate::load;

/// Generate `metadata/annotations.yaml` and `bundle.Dockerfile`
#[derive(Debug, clap::Args)]
pub(in crate::cli::opm) struct Args {
    #[command(flatten)]
    pub(super) bundle: BundleArgs,
    /// The image that the Dockerfile begins with.
    #[arg(long, default_value = "scratch", value_name = "IMAGE")]
    base_image: String,
}

/// The bundle to be.
#[derive(Debug, clap::Args)]
pub(super) struct BundleArgs {
    /// The folder of the manifests.
    #[arg(long, short, value_name = "DIR")]
    directory: PathBuf,
    /// The package.
    #[arg(long, short, default_value = "")]
    package: String,
    /// Its channels, separated by commas.
    #[arg(long, short, default_value = "")]
    channels: String,
    /// Its default channel.
    #[arg(long, short = 'e', default_value = "", value_name = "CHANNEL")]
    default: String,
    /// Where to put copies of the manifests, and the metadata.
    #[arg(long, short = 'u', value_name = "DIR")]
    output_dir: Option<PathBuf>,
}

/// A bundle whose files are in place.
pub(super) struct Generated {
    pub(super) metadata: Metadata,
    pub(super) manifests: PathBuf,
    pub(super) folder: PathBuf,
}

pub(super) fn run(args: &Args, ui: &Ui) -> Result<ExitStatus, Stop> {
    let generated = generate(&args.bundle, true, ui)?;
    let path = Path::new("bundle.Dockerfile");
    stage(path, dockerfile(&generated, &args.base_image)?.as_bytes())?.put()?;
    ui.note(&format!("wrote {}", path.display()));
    Ok(ExitStatus::Clean)
}

/// Writes the metadata. Without `overwrite`, one that is there must say the same.
pub(super) fn generate(args: &BundleArgs, overwrite: bool, ui: &Ui) -> Result<Generated, Error> {
    let metadata = Metadata::of(&args.directory, &args.package, &args.channels, &args.default)?;
    let (manifests, folder) = match &args.output_dir {
        None => {
            let full = args.directory.canonicalize();
            let full = full.map_err(|cause| Error::io("read", &args.directory, &cause))?;
            let parent = full.parent().unwrap_or(Path::new("/")).to_owned();
            (args.directory.clone(), parent.join("metadata"))
        }
        Some(out) => {
            copy(&args.directory, &out.join("manifests"))?;
            (out.join("manifests"), out.join("metadata"))
        }
    };
    let path = folder.join("annotations.yaml");
    if !overwrite && path.exists() {
        compare(&path, &metadata)?;
    } else {
        fs::create_dir_all(&folder).map_err(|cause| Error::io("create", &folder, &cause))?;
        stage(&path, metadata.yaml().as_bytes())?.put()?;
        ui.note(&format!("wrote {}", path.display()));
    }
    Ok(Generated { metadata, manifests, folder })
}

fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    fs::create_dir_all(to).map_err(|cause| Error::io("create", to, &cause))?;
    for entry in fs::read_dir(from).map_err(|cause| Error::io("read", from, &cause))? {
        let entry = entry.map_err(|cause| Error::io("read", from, &cause))?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            stage(&target, &load::read_file(&entry.path(), load::LIMIT)?)?.put()?;
        }
    }
    Ok(())
}

/// Checks that annotations that are there say what would be written.
fn compare(path: &Path, metadata: &Metadata) -> Result<(), Error> {
    let (sources, mut report) = (crate::text::Sources::default(), crate::diag::Report::default());
    let file = load::text(path, 1 << 20, &sources, &mut report);
    let text = file.map(|file| sources.get(file).text()).unwrap_or_default();
    let tree = crate::text::yaml::read(text, 0..text.len()).map_err(|fault| {
        Error::new(format!("cannot read {}: {}", path.display(), fault.message)).hint("mend the file")
    })?;
    for (key, wanted) in metadata.annotations() {
        let found = tree.root().and_then(|root| root.get("annotations")?.get(key));
        let found = found.map(|value| value.text().to_owned());
        if found.as_deref() != Some(wanted) {
            let found = found.map_or("is missing".to_owned(), |found| format!("is `{found}`"));
            return Err(Error::new(format!("{}: `{key}` {found}, and should be `{wanted}`", path.display()))
                .hint("mend the file, or write it anew with `--overwrite`"));
        }
    }
    Ok(())
}

/// The text, to the byte.
fn dockerfile(generated: &Generated, base: &str) -> Result<String, Error> {
    let mut out = format!("FROM {base}\n\n");
    let annotations = generated.metadata.annotations();
    for (key, value) in &annotations {
        out += &format!("LABEL {key}={value}\n");
    }
    if !generated.metadata.default_channel.is_empty() {
        out.push('\n');
    }
    let current = Path::new(".").canonicalize().map_err(|cause| Error::io("read", Path::new("."), &cause))?;
    for (folder, target) in [(&generated.manifests, "/manifests/"), (&generated.folder, "/metadata/")] {
        let full = folder.canonicalize().map_err(|cause| Error::io("read", folder, &cause))?;
        let shown = full.strip_prefix(&current).unwrap_or(&full);
        out += &format!("COPY {} {target}\n", shown.display());
    }
    Ok(out)
}
