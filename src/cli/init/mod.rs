//! `olmcat init`: a new catalog repository, or what one lacks.

mod files;

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::bundle_add;
use super::project::{self, below};
use super::render;
use super::{ExitStatus, Ui};
use crate::diag::{Error, Report};
use crate::load;
use crate::oci::Reference;
use crate::text::Sources;
use files::{Choice, Ci, GITHUB_JOB, GITLAB_JOB, SOMEWHERE, files, has_action};

/// Start a catalog repository: settings, schemas for editors, jobs of CI, and a first bundle
///
/// What is there already stays as it is, so that a repository that lacks something gets it. At the end the project is
/// checked, as `olmcat validate` does.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder of the repository; the current one if not given.
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    /// The repository of the catalog image, such as `quay.io/team/catalog`, which `push` pushes to.
    #[arg(long, value_name = "REF", value_parser = repository)]
    image: Option<String>,
    /// The first bundle: a folder with `manifests` and `metadata`. It is added as `olmcat bundle add` does, and rendered.
    #[arg(long, value_name = "DIR", requires = "bundle_image")]
    bundle: Option<PathBuf>,
    /// The reference of the first bundle's image.
    #[arg(long, value_name = "REF", requires = "bundle")]
    bundle_image: Option<String>,
    /// Begin a contract, too: what an installer expects of the catalog.
    #[arg(long)]
    contract: bool,
    /// Where the catalog is checked, built and pushed.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "github", value_name = "HOST")]
    ci: Vec<Ci>,
    /// The repository that publishes olmcat, such as `https://github.com/OWNER/olmcat`: jobs and hooks take it from there.
    /// It is on github.com or on a GitLab; GitHub takes actions from github.com alone.
    #[arg(long, value_name = "URL", value_parser = home)]
    home: Option<String>,
}

pub(super) fn run(args: &Args, root: &Path, ui: &mut Ui) -> Result<ExitStatus, Error> {
    let root = args.folder.as_deref().unwrap_or(root);
    if root.exists() && !root.is_dir() {
        let message = format!("{} is a file, and a repository is a folder", root.display());
        return Err(Error::new(message).hint("name another folder"));
    }
    if args.ci.contains(&Ci::None) && args.ci.iter().any(|ci| *ci != Ci::None) {
        return Err(Error::new("`--ci none` and another host contradict one another")
            .hint("leave out `none`, or the others"));
    }
    let published = Some(env!("CARGO_PKG_REPOSITORY")).filter(|url| !url.is_empty());
    let home = args.home.as_deref().or(published);
    let home = home.unwrap_or(SOMEWHERE);
    let choice = Choice { image: args.image.as_deref(), has_contract: args.contract, ci: &args.ci, home };
    let (mut unnamed, mut secrets) = (Vec::new(), Vec::new());
    for (name, text) in files(&choice) {
        let path = below(root, &name);
        if put(&path, &text)? {
            ui.note(&format!("wrote {}", path.display()));
            if text.contains(SOMEWHERE) {
                unnamed.push(path.display().to_string());
            }
            match name.as_str() {
                GITHUB_JOB => secrets.push("REGISTRY_USERNAME and REGISTRY_PASSWORD as secrets on GitHub"),
                GITLAB_JOB => {
                    secrets.push("OLMCAT_USERNAME and OLMCAT_PASSWORD as variables on GitLab, masked")
                }
                _ => {}
            }
        } else if name.ends_with(".schema.json") && !fs::read(&path).is_ok_and(|old| old == text.as_bytes()) {
            let path = path.display();
            ui.note(&format!("kept {path}, which is of another version: `olmcat schema --write` renews it"));
        } else {
            ui.note(&format!("kept {}", path.display()));
        }
    }
    if !unnamed.is_empty() {
        let files = unnamed.join(" and ");
        let why = if has_action(home) { "" } else { ": GitHub takes actions from github.com alone" };
        ui.note(&format!(
            "name the owner of the repository that publishes olmcat, in the place of OWNER, in {files}{why}"
        ));
    }
    if let (Some(folder), Some(image)) = (&args.bundle, &args.bundle_image) {
        let status = bundle(folder, image, root, ui)?;
        if status != ExitStatus::Clean {
            return Ok(status);
        }
    }
    let (sources, mut report) = (Sources::default(), Report::default());
    let project = project::check(root, &sources, &mut report, ui)?;
    let status = ui.report_aside(&mut report, &sources);
    if status == ExitStatus::Clean {
        let is_empty = project.packages.is_empty();
        let next = if is_empty {
            "`olmcat bundle add DIR --image REF` adds the first bundle"
        } else {
            "`olmcat build` makes the image"
        };
        if !secrets.is_empty() {
            ui.note(&format!("to publish from there, make {}", secrets.join(", and ")));
        }
        ui.note(&format!("the project is in order; {next}"));
    }
    Ok(status)
}

/// Adds the first bundle and renders its catalog; one that is there stays.
fn bundle(folder: &Path, image: &str, root: &Path, ui: &mut Ui) -> Result<ExitStatus, Error> {
    let (sources, mut report) = (Sources::default(), Report::default());
    let bundle = load::bundle(folder, &sources, &mut report)?;
    let (package, version) = (bundle.package(), bundle.version());
    let path = below(root, "bundles").join(package.as_ref()).join(version.as_ref());
    // What cannot be the name of a folder is refused where bundles are added.
    let is_name = |name: &str| !name.is_empty() && !name.starts_with('.') && !name.contains('/');
    if is_name(&package) && is_name(&version) && load::exists(&path) {
        ui.note(&format!("kept {}", path.display()));
    } else {
        let status = bundle_add::add(&bundle_add::Args::new(folder, image), root, ui)?;
        if status != ExitStatus::Clean {
            return Ok(status);
        }
    }
    render::project(render::Stale::Written, root, ui)
}

/// Writes a file that is not there, and returns whether it did.
fn put(path: &Path, text: &str) -> Result<bool, Error> {
    if load::exists(path) {
        return Ok(false);
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|cause| Error::io("create", folder, &cause))?;
    // Whoever made one meanwhile wins.
    let mut file = match OpenOptions::new().write(true).create_new(true).open(path) {
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
        opened => opened.map_err(|cause| Error::io("write", path, &cause))?,
    };
    file.write_all(text.as_bytes()).map(|()| true).map_err(|cause| {
        // Half a file would be kept by the next run.
        let _ = fs::remove_file(path);
        Error::io("write", path, &cause)
    })
}

/// Reads the reference of a repository.
fn repository(text: &str) -> Result<String, String> {
    let told = |error: Error| match error.hint {
        Some(hint) => format!("{}; {hint}", error.message),
        None => error.message,
    };
    Reference::parse_repository(text).map(|_| text.to_owned()).map_err(|error| told(error.into()))
}

/// Reads the address of a repository on a code host.
fn home(text: &str) -> Result<String, String> {
    let trimmed = text.trim_end_matches('/').trim_end_matches(".git");
    let is_name = |part: &str| {
        !part.is_empty()
            && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':'))
    };
    let path: Vec<&str> =
        trimmed.strip_prefix("https://").map(|path| path.split('/').collect()).unwrap_or_default();
    // GitLab has groups in groups, GitHub has not.
    let is_deep = path.len() > 3 && path[0].eq_ignore_ascii_case("github.com");
    match path.len() >= 3 && !is_deep && path.iter().all(|part| is_name(part)) {
        true => Ok(format!("https://{}/{}", path[0].to_ascii_lowercase(), path[1..].join("/"))),
        false => Err("write `https://HOST/OWNER/REPOSITORY`".to_owned()),
    }
}
