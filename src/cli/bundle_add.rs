//! `olmcat bundle add`: the next version enters the project.

use std::fs;
use std::path::{Path, PathBuf};

use super::choice::Choice;
use super::listing::{self, Archetype};
use super::project::{SETTINGS, SMALL, below};
use super::rulebook::Rulebook;
use super::schema::Schema;
use super::{ExitStatus, Ui, stage};
use crate::catalog::check_image_reference;
use crate::diag::{Diagnostic, Error, Report};
use crate::import;
use crate::load;
use crate::rules;
use crate::settings::Settings;
use crate::template::Template;
use crate::text::{FileId, Sources, yaml};

/// Add a bundle to the project: its files, its place in the template, its image
///
/// The files go to `bundles/<package>/<version>` with canonical names and key order, the reference of
/// the image to `catalog/<package>/template.yaml`, comments kept. Nothing is written if the bundle has
/// faults that OLM would refuse.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The bundle: a folder with `manifests` and `metadata`.
    #[arg(value_name = "DIR")]
    bundle: PathBuf,
    /// The reference of its image; by the pattern in `catalog/olmcat.yaml` if not given. One that the
    /// pattern does not make is added to the settings.
    #[arg(long, value_name = "REF")]
    image: Option<String>,
    /// The archetypes of the template to list it in; `stable` if not given and it is in none yet.
    #[arg(long, value_enum, value_delimiter = ',')]
    channel: Vec<Archetype>,
    /// Drop the descriptions in CRD schemas, which are most of a CRD's size. Every field name, type
    /// and constraint stays.
    #[arg(long)]
    strip_descriptions: bool,
    /// A Markdown file that becomes the description of the CSV.
    #[arg(long, value_name = "FILE")]
    description: Option<PathBuf>,
    /// A picture (svg, png, jpg, gif) that becomes the icon of the CSV.
    #[arg(long, value_name = "FILE")]
    icon: Option<PathBuf>,
    /// Replace the version if the project has it already.
    #[arg(long)]
    force: bool,
}

impl Args {
    /// The first bundle of a project, as it is.
    pub(super) fn new(bundle: &Path, image: &str) -> Self {
        Args {
            bundle: bundle.to_owned(),
            image: Some(image.to_owned()),
            channel: Vec::new(),
            strip_descriptions: false,
            description: None,
            icon: None,
            force: false,
        }
    }
}

pub(super) fn run(args: &Args, root: &Path, ui: &mut Ui) -> Result<ExitStatus, Error> {
    let status = add(args, root, ui)?;
    if status == ExitStatus::Clean {
        ui.note("run `olmcat render` to bring the catalog up to date");
    }
    Ok(status)
}

