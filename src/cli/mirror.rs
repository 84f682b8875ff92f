//! `olmcat copy --all`: a catalog goes to a disconnected site, with every image that it needs.

use std::collections::{BTreeMap, BTreeSet};

use clap::ValueEnum;

use super::ExitStatus;
use super::beside::open;
use super::companions::{self, Companion};
use super::copy::{Way, write};
use crate::catalog;
use crate::diag::{Error, Report};
use crate::image::CONFIGS_LABEL;
use crate::load::{self, Image};
use crate::oci::layout::Layout;
use crate::oci::{Artifact, Place, Puller, Reference, archive, companion_name};
use crate::text::Sources;

/// How a cluster is told where the copies are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Mirrors {
    /// ImageDigestMirrorSet and ImageTagMirrorSet.
    Openshift,
    /// Tables of `registries.conf`, for podman and CRI-O.
    RegistriesConf,
}

/// An image on its way.
struct Copied {
    /// What it is called where it comes from: a reference, or a name within a layout.
    name: String,
    source: Place,
    artifact: Artifact,
}

/// Copies a catalog and its images. Nothing is written before all of them were found.
pub(super) fn run(
    source: &Place,
    target: &Place,
    mirrors: Option<Mirrors>,
    way: &Way<'_>,
) -> Result<ExitStatus, Error> {
    let Way { pull, puller, ui, .. } = *way;
    if let Place::Registry(prefix) = target
        && (prefix.tag(), prefix.digest()) != (None, None)
    {
        return Err(Error::new(format!("{prefix} is one image, and several are copied"))
            .hint("name the repository below which they go, without tag and digest"));
    }
    if mirrors.is_some() && !matches!(target, Place::Registry(_)) {
        return Err(Error::new(format!("{target} is on disk, where no cluster looks for copies"))
            .hint("leave out `--mirrors`, and give it when the copies go on to the registry"));
    }
    let source = catalog_in(source)?;
    ui.step(format!("reading {source}"));
    let artifact = puller.artifact(&source)?;
    let (sources, mut report) = (Sources::default(), Report::default());
    let image = artifact.image(pull.platform())?;
    let loaded = load::held(&puller.pulled(&source, &artifact, image)?, puller, &sources, &mut report)?;
    let Image::Catalog(catalog) = loaded else {
        return Err(Error::new(format!("{source} is a bundle image, not a catalog"))
            .hint("leave out `--all` to copy the image alone"));
    };
    if ui.report_aside(&mut report, &sources) == ExitStatus::Findings {
        return Ok(ExitStatus::Findings);
    }
    let names: Vec<String> = catalog::images(&catalog, None, None).into_keys().collect();
    ui.step(format!("looking for {} images", names.len()));
    let mut images = find(&names, &source, puller)?;
    let name = match &source {
        Place::Registry(reference) => reference.to_string(),
        Place::Layout(..) | Place::Archive(..) => source.name().unwrap_or_else(|| "latest".to_owned()),
    };
    let digest = artifact.digest();
    // Only if it is asked for: logins are looked up.
    let home = way.referrers.then(|| open(&source, pull.registry())).transpose()?;
    // The catalog comes last: who sees it finds its images.
    images.push(Copied { name, source, artifact });

    let beside = |image: &Copied| -> Result<Vec<Companion>, Error> {
        let Some(home) = &home else { return Ok(Vec::new()) };
        let from = home.sibling(&image.source).map_or_else(|| open(&image.source, pull.registry()), Ok)?;
        companions::find(&image.artifact, &image.source, &from, way)
    };
    let put = |image: &Copied, target: &Place| -> Result<(), Error> {
        write(&image.artifact, &image.source, target, way)?;
        companions::write(&beside(image)?, target, way)
    };
    match target {
        Place::Registry(prefix) => publish(&images, prefix, puller, &put)?,
        Place::Layout(folder, None) => {
            images
                .iter()
                .try_for_each(|image| put(image, &Place::Layout(folder.clone(), Some(image.name.clone()))))?;
        }
        Place::Archive(file, None) => {
            // It is written as a whole, so what is beside them goes in at the same time.
            let mut all: Vec<(Option<String>, Artifact)> = Vec::new();
            for image in &images {
                let named = |(tag, artifact): Companion| {
                    (tag.map(|tag| companion_name(Some(&image.name), &tag)), artifact)
                };
                all.push((Some(image.name.clone()), image.artifact.clone()));
                all.extend(beside(image)?.into_iter().map(named));
            }
            ui.step(format!("writing {target}"));
            archive::write(file, &all)?;
        }
        Place::Layout(..) | Place::Archive(..) => {
            return Err(Error::new(format!("{target} is one image, and several are copied"))
                .hint("name the layout or archive alone; images keep their names in it"));
        }
    }
    match (mirrors, target) {
        (Some(mirrors), Place::Registry(prefix)) => ui.print(&fragment(mirrors, &names, prefix)?)?,
        _ => ui.print(&format!("{digest}\n"))?,
    }
    Ok(ExitStatus::Clean)
}

