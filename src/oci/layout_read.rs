//! Reading a layout back, from a folder or an archive: nothing is believed before its size and digest agree.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use serde::Deserialize;
use serde_json::Value;

use super::archive_read::Archived;
use super::attachment::{companion_name, companion_tag, is_companion_tag, referrer};
use super::content::{Content, Slice};
use super::descriptor::{Blob, Descriptor};
use super::digest::Digest;
use super::error::{Error, Kind};
use super::image::Artifact;
use super::layout::{INDEX, MARK, REF_NAME};
use super::read::{self, MANIFEST_LIMIT, Store};

/// The largest `index.json` that is read, in bytes: more than a hundred thousand images.
const INDEX_LIMIT: u64 = 64 << 20;

/// A layout on disk: its names, and what they lead to.
#[derive(Debug, Clone)]
pub struct Layout {
    place: Arc<Path>,
    files: Files,
    entries: Arc<[Descriptor]>,
    /// Which entry comes first of those that have a name.
    names: Arc<BTreeMap<String, usize>>,
    /// What the entries without a name are about, once somebody has asked.
    about: Arc<OnceLock<About>>,
}

/// What the entries without a name are about.
#[derive(Debug, Default)]
struct About {
    referrers: BTreeMap<Digest, Vec<Descriptor>>,
    /// Those that are missing or damaged: they may be about anything.
    unread: Vec<Descriptor>,
}

/// Where the files of a layout are.
#[derive(Debug, Clone)]
enum Files {
    Folder,
    Archive(Archived),
}

impl Layout {
    /// Opens a layout, be it a folder or an archive, and reads its index.
    ///
    /// # Errors
    ///
    /// It is not a layout, or its index cannot be read.
    pub fn open(place: &Path) -> Result<Self, Error> {
        let no_layout = |hint: &str| {
            let message = format!("{} is not an OCI layout: it has no `{MARK}`", place.display());
            Err(Error::new(Kind::Input, message).hint(hint))
        };
        let files = if place.is_file() {
            let archive = Archived::open(place)?;
            if !archive.holds(MARK) {
                return no_layout(if archive.holds("manifest.json") {
                    "it is an archive of `docker save`: turn it into one of OCI with `skopeo copy docker-archive:FILE oci-archive:FILE`"
                } else {
                    "check the path; an OCI archive holds `index.json` and `blobs`"
                });
            }
            Files::Archive(archive)
        } else if place.join(MARK).is_file() {
            Files::Folder
        } else {
            return no_layout("check the path; a layout is the folder that holds `index.json` and `blobs`");
        };
        let mut layout = Layout {
            place: place.into(),
            files,
            entries: Arc::default(),
            names: Arc::default(),
            about: Arc::default(),
        };
        let index = layout.index()?;
        let entries = entries(&index).ok_or_else(|| {
            let shown = layout.shown(INDEX);
            Error::new(Kind::Corrupt, format!("{shown} is not what it should be: it lists no `manifests`"))
                .hint("write the layout again; it was damaged or copied in part")
        })?;
        layout.entries = entries.into();
        let mut names = BTreeMap::new();
        for (at, (name, _)) in layout.entries().enumerate() {
            if let Some(name) = name {
                names.entry(name.to_owned()).or_insert(at);
            }
        }
        layout.names = Arc::new(names);
        Ok(layout)
    }

    /// Whether a path is that of a layout, folder or archive. An archive is only looked at in its beginning.
    pub fn is_one(place: &Path) -> bool {
        place.join(MARK).is_file() || super::archive_read::is_archive(place)
    }

    /// What the index lists: each descriptor with its name, where it has one. What it lists that nobody can read,
    /// such as digests of another kind, is left out.
    pub fn entries(&self) -> impl Iterator<Item = (Option<&str>, &Descriptor)> {
        self.entries.iter().map(|entry| (entry.annotations.get(REF_NAME).map(String::as_str), entry))
    }