/// Adds a bundle; the catalog is not rendered.
pub(super) fn add(args: &Args, root: &Path, ui: &mut Ui) -> Result<ExitStatus, Error> {
    let (sources, mut report) = (Sources::default(), Report::default());
    ui.step(format!("checking {}", args.bundle.display()));
    let bundle = load::bundle(&args.bundle, &sources, &mut report)?;
    report.append(rules::check_bundle(&bundle, &rules::Context::default()));
    // What is wrong with the settings is said below.
    let (own, mut faults) = (Sources::default(), Report::default());
    if let Ok(book) = Rulebook::read(root, &Choice::default(), &own, &mut faults)
        && !faults.has_errors()
    {
        book.apply(&mut report, &sources, false, ui)?;
    }
    if ui.report_aside(&mut report, &sources) == ExitStatus::Findings {
        return Ok(ExitStatus::Findings);
    }
    let (package, version) = (bundle.package(), bundle.version());
    for (what, name) in [("package", &package), ("version", &version)] {
        if name.is_empty() || name.contains(['/', '\\']) || name.starts_with('.') {
            return Err(Error::new(format!("{what} `{name}` cannot name a folder")).hint("mend the bundle"));
        }
    }
    for manifest in &bundle.manifests {
        if !manifest.lost.is_empty() {
            let name = sources.get(manifest.file).name();
            return Err(Error::new(format!(
                "{name} has more than one document, and OLM reads only the first"
            ))
            .hint("put each object into a file of its own"));
        }
    }

    // Everything is prepared before anything is written. What was found in the bundle is printed already.
    let mut report = Report::default();
    let settings_path = below(root, SETTINGS);
    let old_settings = present(&settings_path, &sources, &mut report);
    if let Some(file) = old_settings {
        Settings::read(&sources, file, &mut report);
    }
    let template_path = below(root, "catalog").join(package.as_ref()).join("template.yaml");
    let old_template = present(&template_path, &sources, &mut report);
    if ui.report_aside(&mut report, &sources) == ExitStatus::Findings {
        return Ok(ExitStatus::Findings);
    }
    let text = |file: Option<FileId>| file.map(|file| sources.get(file).text().to_owned());
    let (old_settings, old_text) = (text(old_settings), text(old_template));
    let (image, settings) = settings(args, &package, &version, old_settings.as_deref())?;
    let template = match template(args, &image, old_text.clone(), &template_path) {
        Ok(template) => template,
        Err(error) => {
            // What is wrong with the template is a better reason than that it cannot be edited.
            let mut report = Report::default();
            old_template.map(|file| Template::read(&sources, file, &mut report));
            return match ui.report_aside(&mut report, &sources) {
                ExitStatus::Findings => Ok(ExitStatus::Findings),
                _ => Err(error),
            };
        }
    };
    let options = import::Options {
        strip_descriptions: args.strip_descriptions,
        description: args.description.as_deref().map(text_of).transpose()?,
        icon: args.icon.as_deref().map(icon).transpose()?,
    };
    let files = import::files(&bundle, &options);

    let folder = below(root, "bundles").join(package.as_ref()).join(version.as_ref());
    let mut staged = Vec::new();
    for (path, old, new) in [(template_path, old_text, template), (settings_path, old_settings, settings)] {
        if old.as_ref() != Some(&new) {
            let parent = path.parent().unwrap_or(root);
            fs::create_dir_all(parent).map_err(|cause| Error::io("create", parent, &cause))?;
            staged.push((stage(&path, new.as_bytes())?, path));
        }
    }
    write_bundle(&folder, &files, args.force)?;
    ui.note(&format!("wrote {} ({} files)", folder.display(), files.len()));
    for (file, path) in staged {
        file.put()?;
        ui.note(&format!("wrote {}", path.display()));
    }
    Ok(ExitStatus::Clean)
}

/// Reads a file of the project that there may be. One that cannot be read, or written back as it
/// was, is a finding.
fn present(path: &Path, sources: &Sources, report: &mut Report) -> Option<FileId> {
    let file = load::exists(path).then(|| load::text(path, SMALL, sources, report)).flatten()?;
    if let Some(offset) = sources.get(file).invalid_utf8() {
        report.push(Diagnostic::invalid_utf8(file, offset));
    }
    Some(file)
}

fn text_of(path: &Path) -> Result<String, Error> {
    String::from_utf8(load::read_file(path, SMALL)?)
        .map_err(|_| Error::new(format!("{} is not UTF-8", path.display())).hint("save the file as UTF-8"))
}

fn icon(path: &Path) -> Result<(String, Vec<u8>), Error> {
    let bytes = load::read_file(path, 1 << 20)?;
    let media_type = match path.extension().and_then(|extension| extension.to_str()) {
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("gif") => "image/gif",
        _ => {
            return Err(Error::new(format!("{} is no picture that OLM shows", path.display()))
                .hint("use a file that ends in .svg, .png, .jpg or .gif"));
        }
    };
    Ok((media_type.to_owned(), bytes))
}

