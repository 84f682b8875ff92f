//! The options that say what an image is made of, and the way from a project or a rendered catalog to it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::flavour::FlavourArgs;
use super::large::Large;
use super::notation_args::NotationArgs;
use super::onto;
use super::project::{self, Project};
use super::registry_args::RegistryArgs;
use super::{ExitStatus, Ui};
use crate::diag::{Error, Report};
use crate::image;
use crate::load;
use crate::oci::{self, Artifact, Place, Source, Writing};
use crate::text::Sources;
use crate::trust::Input;

/// The options below, by their fields. Only the time is not among them, which documents beside an image have, too.
pub(super) const OPTIONS: [&str; 12] = [
    "target",
    "catalog",
    "onto",
    "packages",
    "from",
    "platform",
    "compression",
    "image_format",
    "labels",
    "annotations",
    "flavour",
    "server",
];

/// What an image is made of.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Image")]
pub(super) struct ImageArgs {
    /// The target of `catalog/olmcat.yaml` to build; the first if not given.
    #[arg(long, value_name = "NAME")]
    pub(super) target: Option<String>,
    /// Take this rendered catalog, a folder or a file of FBC, in the place of the project. It is checked, and packed as
    /// it is, in little memory however large it is.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["target", "onto", "packages"])]
    pub(super) catalog: Option<PathBuf>,
    /// Add the packages of the project to a published catalog, or replace them in it: an image or a
    /// folder. Every other byte of its catalog stays; what else the image holds does not.
    #[arg(long, value_name = "REF")]
    pub(super) onto: Option<String>,
    /// Only these packages, of the project and of what it goes onto.
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    pub(super) packages: Vec<String>,
    /// Put the catalog on top of an image with opm, which then serves it: `REF@sha256:...`, or one on disk. Its
    /// layers stay as they are, for each of its platforms or those of `--platform`.
    #[arg(long, value_name = "REF")]
    pub(super) from: Option<String>,
    #[command(flatten)]
    notation: NotationArgs,
    #[command(flatten)]
    flavour: FlavourArgs,
}

/// An image, and what the target is called of which it is.
pub(super) struct Built {
    pub(super) artifact: Artifact,
    pub(super) target: String,
    /// Where the settings want it published.
    pub(super) image: Option<String>,
    /// The reference of its base, from whose repository layers may be mounted.
    pub(super) base: Option<oci::Reference>,
    /// The image of its base, as it was read.
    pub(super) from: Option<Input>,
    /// The image of the catalog to which it adds, as it was read.
    pub(super) onto: Option<Input>,
}

impl Built {
    /// One that was not built here: nobody knows of what.
    pub(super) fn given(artifact: Artifact) -> Self {
        let target = "latest".to_owned();
        Built { artifact, target, image: None, base: None, from: None, onto: None }
    }

    /// Whether the catalog to which it adds is that of the same image, so that nothing was added.
    pub(super) fn is_onto_itself(&self) -> bool {
        matches!(&self.onto, Some(Input::Image(_, digest)) if *digest == self.artifact.digest())
    }
}

impl ImageArgs {
    /// Checks what the image is made of, and makes it; nothing if there are findings, which were shown. With
    /// `is_strict`, a rendered catalog of the project that is stale is one.
    pub(super) fn build(
        &self,
        root: &Path,
        registry: &RegistryArgs,
        is_strict: bool,
        ui: &Ui,
    ) -> Result<Option<Built>, Error> {
        let (options, base) = self.options(registry, ui)?;
        let from = options.base.as_ref().map(|base| Input::Image(base.name.clone(), base.artifact.digest()));
        if let Some(path) = &self.catalog {
            let Some(artifact) = packed(path, root, &self.flavour, &options, ui)? else { return Ok(None) };
            return Ok(Some(Built { base, from, ..Built::given(artifact) }));
        }
        let (sources, mut report) = (Sources::default(), Report::default());
        let project = project::check(root, &sources, &mut report, ui)?;
        if ui.report_aside(&mut report, &sources) == ExitStatus::Findings {
            return Ok(None);
        }
        let target = project.target(self.target.as_deref())?;
        let Some((artifact, onto)) = self.of_project(&project, &options, registry, ui)? else {
            return Ok(None);
        };
        if is_strict && !project.is_fresh(root, ui) {
            return Ok(None);
        }
        let image = project.settings.image;
        Ok(Some(Built { artifact, target: target.name, image, base, from, onto }))
    }