    /// The entries that are images of their own, and not about others.
    pub fn images(&self) -> impl Iterator<Item = (Option<&str>, &Descriptor)> {
        self.entries().filter(|(name, entry)| match name {
            Some(name) => !is_companion_tag(name.rsplit(':').next().unwrap_or(name)),
            None => entry.artifact_type.is_none(),
        })
    }

    /// What a name leads to, or the only image.
    ///
    /// # Errors
    ///
    /// No such name, or none given where there are several.
    pub fn entry(&self, name: Option<&str>) -> Result<&Descriptor, Error> {
        let found: Vec<&Descriptor> = match name {
            Some(name) => {
                self.entries().filter(|(entry, _)| *entry == Some(name)).map(|(_, entry)| entry).collect()
            }
            None => self.images().map(|(_, entry)| entry).collect(),
        };
        let [entry] = found.as_slice() else {
            let named = name.map(|name| format!(" named `{name}`")).unwrap_or_default();
            let message = format!("{} holds {} images{named}, not one", self.place.display(), found.len());
            let names: Vec<&str> = self.images().filter_map(|(name, _)| name).collect();
            let hint = match names.as_slice() {
                [] => "write an image to it first; it names none".to_owned(),
                names => format!("choose one of: {}", names.join(", ")),
            };
            return Err(Error::new(Kind::NotFound, message).hint(hint));
        };
        Ok(entry)
    }

    /// Reads what a name leads to, or the only image, and verifies every blob.
    ///
    /// # Errors
    ///
    /// Those of [`Layout::entry`]; a blob that is missing, or whose size or digest is not what was promised.
    pub fn artifact(&self, name: Option<&str>) -> Result<Artifact, Error> {
        self.named(self.entry(name)?)
    }

    /// What refers to an image: what the index lists without a name, and what a list under a tag beside `image` names.
    /// What cannot be read may, so it is among them.
    ///
    /// # Errors
    ///
    /// A list that is missing or damaged; a file that cannot be read.
    pub(super) fn referrers(&self, image: Option<&str>, subject: Digest) -> Result<Vec<Descriptor>, Error> {
        let about = self.about()?;
        let mut found = about.referrers.get(&subject).cloned().unwrap_or_default();
        found.extend_from_slice(&about.unread);
        let list = self.tagged(image, &companion_tag(subject, ""));
        if let Some(list) = list.filter(|list| list.size <= MANIFEST_LIMIT) {
            let index: Value = serde_json::from_slice(self.small(list)?.bytes()).unwrap_or_default();
            for entry in entries(&index).unwrap_or_default() {
                if found.iter().all(|known| known.digest != entry.digest) {
                    found.push(entry);
                }
            }
        }
        Ok(found)
    }

    /// Reads the entries without a name, the first time.
    fn about(&self) -> Result<&About, Error> {
        if let Some(about) = self.about.get() {
            return Ok(about);
        }
        let mut about = About::default();
        for (_, entry) in self.entries().filter(|(name, it)| name.is_none() && it.size <= MANIFEST_LIMIT) {
            match self.small(entry) {
                Ok(manifest) => {
                    if let Some((subject, entry)) = referrer(&manifest) {
                        about.referrers.entry(subject).or_default().push(entry);
                    }
                }
                Err(hole) if hole.is_hole() => about.unread.push(entry.clone()),
                Err(error) => return Err(error),
            }
        }
        Ok(self.about.get_or_init(|| about))
    }

    /// The entry of a tag beside an image: behind its repository, or else alone.
    pub(super) fn tagged(&self, image: Option<&str>, tag: &str) -> Option<&Descriptor> {
        let at = self.names.get(&companion_name(image, tag)).or_else(|| self.names.get(tag))?;
        self.entries.get(*at)
    }

