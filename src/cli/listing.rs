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
    let lists = |archetype: &&Archetype| spelling(text, image, **archetype).is_some();
    Archetype::value_variants().iter().filter(lists).copied().collect()
}

/// Returns the template with an image in the list of an archetype, comments kept. One that another archetype lists
/// with a digest keeps it.
///
/// # Errors
/// When the template is written in a way that cannot be edited here; it says what to add by hand.
pub(super) fn list(text: String, image: &str, archetype: Archetype, path: &Path) -> Result<String, Error> {
    if spelling(&text, image, archetype).is_some() {
        return Ok(text);
    }
    let mut elsewhere = Archetype::value_variants().iter();
    let known = elsewhere.find_map(|archetype| spelling(&text, image, *archetype));
    let (name, item) = (archetype.name(), format!("image: {}", known.as_deref().unwrap_or(image)));
    let block = format!("{text}{name}:\n  bundles:\n  - {item}\n");
    let edited = yaml::edit::append_item(&text, &[name, "bundles"], &item).unwrap_or(block);
    if spelling(&edited, image, archetype).is_some() {
        return Ok(edited);
    }
    Err(Error::new(format!("{} is written in a way that cannot be edited here", path.display()))
        .hint(format!("add by hand, below `{name}.bundles`: `- {item}`")))
}

/// How an archetype of a template lists an image, with a digest or without; none if it does not, or cannot be read.
fn spelling(text: &str, image: &str, archetype: Archetype) -> Option<String> {
    let (sources, mut report) = (Sources::default(), Report::default());
    let file = sources.add("template.yaml", text.to_owned().into_bytes());
    let template = Template::read(&sources, file, &mut report)?;
    let listed = template.listed(archetype.name());
    listed.into_iter().find(|listed| listed == image || without_digest(listed) == image)
}
