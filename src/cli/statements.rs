//! What is attested of a catalog image: its bill of materials, and how it was built.

use clap::ValueEnum;
use serde_json::Value;

use super::{ExitStatus, Ui};
use crate::diag::{Error, Report};
use crate::load::{self, Image};
use crate::oci::{Artifact, Place, Platform, Puller};
use crate::sbom::{self, Bill, Root};
use crate::text::Sources;
use crate::trust::{CYCLONEDX, PROVENANCE, SPDX};

/// The notation of a bill of materials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Notation {
    /// CycloneDX 1.5.
    #[default]
    Cyclonedx,
    /// SPDX 2.3.
    Spdx,
}

impl Notation {
    /// The kind of statement that holds one.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Notation::Cyclonedx => CYCLONEDX,
            Notation::Spdx => SPDX,
        }
    }

    /// The media type of a document, and of an artifact that holds one.
    pub(super) fn media_type(self) -> &'static str {
        match self {
            Notation::Cyclonedx => "application/vnd.cyclonedx+json",
            Notation::Spdx => "application/spdx+json",
        }
    }
}

/// The kinds of statement that a word means, as cosign has the words; else it is the URI of a kind itself.
pub(super) fn kind_of(word: &str) -> Vec<&str> {
    match word {
        "sbom" => vec![CYCLONEDX, SPDX],
        "cyclonedx" => vec![CYCLONEDX],
        "spdx" | "spdxjson" => vec![SPDX],
        "slsaprovenance" | "slsaprovenance1" => vec![PROVENANCE],
        uri => vec![uri],
    }
}

/// The image of which a bill of materials is made.
pub(super) struct Subject<'a> {
    pub(super) artifact: &'a Artifact,
    /// Where it is, or will be.
    pub(super) place: &'a Place,
    /// Which of several; all hold the same catalog.
    pub(super) platform: Option<&'a Platform>,
    pub(super) epoch: Option<u64>,
}

/// Makes the bill of materials of a catalog image; none if its catalog cannot be read, which is told.
pub(super) fn bill(
    subject: &Subject<'_>,
    notation: Notation,
    puller: &Puller,
    ui: &Ui,
) -> Result<Option<Value>, Error> {
    let Subject { artifact, place, .. } = subject;
    let platforms = artifact.platforms()?;
    let image = match (artifact.image(subject.platform), platforms.first()) {
        (Ok(image), _) => image,
        (Err(_), Some((_, first))) if subject.platform.is_none() => first,
        (Err(error), _) => return Err(error.into()),
    };
    let (sources, mut report) = (Sources::default(), Report::default());
    let loaded = load::held(&puller.pulled(place, artifact, image)?, puller, &sources, &mut report)?;
    let Image::Catalog(catalog) = loaded else {
        return Err(Error::new(format!("{place} is a bundle image, not a catalog"))
            .hint("name a catalog image; a bundle needs what `olmcat list images` prints of its catalog"));
    };
    if ui.report_aside(&mut report, &sources) == ExitStatus::Findings {
        return Ok(None);
    }
    let reference = match place {
        Place::Registry(reference) => Some(reference.clone()),
        Place::Layout(..) | Place::Archive(..) => None,
    };
    let name = match &reference {
        Some(reference) => format!("{}/{}", reference.host(), reference.repository()),
        None => place.name().unwrap_or_else(|| "catalog".to_owned()),
    };
    let root = Root {
        name,
        reference,
        digest: artifact.digest(),
        epoch: subject.epoch,
        tool: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let bill = Bill::of(&catalog, root);
    Ok(Some(match notation {
        Notation::Cyclonedx => sbom::cyclonedx(&bill),
        Notation::Spdx => sbom::spdx(&bill),
    }))
}