    /// Makes the image that [`ImageArgs::build`] would, of a project that was checked.
    pub(super) fn make(
        &self,
        root: &Path,
        project: &Project<'_>,
        registry: &RegistryArgs,
        ui: &Ui,
    ) -> Result<Option<Artifact>, Error> {
        let (options, _) = self.options(registry, ui)?;
        match &self.catalog {
            Some(path) => packed(path, root, &self.flavour, &options, ui),
            None => Ok(self.of_project(project, &options, registry, ui)?.map(|(artifact, _)| artifact)),
        }
    }

    /// The time that the image carries.
    pub(super) fn epoch(&self) -> Option<u64> {
        self.notation.epoch()
    }

    /// The programs that go into the image, under the names by which they were given.
    pub(super) fn servers(&self) -> Result<Vec<(String, PathBuf)>, Error> {
        self.flavour.servers()
    }

    /// What was asked for, by the names of the options; what was not is left out.
    pub(super) fn parameters(&self) -> BTreeMap<String, Value> {
        let all = [
            ("target", json!(self.target)),
            ("catalog", json!(self.catalog)),
            ("onto", json!(self.onto)),
            ("packages", json!(self.packages)),
            ("from", json!(self.from)),
            ("flavour", self.flavour.name().into()),
        ];
        let is_set = |value: &Value| match value {
            Value::Null => false,
            Value::Array(list) => !list.is_empty(),
            Value::Object(map) => !map.is_empty(),
            _ => true,
        };
        let set = all.into_iter().chain(self.notation.parameters()).filter(|(_, value)| is_set(value));
        set.map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// The first option that was given, by its name, if any was that makes a difference to the image: not the time,
    /// and nothing that is so anyway.
    pub(super) fn given(&self) -> Option<String> {
        let is_usual = |name: &str, value: &Value| match name {
            "flavour" => value == "data",
            "compression" => value == "gzip",
            "image-format" => value == "oci",
            name => name == "source-date-epoch",
        };
        let server = self.flavour.is_named().then(|| "server".to_owned());
        let parameters = self.parameters().into_iter();
        parameters.filter(|(name, value)| !is_usual(name, value)).map(|(name, _)| name).next().or(server)
    }

    fn of_project(
        &self,
        project: &Project<'_>,
        options: &image::Options,
        registry: &RegistryArgs,
        ui: &Ui,
    ) -> Result<Option<(Artifact, Option<Input>)>, Error> {
        let Some((files, onto)) = self.files(project, registry, ui)? else { return Ok(None) };
        ui.step("building the image");
        Ok(Some((self.flavour.make(&files, options)?, onto)))
    }

    /// The files of the catalog of a project, alone or merged with another, and the image of that.
    fn files(
        &self,
        project: &Project<'_>,
        registry: &RegistryArgs,
        ui: &Ui,
    ) -> Result<Option<(onto::Files, Option<Input>)>, Error> {
        let target = project.target(self.target.as_deref())?;
        if project.packages.is_empty() {
            return Err(Error::new("the project has no package yet, so there is nothing to build")
                .hint("add a bundle with `olmcat bundle add DIR --image REF`"));
        }
        ui.step("rendering the catalog");
        let wanted: BTreeSet<String> = self.packages.iter().cloned().collect();
        let mut texts = project.texts(&target);
        texts.retain(|(package, _)| wanted.is_empty() || wanted.contains(package));
        if self.onto.is_none() && wanted.is_empty() {
            let files = texts.into_iter();
            let files = files.map(|(package, text)| (format!("{package}/catalog.yaml"), text.into_bytes()));
            return Ok(Some((files.collect(), None)));
        }
        let (base, onto) = match &self.onto {
            Some(base) => {
                ui.step(format!("reading {base}"));
                onto::read(base, registry)?
            }
            None => (onto::Files::new(), None),
        };
        let (sources, mut report) = (Sources::default(), Report::default());
        let name = self.onto.as_deref().unwrap_or("the project");
        let files = onto::merge(base, name, texts, &wanted, &sources, &mut report)?;
        if ui.report_aside(&mut report, &sources) == ExitStatus::Findings {
            return Ok(None);
        }
        Ok(Some((files, onto)))
    }

    /// How the image is made, and the reference of its base.
    fn options(
        &self,
        registry: &RegistryArgs,
        ui: &Ui,
    ) -> Result<(image::Options, Option<oci::Reference>), Error> {
        let (base, reference) = match &self.from {
            Some(from) => {
                let (base, reference) = base(from, registry, ui)?;
                (Some(base), reference)
            }
            None => (None, None),
        };
        Ok((image::Options { base, ..self.notation.options() }, reference))
    }
}

/// Reads a base. One in a registry must be named by its digest, or the same input would not make the same image.
fn base(
    from: &str,
    registry: &RegistryArgs,
    ui: &Ui,
) -> Result<(image::Base, Option<oci::Reference>), Error> {
    let place = Place::parse(from)?;
    let puller = onto::puller(registry)?;
    ui.step(format!("reading {place}"));
    let reference = match &place {
        Place::Registry(reference) => Some(reference.clone()),
        Place::Layout(..) | Place::Archive(..) => None,
    };
    if let Some(reference) = reference.as_ref().filter(|reference| reference.digest().is_none()) {
        let digests = puller.digests(std::slice::from_ref(reference));
        let digest = digests.into_iter().next().transpose()?;
        let now = digest.map(|digest| format!("; it is `{}` now", reference.pinned(digest)));
        return Err(Error::new(format!("the base {reference} is named by a tag, which moves"))
            .hint(format!("name its digest{}", now.unwrap_or_default())));
    }
    let artifact = puller.artifact(&place)?;
    Ok((image::Base { name: place.to_string(), artifact }, reference))
}

/// Makes the image of a rendered catalog, of which no file is held.
fn packed(
    path: &Path,
    root: &Path,
    flavour: &FlavourArgs,
    options: &image::Options,
    ui: &Ui,
) -> Result<Option<Artifact>, Error> {
    ui.step("checking the catalog");
    if !Large::of(path).is_some_and(|large| large.is_clean()) {
        let (sources, mut report) = (Sources::default(), Report::default());
        let catalog = project::catalog(path, root, &sources, &mut report)?;
        // Rules would echo what could not be read.
        if !report.has_errors() {
            report.append(crate::rules::check_catalog(&catalog));
        }
        if ui.report_aside(&mut report, &sources) == ExitStatus::Findings {
            return Ok(None);
        }
    }
    ui.step("building the image");
    let files = if path.is_dir() { load::catalog_files(path)? } else { vec![path.to_owned()] };
    let mut named = Vec::new();
    for file in &files {
        let below = match path.is_dir() {
            true => file.strip_prefix(path).unwrap_or(file),
            false => Path::new(file.file_name().unwrap_or_default()),
        };
        let name = below.to_str().ok_or_else(|| {
            Error::new(format!("the name of {} is not UTF-8", file.display())).hint("rename the file")
        })?;
        let size = fs::metadata(file).map_err(|cause| Error::io("read", file, &cause))?.len();
        let write = move |sink: &mut dyn io::Write| {
            let fault =
                |cause| oci::Error::new(oci::Kind::File, format!("cannot read {}: {cause}", file.display()));
            io::copy(&mut fs::File::open(file).map_err(fault)?, sink).map(drop).map_err(fault)
        };
        named.push((name.to_owned(), size, Box::new(write) as Box<Writing<'_>>));
    }
    let sources: Vec<(String, Source<'_>)> =
        named.iter().map(|(name, size, write)| (name.clone(), Source::Written(*size, write))).collect();
    if flavour.is_data() {
        return Ok(Some(image::catalog(&sources, options)?));
    }
    // Its index is made of all of it.
    let mut held = onto::Files::new();
    for (name, _, write) in &named {
        let mut bytes = Vec::new();
        write(&mut bytes)?;
        held.insert(name.clone(), bytes);
    }
    Ok(Some(flavour.make(&held, options)?))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::Args as _;

    use super::*;

    #[test]
    fn no_option_is_forgotten() {
        let command = ImageArgs::augment_args(clap::Command::new("image"));
        let mut fields: BTreeSet<&str> = command.get_arguments().map(|arg| arg.get_id().as_str()).collect();
        assert!(fields.remove("source_date_epoch"));
        assert_eq!(fields, BTreeSet::from(OPTIONS));
    }
}
