//! Reading a layout back: nothing is believed before its size and digest agree.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::descriptor::{Blob, Descriptor, media_type};
use super::digest::Digest;
use super::error::{Error, Kind};
use super::image::{Artifact, Image, Index};
use super::layout::{INDEX, MARK, REF_NAME};

/// Indexes may list indexes; this deep is more than anybody does, and cycles end.
const DEPTH: usize = 4;

/// A layout on disk: its names, and what they lead to.
#[derive(Debug, Clone)]
pub struct Layout {
    folder: PathBuf,
    entries: Vec<Descriptor>,
}

impl Layout {
    /// Opens a layout and reads its index.
    ///
    /// # Errors
    ///
    /// The folder is not a layout, or its index cannot be read.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let mark = folder.join(MARK);
        if !mark.is_file() {
            return Err(Error::new(
                Kind::Input,
                format!("{} is not an OCI layout: it has no `{MARK}`", folder.display()),
            )
            .hint("check the path; a layout is the folder that holds `index.json` and `blobs`"));
        }
        let file = folder.join(INDEX);
        let bytes = fs::read(&file).map_err(|cause| Error::io("read", &file, &cause))?;
        let index: WireIndex = parse(&bytes, &file)?;
        Ok(Layout { folder: folder.to_owned(), entries: index.manifests })
    }

    /// What the index lists: each descriptor with its name, where it has one.
    pub fn entries(&self) -> impl Iterator<Item = (Option<&str>, &Descriptor)> {
        self.entries.iter().map(|entry| (entry.annotations.get(REF_NAME).map(String::as_str), entry))
    }

    /// Reads what a name leads to, or the only entry, and verifies every blob.
    ///
    /// # Errors
    ///
    /// No such name, or none given where there are several; a blob that is missing, or whose size or
    /// digest is not what was promised.
    pub fn artifact(&self, name: Option<&str>) -> Result<Artifact, Error> {
        let found: Vec<_> = self.entries().filter(|(entry, _)| name.is_none() || *entry == name).collect();
        let [(_, entry)] = found.as_slice() else {
            let named = name.map(|name| format!(" named `{name}`")).unwrap_or_default();
            let message = format!("{} holds {} images{named}, not one", self.folder.display(), found.len());
            let names: Vec<&str> = self.entries().filter_map(|(name, _)| name).collect();
            let hint = match names.as_slice() {
                [] => "write an image to it first; it names none".to_owned(),
                names => format!("choose one of: {}", names.join(", ")),
            };
            return Err(Error::new(Kind::NotFound, message).hint(hint));
        };
        self.read(entry, DEPTH)
    }

    fn read(&self, entry: &Descriptor, depth: usize) -> Result<Artifact, Error> {
        let manifest = self.blob(entry)?;
        let file = self.file(&entry.digest);
        match entry.media_type.as_str() {
            media_type::MANIFEST | media_type::DOCKER_MANIFEST => {
                let wire: WireManifest = parse(manifest.bytes(), &file)?;
                let layers = wire.layers.iter().map(|layer| self.blob(layer)).collect::<Result<_, _>>()?;
                Ok(Artifact::Image(Image { config: self.blob(&wire.config)?, layers, manifest }))
            }
            media_type::INDEX | media_type::DOCKER_LIST if depth > 0 => {
                let wire: WireIndex = parse(manifest.bytes(), &file)?;
                let children = wire.manifests.iter().map(|child| self.read(child, depth - 1));
                Ok(Artifact::Index(Index { children: children.collect::<Result<_, _>>()?, manifest }))
            }
            other => Err(Error::new(
                Kind::Corrupt,
                format!("{} is neither image nor index: `{other}`", file.display()),
            )),
        }
    }

    /// Reads no more than was promised, so that a wrong file cannot fill the memory.
    fn blob(&self, entry: &Descriptor) -> Result<Blob, Error> {
        let file = self.file(&entry.digest);
        let corrupt = |why: String| {
            Error::new(Kind::Corrupt, format!("{} {why}", file.display()))
                .hint("write the layout again; it was damaged or copied in part")
        };
        let mut bytes = Vec::new();
        let open = File::open(&file).map_err(|cause| Error::io("read", &file, &cause))?;
        let read = open.take(entry.size.saturating_add(1)).read_to_end(&mut bytes);
        read.map_err(|cause| Error::io("read", &file, &cause))?;
        if bytes.len() as u64 != entry.size {
            return Err(corrupt(format!("is not {} bytes long", entry.size)));
        }
        let blob = Blob::new(&entry.media_type, bytes);
        if blob.digest() != entry.digest {
            return Err(corrupt(format!("holds {}", blob.digest())));
        }
        Ok(blob)
    }

    fn file(&self, digest: &Digest) -> PathBuf {
        self.folder.join("blobs/sha256").join(digest.hex())
    }
}

#[derive(Deserialize)]
struct WireManifest {
    config: Descriptor,
    layers: Vec<Descriptor>,
}

/// Whether bytes are an index that can be read back.
pub(super) fn is_index(bytes: &[u8]) -> bool {
    serde_json::from_slice::<WireIndex>(bytes).is_ok()
}

#[derive(Deserialize)]
struct WireIndex {
    manifests: Vec<Descriptor>,
}

fn parse<'a, T: Deserialize<'a>>(bytes: &'a [u8], file: &Path) -> Result<T, Error> {
    serde_json::from_slice(bytes).map_err(|cause| {
        Error::new(Kind::Corrupt, format!("{} is not what it should be: {cause}", file.display()))
            .hint("write the layout again; it was damaged or copied in part")
    })
}