/// Returns the reference of the bundle's image, and the settings in which it is found.
fn settings(
    args: &Args,
    package: &str,
    version: &str,
    text: Option<&str>,
) -> Result<(String, String), Error> {
    let text = text.unwrap_or_default().to_owned();
    let (sources, mut report) = (Sources::default(), Report::default());
    let file = sources.add("catalog/olmcat.yaml", text.clone().into_bytes());
    let settings = Settings::read(&sources, file, &mut report)
        .ok_or_else(|| Error::new("the settings have faults").hint("run `olmcat validate`"))?;
    let known = settings.image_of(package, version);
    let image = match (&args.image, known.clone()) {
        (Some(image), _) => image.clone(),
        (None, Some(image)) => image,
        (None, None) => {
            return Err(Error::new(format!(
                "the settings do not know where the images of package `{package}` are"
            ))
            .hint("say it with `--image REF`"));
        }
    };
    if let Err(why) = check_image_reference(&image) {
        return Err(Error::new(format!("`{image}` is no image reference: {why}"))
            .hint("write `<host>/<repository>:<tag>`"));
    }
    if known.as_ref() == Some(&image) {
        return Ok((image, text));
    }
    let pattern = image.replace(version, "{version}");
    let edited = if settings.packages.contains_key(package) {
        let entry = format!("{version}: {image}");
        yaml::edit::append_entry(&text, &["packages", package, "overrides"], &entry).or_else(|| {
            yaml::edit::append_entry(&text, &["packages", package], &format!("overrides:\n  {entry}"))
        })
    } else {
        let entry = format!("{package}:\n  image: {pattern}");
        let indented = entry.replace('\n', "\n  ");
        let whole = format!("{text}packages:\n  {indented}\n");
        let has_packages = text.lines().any(|line| line.starts_with("packages:"));
        yaml::edit::append_entry(&text, &["packages"], &entry).or_else(|| (!has_packages).then_some(whole))
    };
    // What was edited must read back; if not, the file is written in a way that we do not edit.
    let edited = edited.filter(|text| {
        let (sources, mut report) = (Sources::default(), Report::default());
        let file = sources.add("catalog/olmcat.yaml", text.clone().into_bytes());
        let settings = Settings::read(&sources, file, &mut report);
        settings.and_then(|settings| settings.image_of(package, version)).as_ref() == Some(&image)
    });
    let by_hand = || {
        Error::new("catalog/olmcat.yaml is written in a way that cannot be edited here").hint(format!(
            "add by hand, below `packages`: `{package}: {{overrides: {{{version}: {image}}}}}`"
        ))
    };
    Ok((image.clone(), edited.ok_or_else(by_hand)?))
}

/// Returns the template with the image listed in the chosen archetypes.
fn template(args: &Args, image: &str, old: Option<String>, path: &Path) -> Result<String, Error> {
    let text = old.unwrap_or_else(|| {
        let schema = path.ancestors().nth(2).map(|catalog| catalog.join(Schema::Template.file()));
        // Editors complain of a schema that is not there.
        let has_schema = schema.is_some_and(|schema| schema.is_file());
        let directive = if has_schema { Schema::Template.directive(1) } else { String::new() };
        directive
            + "# The published versions, from which channels and edges follow; `olmcat bundle add` adds to it.\n\
         schema: olm.semver\ngenerateMajorChannels: true\ngenerateMinorChannels: false\n"
    });
    match args.channel.as_slice() {
        [] if !listing::archetypes_of(&text, image).is_empty() => Ok(text),
        [] => listing::list(text, image, Archetype::Stable, path),
        wanted => {
            wanted.iter().try_fold(text, |text, archetype| listing::list(text, image, *archetype, path))
        }
    }
}

/// Writes the files beside, then moves the whole folder to its place.
fn write_bundle(folder: &Path, files: &[(String, String)], force: bool) -> Result<(), Error> {
    if folder.exists() && !force {
        return Err(Error::new(format!("{} exists already", folder.display()))
            .hint("a published version does not change; replace one that is not published with `--force`"));
    }
    let package = folder.parent().unwrap_or(Path::new("."));
    let beside = package.join(format!(".{}.tmp", std::process::id()));
    let write = || -> Result<(), Error> {
        for (name, text) in files {
            let path = beside.join(name);
            let parent = path.parent().unwrap_or(&beside);
            fs::create_dir_all(parent).map_err(|cause| Error::io("create", parent, &cause))?;
            fs::write(&path, text).map_err(|cause| Error::io("write", &path, &cause))?;
        }
        let old = package.join(format!(".{}.old", std::process::id()));
        if folder.exists() {
            fs::rename(folder, &old).map_err(|cause| Error::io("replace", folder, &cause))?;
        }
        if let Err(cause) = fs::rename(&beside, folder) {
            // The old version comes back before anybody misses it.
            let _ = fs::rename(&old, folder);
            return Err(Error::io("write", folder, &cause));
        }
        let _ = fs::remove_dir_all(&old);
        Ok(())
    };
    write().inspect_err(|_| {
        let _ = fs::remove_dir_all(&beside);
    })
}
