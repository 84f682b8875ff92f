//! Edits the lists of an `olm.semver` template, and leaves everything else in it as it is.

use std::path::Path;

use clap::ValueEnum;

use super::expand::without_digest;
use crate::diag::{Error, Report};
use crate::template::Template;
use crate::text::{Sources, yaml};

/// How stable a version is thought to be; the name begins the names of the channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Archetype {
    Candidate,
    Fast,
    Stable,
}

impl Archetype {
    pub(super) fn name(self) -> &'static str {
        match self {
            Archetype::Candidate => "candidate",
            Archetype::Fast => "fast",
            Archetype::Stable => "stable",
        }
    }
}

/// Returns the archetypes that list an image.
pub(super) fn archetypes_of(text: &str, image: &str) -> Vec<Archetype> {
    let lists = |archetype: &&Archetype| is_listed(text, image, **archetype);
    Archetype::value_variants().iter().filter(lists).copied().collect()
}

/// Returns the template with an image in the list of an archetype, comments kept.
///
/// # Errors
/// When the template is written in a way that cannot be edited here; it says what to add by hand.
pub(super) fn list(text: String, image: &str, archetype: Archetype, path: &Path) -> Result<String, Error> {
    if is_listed(&text, image, archetype) {
        return Ok(text);
    }
    let name = archetype.name();
    let block = format!("{text}{name}:\n  bundles:\n  - image: {image}\n");
    let edited =
        yaml::edit::append_item(&text, &[name, "bundles"], &format!("image: {image}")).unwrap_or(block);
    if is_listed(&edited, image, archetype) {
        return Ok(edited);
    }
    Err(Error::new(format!("{} is written in a way that cannot be edited here", path.display()))
        .hint(format!("add by hand, below `{name}.bundles`: `- image: {image}`")))
}

/// Whether a template lists an image in an archetype; not if it cannot be read.
fn is_listed(text: &str, image: &str, archetype: Archetype) -> bool {
    let (sources, mut report) = (Sources::default(), Report::default());
    let file = sources.add("template.yaml", text.to_owned().into_bytes());
    let template = Template::read(&sources, file, &mut report);
    template.is_some_and(|template| {
        let listed = template.listed(archetype.name());
        listed.iter().any(|listed| listed == image || without_digest(listed) == image)
    })
}
