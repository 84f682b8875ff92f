//! `olmcat build`: the project becomes a catalog image in an OCI layout.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::flavour::FlavourArgs;
use super::onto;
use super::project::{self, Project};
use super::pull_args::RegistryArgs;
use super::{ExitStatus, Ui};
use crate::diag::{Error, Report};
use crate::image;
use crate::oci::{Artifact, Platform, layout};
use crate::text::Sources;

/// Check the project, render its catalog, and write the catalog image to an OCI layout
///
/// The digest of the image is the only thing on standard output, and the same for the same input on
/// every machine. `skopeo copy oci:DIR:TAG ...` and `olmcat push --layout DIR` take it from there.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The OCI layout to write; other images in it stay.
    #[arg(long, short, default_value = "target/image", value_name = "DIR")]
    output: PathBuf,
    /// Do everything but write; findings, too, if a rendered catalog of the project is stale.
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    image: ImageArgs,
    #[command(flatten)]
    registry: RegistryArgs,
}

/// What an image is made of.
#[derive(Debug, clap::Args)]
pub(super) struct ImageArgs {
    /// The target of `catalog/olmcat.yaml` to build; the first if not given.
    #[arg(long, value_name = "NAME")]
    pub(super) target: Option<String>,
    /// Make an index of these platforms, which share the one layer: `linux/amd64,linux/arm64`.
    #[arg(long, value_delimiter = ',', value_name = "OS/ARCH")]
    platform: Vec<String>,
    /// Add the packages of the project to a published catalog, or replace them in it: an image or a
    /// folder. Every other byte of its catalog stays; what else the image holds does not.
    #[arg(long, value_name = "REF")]
    onto: Option<String>,
    /// Only these packages, of the project and of what it goes onto.
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    packages: Vec<String>,
    /// The time that files and image carry, in seconds since 1970.
    #[arg(long, env = "SOURCE_DATE_EPOCH", hide_env_values = true, value_name = "SECONDS")]
    source_date_epoch: Option<u64>,
    #[command(flatten)]
    flavour: FlavourArgs,
}

pub(super) fn run(args: &Args, root: &Path, ui: &mut Ui) -> Result<ExitStatus, Error> {
    let (sources, mut report) = (Sources::default(), Report::default());
    let project = project::check(root, &sources, &mut report, ui)?;
    if ui.report_aside(&mut report, &sources) == ExitStatus::Findings {
        return Ok(ExitStatus::Findings);
    }
    let Some((artifact, tag)) = args.image.make(&project, &args.registry, ui)? else {
        return Ok(ExitStatus::Findings);
    };
    if args.check {
        if !project.is_fresh(root, ui) {
            return Ok(ExitStatus::Findings);
        }
    } else {
        ui.step("writing the image");
        layout::write(&args.output, &artifact, &tag)?;
    }
    ui.print(&format!("{}\n", artifact.digest()))?;
    Ok(ExitStatus::Clean)
}

impl ImageArgs {
    /// Makes the image of a checked project, and says what its target is called; nothing if there are
    /// findings, which were shown.
    pub(super) fn make(
        &self,
        project: &Project<'_>,
        registry: &RegistryArgs,
        ui: &Ui,
    ) -> Result<Option<(Artifact, String)>, Error> {
        let target = project.target(self.target.as_deref())?;
        ui.step("rendering the catalog");
        let wanted: BTreeSet<String> = self.packages.iter().cloned().collect();
        let mut texts = project.texts(&target);
        texts.retain(|(package, _)| wanted.is_empty() || wanted.contains(package));
        let base = match &self.onto {
            Some(base) => {
                ui.step(format!("reading {base}"));
                onto::read(base, registry)?
            }
            None => onto::Files::new(),
        };
        let files: Vec<(String, Vec<u8>)> = if self.onto.is_none() && wanted.is_empty() {
            let files = texts.into_iter();
            files.map(|(package, text)| (format!("{package}/catalog.yaml"), text.into_bytes())).collect()
        } else {
            let (sources, mut report) = (Sources::default(), Report::default());
            let name = self.onto.as_deref().unwrap_or("the project");
            let files = onto::merge(base, name, texts, &wanted, &sources, &mut report)?;
            if ui.report_aside(&mut report, &sources) == ExitStatus::Findings {
                return Ok(None);
            }
            files.into_iter().collect()
        };
        let platforms =
            self.platform.iter().map(|platform| platform.parse::<Platform>()).collect::<Result<_, _>>()?;
        ui.step("building the image");
        let options =
            image::Options { epoch: self.source_date_epoch, platforms, ..image::Options::default() };
        Ok(Some((self.flavour.make(files, &options)?, target.name)))
    }
}
