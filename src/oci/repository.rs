//! A repository, in a registry or on disk: an image, and beside it what is about it.

use std::cell::Cell;

use super::content::Content;
use super::descriptor::{Blob, Descriptor, media_type};
use super::digest::Digest;
use super::disk::Disk;
use super::error::{Error, Kind};
use super::image::{Artifact, Image};
use super::place::Place;
use super::read::{self, Store};
use super::reference::Reference;
use super::remote::Remote;

/// The most bytes that are read of all documents of an artifact: bills of materials of large catalogs have some.
const BYTES: u64 = 64 << 20;
/// More documents than any image has that is not attacked.
const DOCUMENTS: usize = 1000;

/// Where an image is, and what is about it.
#[derive(Debug)]
pub struct Repository(Where);

#[derive(Debug)]
enum Where {
    Registry(Box<Remote>, Reference),
    Disk(Disk),
}

impl Repository {
    /// That of a place; `connect` leads to that of a registry.
    ///
    /// # Errors
    ///
    /// Those of `connect`; a layout is opened later.
    pub fn at<E>(place: &Place, connect: impl FnOnce(&Reference) -> Result<Remote, E>) -> Result<Self, E> {
        Ok(Repository(match place {
            Place::Registry(reference) => Where::Registry(Box::new(connect(reference)?), reference.clone()),
            Place::Layout(path, name) => Where::Disk(Disk::new(path, name.as_deref(), false)),
            Place::Archive(path, name) => Where::Disk(Disk::new(path, name.as_deref(), true)),
        }))
    }

    /// That of another image in the same layout or archive, which is read but once; none if it is elsewhere.
    pub fn sibling(&self, place: &Place) -> Option<Self> {
        let Where::Disk(disk) = &self.0 else { return None };
        disk.sibling(place).map(|disk| Repository(Where::Disk(disk)))
    }

    /// What the place of the image leads to, without reading it.
    ///
    /// # Errors
    ///
    /// There is nothing; the registry cannot be talked to; the layout is damaged.
    pub fn resolve(&self) -> Result<Descriptor, Error> {
        match &self.0 {
            Where::Registry(remote, reference) => remote.head_manifest(reference)?.ok_or_else(|| {
                Error::new(Kind::NotFound, format!("there is no {reference}"))
                    .hint("check the repository's name and the tag")
            }),
            Where::Disk(disk) => disk.resolve(),
        }
    }

    /// What a tag names; none if there is no such tag.
    ///
    /// # Errors
    ///
    /// The registry cannot be talked to; the layout is damaged.
    pub fn named(&self, tag: &str) -> Result<Option<Descriptor>, Error> {
        match &self.0 {
            Where::Registry(remote, reference) => {
                Ok(remote.find(reference, tag)?.map(|blob| blob.descriptor()))
            }
            Where::Disk(disk) => disk.tagged(tag),
        }
    }

    /// The list of documents under a tag, with their contents; none if there is no such tag.
    ///
    /// # Errors
    ///
    /// It is something else, damaged or too large; the registry cannot be talked to.
    pub fn tagged(&self, tag: &str) -> Result<Option<Image>, Error> {
        let artifact = match &self.0 {
            Where::Registry(remote, reference) => {
                remote.find(reference, tag)?.map(|blob| held(remote, reference, blob)).transpose()?
            }
            Where::Disk(disk) => disk.tagged(tag)?.map(|entry| disk.artifact(&entry)).transpose()?,
        };
        artifact.map(|artifact| listing(artifact, tag)).transpose()
    }

    /// Changes the list of documents under a tag, given the one that is there; who finds nothing to change is done.
    /// On disk nobody else writes meanwhile. A registry has no such promise: there it is read again after it was
    /// written, and `change` is asked again.
    ///
    /// # Errors
    ///
    /// Those of [`Repository::tagged`], of `change`, of [`Remote::push`], [`layout::write`] and [`archive::write`];
    /// others write it all the time.
    ///
    /// [`layout::write`]: super::layout::write
    /// [`archive::write`]: super::archive::write
    pub fn change<E: From<Error>>(
        &self,
        tag: &str,
        change: impl Fn(Option<&Image>) -> Result<Option<Image>, E>,
    ) -> Result<(), E> {
        let changed = |old: Option<Artifact>| -> Result<Option<Artifact>, E> {
            let old = old.map(|artifact| listing(artifact, tag)).transpose()?;
            Ok(change(old.as_ref())?.map(Artifact::Image))
        };
        match &self.0 {
            Where::Registry(remote, reference) => remote.change(reference, tag, |old| {
                let old = old.map(|blob| held(remote, reference, blob)).transpose()?;
                let Some(new) = changed(old)? else { return Ok(None) };
                remote.push(&new, &reference.pinned(new.digest()), &|_| {})?;
                Ok(Some(new.manifest().clone()))
            }),
            Where::Disk(disk) => disk.change(tag, changed),
        }
    }

