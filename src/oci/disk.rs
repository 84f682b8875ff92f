//! An image in a layout or an archive, and what is about it there.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::archive;
use super::attachment::companion_name;
use super::descriptor::Descriptor;
use super::digest::Digest;
use super::error::Error;
use super::image::Artifact;
use super::layout::{self, Layout, REF_NAME};
use super::place::Place;

/// A layout or an archive, and which image of it is meant.
#[derive(Debug, Clone)]
pub(super) struct Disk {
    path: PathBuf,
    is_archive: bool,
    /// What the image is called; none means the only one.
    name: Option<String>,
    /// What the only one is called, once somebody has asked.
    only: OnceLock<Option<String>>,
    /// The layout as it was read last, until it is changed: opening an archive means looking through it.
    opened: Arc<Mutex<Option<Layout>>>,
}

impl Disk {
    pub(super) fn new(path: &Path, name: Option<&str>, is_archive: bool) -> Self {
        let (path, name) = (path.to_owned(), name.map(str::to_owned));
        Disk { path, is_archive, name, only: OnceLock::new(), opened: Arc::default() }
    }

    /// Another image of the same layout, which is not read again; none if the place is elsewhere.
    pub(super) fn sibling(&self, place: &Place) -> Option<Self> {
        match place {
            Place::Layout(path, name) | Place::Archive(path, name) if *path == self.path => {
                let name = name.clone();
                Some(Disk { name, only: OnceLock::new(), ..self.clone() })
            }
            _ => None,
        }
    }

    fn layout(&self) -> Result<Layout, Error> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(layout) = &*opened {
            return Ok(layout.clone());
        }
        Ok(opened.insert(Layout::open(&self.path)?).clone())
    }

    fn forget(&self) {
        *self.opened.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// What the image is, without its name here.
    pub(super) fn resolve(&self) -> Result<Descriptor, Error> {
        let layout = self.layout()?;
        let entry = layout.entry(self.name.as_deref())?;
        Ok(Descriptor::new(&entry.media_type, entry.digest, entry.size))
    }

    /// What a tag beside the image names.
    pub(super) fn tagged(&self, tag: &str) -> Result<Option<Descriptor>, Error> {
        let layout = self.layout()?;
        Ok(layout.tagged(self.image(&layout), tag).cloned())
    }

    pub(super) fn referrers(&self, subject: Digest) -> Result<Vec<Descriptor>, Error> {
        let layout = self.layout()?;
        layout.referrers(self.image(&layout), subject)
    }

    pub(super) fn artifact(&self, descriptor: &Descriptor) -> Result<Artifact, Error> {
        self.layout()?.named(descriptor)
    }

    /// Adds artifacts under tags beside the image, or as what refers to it.
    pub(super) fn add(&self, artifacts: &[(Option<String>, Artifact)]) -> Result<(), Error> {
        let entries = self.entries(artifacts, self.layout().ok().as_ref())?;
        let added = match self.is_archive {
            true => archive::list(&self.path, &entries),
            false => layout::list(&self.path, &entries),
        };
        self.forget();
        added
    }

    /// Changes what a tag beside the image names, given what it names now, while nobody else writes.
    pub(super) fn change<E: From<Error>>(
        &self,
        tag: &str,
        change: impl FnOnce(Option<Artifact>) -> Result<Option<Artifact>, E>,
    ) -> Result<(), E> {
        let lock = match self.is_archive {
            true => archive::lock(&self.path)?,
            false => layout::lock(&self.path)?,
        };
        self.forget();
        let layout = self.layout()?;
        let old = layout.tagged(self.image(&layout), tag).map(|entry| layout.named(entry)).transpose()?;
        let Some(new) = change(old)? else { return Ok(()) };
        let new = [(Some(tag.to_owned()), new)];
        let entries = self.entries(&new, Some(&layout))?;
        let put = match self.is_archive {
            true => archive::put(&self.path, Some(&layout), &entries, &lock),
            false => layout::put(&self.path, &entries, &lock),
        };
        self.forget();
        Ok(put?)
    }

    fn entries<'a>(
        &self,
        artifacts: &'a [(Option<String>, Artifact)],
        layout: Option<&Layout>,
    ) -> Result<Vec<(Descriptor, &'a Artifact)>, Error> {
        let image = layout.map_or(self.name.as_deref(), |layout| self.image(layout));
        let entry = |(tag, artifact): &'a (Option<String>, Artifact)| {
            let name = tag.as_ref().map(|tag| companion_name(image, tag));
            Ok((layout::entry(artifact, name.as_deref())?, artifact))
        };
        artifacts.iter().map(entry).collect()
    }

    /// What the image is called, be it said or as the only one.
    fn image(&self, layout: &Layout) -> Option<&str> {
        let only = || layout.entry(None).ok()?.annotations.get(REF_NAME).cloned();
        self.name.as_deref().or_else(|| self.only.get_or_init(only).as_deref())
    }
}
