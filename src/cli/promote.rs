//! `olmcat promote`: a version that has proved itself enters the channels of the next archetype.

use std::path::Path;

use super::choice::Choice;
use super::listing::{self, Archetype};
use super::project::{SETTINGS, SMALL, below, no_project};
use super::rulebook::Rulebook;
use super::{ExitStatus, Ui, stage};
use crate::diag::{Error, Report};
use crate::load;
use crate::text::Sources;

/// List a version in another archetype of its template
///
/// `olmcat promote demo 1.2.0 stable` lets version 1.2.0 of package `demo`, which the template lists in
/// `candidate` or `fast`, into the stable channels, too. Everything else in the template stays as it is,
/// comments included. Without a project nothing is known about images, so it must be run in one.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The package.
    #[arg(value_name = "PACKAGE")]
    package: String,
    /// The version of the bundle, as its CSV writes it.
    #[arg(value_name = "VERSION")]
    version: String,
    /// The archetype whose channels the version enters.
    #[arg(value_name = "CHANNEL", value_enum)]
    channel: Archetype,
}

pub(super) fn run(args: &Args, root: &Path, ui: &Ui) -> Result<ExitStatus, Error> {
    let (sources, mut report) = (Sources::default(), Report::default());
    if !load::exists(&below(root, SETTINGS)) {
        return Err(no_project(root));
    }
    let book = Rulebook::read(root, &Choice::default(), &sources, &mut report)?;
    let path = below(root, "catalog").join(&args.package).join("template.yaml");
    let file = load::exists(&path).then(|| load::text(&path, SMALL, &sources, &mut report)).flatten();
    if ui.report_aside(&mut report, &sources) == ExitStatus::Findings {
        return Ok(ExitStatus::Findings);
    }
    let Some(file) = file else {
        return Err(Error::new(format!("package `{}` has no template {}", args.package, path.display()))
            .hint("`olmcat list packages` says which packages there are"));
    };
    let image = book.settings.image_of(&args.package, &args.version).ok_or_else(|| {
        Error::new(format!("the settings do not know where the images of package `{}` are", args.package))
            .hint(format!("add `packages.{}.image` to {SETTINGS}", args.package))
    })?;
    let text = sources.get(file).text().to_owned();
    let listed = listing::archetypes_of(&text, &image);
    if listed.is_empty() {
        return Err(Error::new(format!("{} does not list `{image}`", path.display()))
            .hint("add the bundle first, with `olmcat bundle add`"));
    }
    let name = args.channel.name();
    if listed.contains(&args.channel) {
        ui.note(&format!("version {} is in the {name} channels already", args.version));
        return Ok(ExitStatus::Clean);
    }
    let edited = listing::list(text, &image, args.channel, &path)?;
    stage(&path, edited.as_bytes())?.put()?;
    ui.note(&format!("wrote {}\nrun `olmcat render` to bring the catalog up to date", path.display()));
    Ok(ExitStatus::Clean)
}