/// The one catalog among several images of a layout, if none is named.
fn catalog_in(source: &Place) -> Result<Place, Error> {
    let (Place::Layout(path, None) | Place::Archive(path, None)) = source else { return Ok(source.clone()) };
    let layout = Layout::open(path)?;
    let names: Vec<Option<String>> = layout.images().map(|(name, _)| name.map(str::to_owned)).collect();
    if names.len() < 2 {
        return Ok(source.clone());
    }
    let mut catalogs = BTreeSet::new();
    for (name, entry) in layout.images() {
        let artifact = layout.named(entry)?;
        let platforms = artifact.platforms()?;
        let image = platforms.first().map(|(_, image)| *image).map_or_else(|| artifact.image(None), Ok);
        let is_catalog =
            image.is_ok_and(|image| image.labels().is_ok_and(|labels| labels.contains_key(CONFIGS_LABEL)));
        if let Some(name) = name.filter(|_| is_catalog) {
            catalogs.insert(name.to_owned());
        }
    }
    let catalogs: Vec<String> = catalogs.into_iter().collect();
    let [name] = catalogs.as_slice() else {
        return Err(Error::new(format!("{source} holds {} catalogs, not one", catalogs.len())).hint(
            if catalogs.is_empty() {
                "name the layout of a catalog image".to_owned()
            } else {
                format!("choose one of: {}", catalogs.join(", "))
            },
        ));
    };
    Ok(match source {
        Place::Layout(path, _) => Place::Layout(path.clone(), Some(name.clone())),
        _ => Place::Archive(path.clone(), Some(name.clone())),
    })
}

/// Finds images by their references: in the layout that the catalog comes from, or in their registries.
fn find(names: &[String], source: &Place, puller: &Puller) -> Result<Vec<Copied>, Error> {
    let layout = match source {
        Place::Layout(path, _) | Place::Archive(path, _) => Some((path, Layout::open(path)?)),
        Place::Registry(_) => None,
    };
    let here: BTreeSet<&str> = match &layout {
        Some((_, layout)) => layout.entries().filter_map(|(name, _)| name).collect(),
        None => BTreeSet::new(),
    };
    let one = |name: &String| -> Result<Copied, Error> {
        let place = match &layout {
            Some((path, _)) if here.contains(name.as_str()) => match source {
                Place::Layout(..) => Place::Layout((*path).clone(), Some(name.clone())),
                _ => Place::Archive((*path).clone(), Some(name.clone())),
            },
            _ => Place::Registry(Reference::parse(name)?),
        };
        Ok(Copied { name: name.clone(), artifact: puller.artifact(&place)?, source: place })
    };
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    for answer in puller.each(names, one) {
        match answer {
            Ok(image) => found.push(image),
            Err(error) => faults.push(error),
        }
    }
    match faults.len() {
        0 => Ok(found),
        1 => Err(faults.remove(0)),
        count => {
            let reasons: Vec<&str> = faults.iter().map(|error| error.message.as_str()).collect();
            let message =
                format!("{count} of {} images are not to be had: {}", names.len(), reasons.join("; "));
            let hint = faults.iter().find_map(|error| error.hint.clone());
            Err(Error::new(message).hint(hint.unwrap_or_else(|| "nothing was copied".to_owned())))
        }
    }
}

