//! What goes along with an image that is copied: signatures, attestations and other referrers.

use std::collections::BTreeSet;

use super::beside::{SUFFIXES, open};
use super::copy::Way;
use crate::diag::Error;
use crate::oci::{Artifact, Descriptor, Digest, Place, Repository, companion_tag};

/// Signatures of bills of materials of images are the deepest that anybody makes.
const DEPTH: usize = 4;
/// More than any image has beside it that is not attacked.
const MOST: usize = 2000;

/// Something beside an image, and its tag, if it has one.
pub(super) type Companion = (Option<String>, Artifact);

/// Writes what is beside an image to where the image was copied.
pub(super) fn write(companions: &[Companion], target: &Place, way: &Way<'_>) -> Result<(), Error> {
    if companions.is_empty() {
        return Ok(());
    }
    Ok(open(target, way.pull.registry())?.add(companions)?)
}

/// Finds what is beside an image and each of its platforms; `from` is the repository of the source. What is listed but
/// not there is left out, which is told.
pub(super) fn find(
    artifact: &Artifact,
    source: &Place,
    from: &Repository,
    way: &Way<'_>,
) -> Result<Vec<Companion>, Error> {
    let mut found: Vec<(Option<String>, Descriptor)> = Vec::new();
    let (mut seen, mut listed): (BTreeSet<Digest>, BTreeSet<Digest>) = Default::default();
    let mut next: Vec<Digest> = artifact.manifests().iter().map(|manifest| manifest.digest()).collect();
    for _ in 0..DEPTH {
        let mut deeper = Vec::new();
        for subject in next.into_iter().filter(|subject| seen.insert(*subject)) {
            for suffix in SUFFIXES {
                let tag = companion_tag(subject, suffix);
                found.extend(from.named(&tag)?.map(|descriptor| (Some(tag), descriptor)));
            }
            let referrers = from.referrers(subject)?.into_iter().filter(|it| listed.insert(it.digest));
            for referrer in referrers {
                deeper.push(referrer.digest);
                found.push((None, referrer));
            }
            if found.len() > MOST {
                return Err(Error::new(format!(
                    "more than {MOST} artifacts refer to the images of {source}"
                ))
                .hint("delete what nobody needs; an attacker may have filled the list"));
            }
        }
        next = deeper;
    }
    let read = |(_, descriptor): &(Option<String>, Descriptor)| match source {
        Place::Registry(reference) => {
            way.puller.artifact(&Place::Registry(reference.pinned(descriptor.digest)))
        }
        Place::Layout(..) | Place::Archive(..) => from.artifact(descriptor),
    };
    let artifacts = way.puller.each(&found, read);
    let mut companions = Vec::new();
    for ((tag, descriptor), artifact) in found.into_iter().zip(artifacts) {
        match artifact {
            Ok(artifact) => companions.push((tag, artifact)),
            // A list may keep what its registry swept away.
            Err(hole) if tag.is_none() && hole.is_hole() => way.ui.note(&format!(
                "left out {}, which refers to {source} and cannot be read: {}",
                descriptor.digest, hole.message
            )),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(companions)
}
