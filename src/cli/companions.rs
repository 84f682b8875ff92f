//! What goes along with an image that is copied: signatures, attestations and other referrers.

use std::collections::BTreeSet;

use super::beside::{SUFFIXES, connect};
use super::registry_args::RegistryArgs;
use crate::diag::Error;
use crate::oci::{Artifact, Descriptor, Digest, Place, Puller, Reference, Repository, companion_tag};

/// Signatures of bills of materials of images are the deepest that anybody makes.
const DEPTH: usize = 4;
/// More than any image has beside it that is not attacked.
const MOST: usize = 2000;

/// Copies what is beside an image and each of its platforms. In a layout with many images, tags stand behind their
/// `repository`.
pub(super) fn copy(
    artifact: &Artifact,
    source: &Place,
    target: &Place,
    repository: Option<&str>,
    registry: &RegistryArgs,
    puller: &Puller,
) -> Result<(), Error> {
    let from = open(source, registry)?;
    let mut found: Vec<(Option<String>, Descriptor)> = Vec::new();
    let mut seen: BTreeSet<Digest> = BTreeSet::new();
    let mut next: Vec<Digest> = artifact.manifests().iter().map(|manifest| manifest.digest()).collect();
    for _ in 0..DEPTH {
        let mut deeper = Vec::new();
        for subject in next.into_iter().filter(|subject| seen.insert(*subject)) {
            for suffix in SUFFIXES {
                let tag = companion_tag(subject, suffix);
                found.extend(from.named(&tag)?.map(|descriptor| (Some(tag), descriptor)));
            }
            let referrers = from.referrers(subject)?;
            deeper.extend(referrers.iter().map(|referrer| referrer.digest));
            found.extend(referrers.into_iter().map(|referrer| (None, referrer)));
            if found.len() > MOST {
                return Err(Error::new(format!(
                    "more than {MOST} artifacts refer to the images of {source}"
                ))
                .hint("delete what nobody needs; an attacker may have filled the list"));
            }
        }
        next = deeper;
    }
    if found.is_empty() {
        return Ok(());
    }
    let read = |(tag, descriptor): &(Option<String>, Descriptor)| -> Result<_, Error> {
        let artifact = match source {
            Place::Registry(reference) => {
                puller.artifact(&Place::Registry(reference.pinned(descriptor.digest)))?
            }
            Place::Layout(..) | Place::Archive(..) => from.artifact(descriptor)?,
        };
        let name = tag.as_ref().map(|tag| match repository {
            Some(repository) => format!("{repository}:{tag}"),
            None => tag.clone(),
        });
        Ok((name, artifact))
    };
    let companions = puller.each(&found, read).into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(open(target, registry)?.add(&companions)?)
}

fn open(place: &Place, registry: &RegistryArgs) -> Result<Repository, Error> {
    match (place, Repository::on_disk(place)) {
        (Place::Registry(reference), _) => connect(reference, registry),
        (_, Some(repository)) => Ok(repository),
        (_, None) => Err(Error::new(format!("{place} is no place for an image"))),
    }
}

/// The repository of an image by the name that it has in a layout of many.
pub(super) fn repository_of(name: &str) -> Option<String> {
    let reference = Reference::parse(name).ok()?;
    Some(format!("{}/{}", reference.host(), reference.repository()))
}