/// Pushes images with `put` below a prefix, each to the path of its own repository.
fn publish(
    images: &[Copied],
    prefix: &Reference,
    puller: &Puller,
    put: &(dyn Fn(&Copied, &Place) -> Result<(), Error> + Sync),
) -> Result<(), Error> {
    let mut targets: BTreeMap<Reference, &Copied> = BTreeMap::new();
    let mut order = Vec::new();
    for image in images {
        let target = target(&image.name, prefix, &image.artifact)?;
        match targets.get(&target) {
            Some(other) if other.artifact.digest() != image.artifact.digest() => {
                return Err(Error::new(format!(
                    "{} and {} would both become {target}, and are not the same image",
                    other.name, image.name
                ))
                .hint("copy one of them by hand to another prefix"));
            }
            Some(_) => {}
            None => {
                targets.insert(target.clone(), image);
                order.push((target, image));
            }
        }
    }
    let Some(((last, catalog), images)) = order.split_last() else { return Ok(()) };
    let send = |(target, image): &(Reference, &Copied)| put(image, &Place::Registry(target.clone()));
    for sent in puller.each(images, send) {
        sent?;
    }
    put(catalog, &Place::Registry(last.clone()))
}

/// Where an image goes: `quay.io/demo/x:v1` becomes `prefix/demo/x:v1`. One that is named by its digest gets the
/// beginning of it as a tag, since registries sweep away what has none.
fn target(name: &str, prefix: &Reference, artifact: &Artifact) -> Result<Reference, Error> {
    let (repository, tag) = match Reference::parse(name) {
        Ok(reference) => {
            let short = artifact.digest().hex()[..12].to_owned();
            (mirror(&reference, prefix), reference.tag().map_or(short, str::to_owned))
        }
        // A catalog that was built and not pushed yet has but a tag.
        Err(_) => (format!("{}/{}/catalog", prefix.host(), prefix.repository()), name.to_owned()),
    };
    Ok(Reference::parse(&format!("{repository}:{tag}"))?)
}

/// The repository of a copy.
fn mirror(source: &Reference, prefix: &Reference) -> String {
    format!("{}/{}/{}", prefix.host(), prefix.repository(), source.repository())
}

/// What a cluster is told.
fn fragment(mirrors: Mirrors, names: &[String], prefix: &Reference) -> Result<String, Error> {
    let mut by_kind: [BTreeMap<String, String>; 2] = Default::default();
    for name in names {
        let reference = Reference::parse(name)?;
        let from = format!("{}/{}", reference.host(), reference.repository());
        by_kind[usize::from(reference.digest().is_none())].insert(from, mirror(&reference, prefix));
    }
    let [digests, tags] = by_kind;
    Ok(match mirrors {
        Mirrors::RegistriesConf => {
            let all: BTreeMap<String, String> = digests.into_iter().chain(tags).collect();
            let table = |(from, to): (&String, &String)| {
                format!("[[registry]]\nlocation = \"{from}\"\n\n[[registry.mirror]]\nlocation = \"{to}\"\n")
            };
            all.iter().map(table).collect::<Vec<_>>().join("\n")
        }
        Mirrors::Openshift => {
            let document = |(kind, list, pairs): (&str, &str, &BTreeMap<String, String>)| {
                let entry = |(from, to): (&String, &String)| {
                    format!("  - source: {from}\n    mirrors:\n    - {to}\n")
                };
                let entries: String = pairs.iter().map(entry).collect();
                format!(
                    "---\napiVersion: config.openshift.io/v1\nkind: {kind}\nmetadata:\n  name: olmcat\nspec:\n  \
                     {list}:\n{entries}"
                )
            };
            [
                ("ImageDigestMirrorSet", "imageDigestMirrors", &digests),
                ("ImageTagMirrorSet", "imageTagMirrors", &tags),
            ]
            .into_iter()
            .filter(|(_, _, pairs)| !pairs.is_empty())
            .map(document)
            .collect()
        }
    })
}