    /// What refers to an image.
    ///
    /// # Errors
    ///
    /// Those of [`Remote::referrers`]; a layout that is damaged.
    pub fn referrers(&self, subject: Digest) -> Result<Vec<Descriptor>, Error> {
        match &self.0 {
            Where::Registry(remote, reference) => remote.referrers(reference, subject),
            Where::Disk(disk) => disk.referrers(subject),
        }
    }

    /// Adds artifacts, once: under their tags, and those without one as what refers to an image.
    ///
    /// # Errors
    ///
    /// Those of [`Remote::push`] and [`Remote::attach`], [`layout::write`] and [`archive::write`]; one without a tag
    /// refers to nothing.
    ///
    /// [`layout::write`]: super::layout::write
    /// [`archive::write`]: super::archive::write
    pub fn add(&self, artifacts: &[(Option<String>, Artifact)]) -> Result<(), Error> {
        match &self.0 {
            Where::Registry(remote, reference) => {
                artifacts.iter().try_for_each(|(tag, artifact)| match tag {
                    Some(tag) => remote.push(artifact, &reference.tagged(tag), &|_| {}).map(drop),
                    None => remote.attach(artifact, reference, &|_| {}).map(drop),
                })
            }
            Where::Disk(disk) => disk.add(artifacts),
        }
    }

    /// Reads an artifact with the contents of its documents.
    ///
    /// # Errors
    ///
    /// It is missing, damaged or too large; the registry cannot be talked to.
    pub fn artifact(&self, descriptor: &Descriptor) -> Result<Artifact, Error> {
        match &self.0 {
            Where::Registry(remote, reference) => {
                read::artifact(&Held::new(remote, reference, None), descriptor)
            }
            Where::Disk(disk) => disk.artifact(descriptor),
        }
    }
}

/// The artifact of a manifest of a registry, with the contents of its documents.
fn held(remote: &Remote, reference: &Reference, manifest: Blob) -> Result<Artifact, Error> {
    let descriptor = manifest.descriptor();
    read::artifact(&Held::new(remote, reference, Some(manifest)), &descriptor)
}

/// What stands under a tag, if it is a list of documents.
fn listing(artifact: Artifact, tag: &str) -> Result<Image, Error> {
    match artifact {
        Artifact::Image(image) => Ok(image),
        Artifact::Index(_) => Err(Error::new(Kind::Corrupt, format!("`{tag}` is no list of documents"))
            .hint("look at it with `olmcat inspect --raw`; delete the tag if nobody needs it")),
    }
}

impl Image {
    /// Its documents, in their order, each with its descriptor.
    ///
    /// # Errors
    ///
    /// One is damaged or too large.
    pub fn documents(&self) -> Result<Vec<(Descriptor, Vec<u8>)>, Error> {
        let room = Cell::default();
        let read = |layer: &Content| {
            Room::take(&room, layer.descriptor())?;
            Ok((layer.descriptor().clone(), layer.read()?))
        };
        self.layers.iter().map(read).collect()
    }
}

/// A repository of a registry whose contents are held as they come.
struct Held<'a> {
    remote: &'a Remote,
    reference: &'a Reference,
    /// A manifest that is known already.
    known: Option<Blob>,
    room: Cell<Room>,
}

impl<'a> Held<'a> {
    fn new(remote: &'a Remote, reference: &'a Reference, known: Option<Blob>) -> Self {
        Held { remote, reference, known, room: Cell::default() }
    }
}

impl Store for Held<'_> {
    fn small(&self, descriptor: &Descriptor) -> Result<Blob, Error> {
        if let Some(known) = self.known.as_ref().filter(|known| known.digest() == descriptor.digest) {
            return Ok(known.clone());
        }
        match descriptor.media_type.as_str() {
            media_type::MANIFEST
            | media_type::INDEX
            | media_type::DOCKER_MANIFEST
            | media_type::DOCKER_LIST => self.remote.get_manifest(&self.reference.pinned(descriptor.digest)),
            _ => self.remote.get_blob(descriptor),
        }
    }

    fn large(&self, descriptor: &Descriptor) -> Result<Content, Error> {
        Room::take(&self.room, descriptor)?;
        let blob = self.remote.get_blob(descriptor)?;
        Ok(Content::noted(&blob, descriptor.annotations.clone()))
    }
}

/// What may still be read.
#[derive(Clone, Copy)]
struct Room {
    documents: usize,
    bytes: u64,
}

impl Default for Room {
    fn default() -> Self {
        Room { documents: DOCUMENTS, bytes: BYTES }
    }
}

impl Room {
    fn take(room: &Cell<Room>, descriptor: &Descriptor) -> Result<(), Error> {
        let Room { documents, bytes } = room.get();
        let left = documents.checked_sub(1).zip(bytes.checked_sub(descriptor.size));
        let (documents, bytes) = left.ok_or_else(|| {
            let message = format!("there are more than {DOCUMENTS} documents, or {BYTES} bytes of them");
            Error::new(Kind::TooLarge, message)
                .hint("delete what nobody needs; an attacker may have filled the list")
        })?;
        room.set(Room { documents, bytes });
        Ok(())
    }
}