    /// Reads what an entry of the index leads to, and verifies every blob.
    ///
    /// # Errors
    ///
    /// Those of [`Layout::artifact`].
    pub fn named(&self, entry: &Descriptor) -> Result<Artifact, Error> {
        read::artifact(self, entry).map_err(|mut error| {
            let place = self.place.display().to_string();
            if !error.message.contains(&place) {
                error.message = format!("cannot read {place}: {}", error.message);
            }
            error
        })
    }

    /// The index as it stands, with all that other tools wrote into it.
    pub(super) fn index(&self) -> Result<Value, Error> {
        let shown = self.shown(INDEX);
        let fault = |why: String| {
            Error::new(Kind::Corrupt, format!("{shown} is not what it should be: {why}"))
                .hint("write the layout again; it was damaged or copied in part")
        };
        let slice = self.slice(INDEX)?;
        if slice.size() > INDEX_LIMIT {
            return Err(fault(format!("it has {} bytes", slice.size())));
        }
        let mut bytes = Vec::new();
        slice
            .reader()
            .read_to_end(&mut bytes)
            .map_err(|cause| Error::io("read", Path::new(&shown), &cause))?;
        serde_json::from_slice(&bytes).map_err(|cause| fault(cause.to_string()))
    }

    /// The blobs of an archive by the paths of their files; a folder's are not listed.
    pub(super) fn archived(&self) -> Option<&Archived> {
        match &self.files {
            Files::Archive(archive) => Some(archive),
            Files::Folder => None,
        }
    }

    /// Opens a file of the layout.
    fn slice(&self, path: &str) -> Result<Slice, Error> {
        match &self.files {
            Files::Folder => {
                let file = self.place.join(path);
                let io = |cause: io::Error| {
                    let error = Error::io("read", &file, &cause);
                    match cause.kind() {
                        io::ErrorKind::NotFound => Error { kind: Kind::NotFound, ..error },
                        _ => error,
                    }
                };
                if !fs::metadata(&file).map_err(io)?.is_file() {
                    let message = format!("cannot read {}: it is no regular file", file.display());
                    return Err(Error::new(Kind::Corrupt, message).hint("write the layout again"));
                }
                File::open(&file).and_then(Slice::whole).map_err(io)
            }
            Files::Archive(archive) => archive.slice(path).ok_or_else(|| {
                Error::new(Kind::NotFound, format!("cannot read {}: it is not there", self.shown(path)))
                    .hint("write the archive again; it was copied in part")
            }),
        }
    }

    fn shown(&self, path: &str) -> String {
        match &self.files {
            Files::Folder => self.place.join(path).display().to_string(),
            Files::Archive(_) => format!("{}:{path}", self.place.display()),
        }
    }

    fn content(&self, descriptor: &Descriptor) -> Content {
        let (layout, path) = (self.clone(), format!("blobs/sha256/{}", descriptor.digest.hex()));
        Content::kept(descriptor.clone(), Arc::new(move || layout.slice(&path)))
    }
}

impl Store for Layout {
    fn small(&self, descriptor: &Descriptor) -> Result<Blob, Error> {
        let bytes = self.content(descriptor).read()?;
        Ok(Blob::hashed(&descriptor.media_type, bytes, descriptor.digest))
    }

    fn large(&self, descriptor: &Descriptor) -> Result<Content, Error> {
        let content = self.content(descriptor);
        if !super::image::is_foreign(&descriptor.media_type) {
            content.verify()?;
        }
        Ok(content)
    }
}

/// What an index lists and we can read; none if it is no index.
pub(super) fn entries(index: &Value) -> Option<Vec<Descriptor>> {
    let listed = index.get("manifests")?.as_array()?;
    // Who knows other digests may have written them; what is no descriptor nobody has.
    let is_descriptor = |entry: &Value| entry["digest"].is_string() && entry["mediaType"].is_string();
    if !listed.iter().all(is_descriptor) {
        return None;
    }
    Some(listed.iter().filter_map(|entry| Descriptor::deserialize(entry).ok()).collect())
}
