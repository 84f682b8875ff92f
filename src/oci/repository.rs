//! A repository, in a registry or on disk: an image, and beside it what is about it.

use std::cell::Cell;
use std::path::PathBuf;

use super::archive;
use super::attachment::attached;
use super::content::Content;
use super::descriptor::{Blob, Descriptor, media_type};
use super::digest::Digest;
use super::error::{Error, Kind};
use super::image::{Artifact, Image};
use super::layout::{self, Layout};
use super::place::Place;
use super::read::{self, Store};
use super::reference::Reference;
use super::remote::{Progress, Remote};

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
    Layout(PathBuf),
    Archive(PathBuf),
}

impl Repository {
    /// That of a reference.
    pub fn remote(remote: Remote, reference: &Reference) -> Self {
        Repository(Where::Registry(Box::new(remote), reference.clone()))
    }

    /// A layout or an archive; none for a registry, to which [`Repository::remote`] leads.
    pub fn on_disk(place: &Place) -> Option<Self> {
        match place {
            Place::Layout(path, _) => Some(Repository(Where::Layout(path.clone()))),
            Place::Archive(path, _) => Some(Repository(Where::Archive(path.clone()))),
            Place::Registry(_) => None,
        }
    }

    /// What a place of the repository leads to, without reading it.
    ///
    /// # Errors
    ///
    /// There is nothing; the registry cannot be talked to; the layout is damaged.
    pub fn resolve(&self, place: &Place) -> Result<Descriptor, Error> {
        match (&self.0, place) {
            (Where::Registry(remote, _), Place::Registry(reference)) => {
                remote.head_manifest(reference)?.ok_or_else(|| {
                    Error::new(Kind::NotFound, format!("there is no {reference}"))
                        .hint("check the repository's name and the tag")
                })
            }
            (
                Where::Layout(path) | Where::Archive(path),
                Place::Layout(_, name) | Place::Archive(_, name),
            ) => {
                let layout = Layout::open(path)?;
                let entry = layout.entry(name.as_deref())?;
                Ok(Descriptor::new(&entry.media_type, entry.digest, entry.size))
            }
            _ => Err(Error::new(Kind::Input, format!("{place} is elsewhere"))),
        }
    }

    /// What a tag names; none if there is no such tag.
    ///
    /// # Errors
    ///
    /// The registry cannot be talked to; the layout is damaged.
    pub fn named(&self, tag: &str) -> Result<Option<Descriptor>, Error> {
        Ok(match &self.0 {
            Where::Registry(remote, reference) => remote.find(reference, tag)?.map(|blob| blob.descriptor()),
            Where::Layout(path) | Where::Archive(path) => Layout::open(path)?.tagged(tag).cloned(),
        })
    }

    /// The list of documents under a tag, with their contents; none if there is no such tag.
    ///
    /// # Errors
    ///
    /// It is something else, damaged or too large; the registry cannot be talked to.
    pub fn tagged(&self, tag: &str) -> Result<Option<Image>, Error> {
        let artifact = match &self.0 {
            Where::Registry(remote, reference) => match remote.find(reference, tag)? {
                Some(blob) => {
                    let descriptor = blob.descriptor();
                    read::artifact(&Held::new(remote, reference, Some(blob)), &descriptor)?
                }
                None => return Ok(None),
            },
            Where::Layout(path) | Where::Archive(path) => match Layout::open(path)?.tagged(tag) {
                Some(entry) => self.artifact(entry)?,
                None => return Ok(None),
            },
        };
        match artifact {
            Artifact::Image(image) => Ok(Some(image)),
            Artifact::Index(_) => Err(Error::new(Kind::Corrupt, format!("`{tag}` is no list of documents"))
                .hint("look at it with `olmcat inspect --raw`; delete the tag if nobody needs it")),
        }
    }

    /// Lets a tag name an artifact.
    ///
    /// # Errors
    ///
    /// Those of [`Remote::push`], [`layout::write`] and [`archive::write`].
    pub fn tag(
        &self,
        artifact: &Artifact,
        tag: &str,
        progress: &(dyn Fn(Progress<'_>) + Sync),
    ) -> Result<(), Error> {
        match &self.0 {
            Where::Registry(remote, reference) => {
                remote.push(artifact, &reference.tagged(tag), progress).map(|_| ())
            }
            Where::Layout(path) => layout::write(path, artifact, tag),
            Where::Archive(path) => archive::write(path, &[(tag.to_owned(), artifact.clone())]),
        }
    }

    /// What refers to an image.
    ///
    /// # Errors
    ///
    /// Those of [`Remote::referrers`] and [`Layout::referrers`].
    pub fn referrers(&self, subject: Digest) -> Result<Vec<Descriptor>, Error> {
        match &self.0 {
            Where::Registry(remote, reference) => remote.referrers(reference, subject),
            Where::Layout(path) | Where::Archive(path) => Layout::open(path)?.referrers(subject),
        }
    }

    /// Adds an artifact that refers to an image, once.
    ///
    /// # Errors
    ///
    /// Those of [`Remote::attach`], [`layout::write`] and [`archive::write`]; it refers to nothing.
    pub fn attach(&self, artifact: &Artifact, progress: &(dyn Fn(Progress<'_>) + Sync)) -> Result<(), Error> {
        let (_, entry) = attached(artifact)?;
        match &self.0 {
            Where::Registry(remote, reference) => remote.attach(artifact, reference, progress).map(|_| ()),
            Where::Layout(path) => layout::list(path, artifact, &entry),
            Where::Archive(path) => archive::list(path, &[(entry, artifact)]),
        }
    }

    /// Adds artifacts that were beside an image elsewhere: under their tags, or as what refers to it.
    ///
    /// # Errors
    ///
    /// Those of [`Repository::tag`] and [`Repository::attach`].
    pub fn add(&self, companions: &[(Option<String>, Artifact)]) -> Result<(), Error> {
        if let Where::Archive(path) = &self.0 {
            // It is written anew each time.
            let entry = |(tag, artifact): &(Option<String>, Artifact)| match tag {
                Some(tag) => Ok(layout::named(artifact.manifest(), tag)),
                None => attached(artifact).map(|(_, entry)| entry),
            };
            let entries: Vec<Descriptor> = companions.iter().map(entry).collect::<Result<_, _>>()?;
            let artifacts = companions.iter().map(|(_, artifact)| artifact);
            return archive::list(path, &entries.into_iter().zip(artifacts).collect::<Vec<_>>());
        }
        companions.iter().try_for_each(|(tag, artifact)| match tag {
            Some(tag) => self.tag(artifact, tag, &|_| {}),
            None => self.attach(artifact, &|_| {}),
        })
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
            Where::Layout(path) | Where::Archive(path) => Layout::open(path)?.named(descriptor),
        }
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
