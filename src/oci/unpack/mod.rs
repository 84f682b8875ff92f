//! The files of an image from its layers, in memory and within limits. What is not wanted is not held.
//!
//! Layers are read as they come, twice if what is wanted is reached by links from elsewhere. Must not know
//! where layers come from.

mod inflate;
mod tree;
mod untar;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use super::descriptor::Descriptor;
use super::error::{Error, Kind};
use tree::{Content, Tree};
pub(super) use untar::{Archive, EntryKind};

/// How much an image may be. Each limit has an option of its name, such as `--max-file`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of all layers, unpacked: 8 GiB. The layers as they are pulled may have as many.
    pub unpacked: u64,
    /// Bytes of all files that are wanted: 4 GiB. The largest public catalog has 1.7 GB.
    pub kept: u64,
    /// Bytes of one file that is wanted: 1 GiB.
    pub file: u64,
    /// Files, folders and links: 500,000. A base image has some 50,000.
    pub entries: usize,
    /// Bytes of one path: 4,096, as in Linux.
    pub path: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { unpacked: 8 << 30, kept: 4 << 30, file: 1 << 30, entries: 500_000, path: 4096 }
    }
}

/// A layer as a registry holds it.
#[derive(Debug)]
pub struct Packed<R> {
    /// What it is.
    pub descriptor: Descriptor,
    /// Its bytes, which were verified.
    pub bytes: R,
}

/// What a path of an image came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unpacked {
    /// Nothing is there.
    Missing,
    /// It is a file, or a device, and no folder.
    NoFolder,
    /// The files below it, by their paths relative to it, links among them followed. Folders are not listed.
    Folder(BTreeMap<String, Arc<Vec<u8>>>),
}

/// Lays the layers of an image, bottom first, on one another and returns what is in some of its folders: of
/// each path in `wanted`, in their order.
///
/// # Errors
///
/// A layer that is no tar archive or compressed in an unknown way; a path or a link on the way to what is
/// wanted that leads out of the image; a wanted file that is a device or a link to nothing; more than the
/// limits allow.
pub fn unpack<R: Read + Seek>(
    layers: &mut [Packed<R>],
    wanted: &[&str],
    limits: &Limits,
) -> Result<Vec<Unpacked>, Error> {
    let wanted: Vec<String> = wanted
        .iter()
        .map(|path| tree::clean(path).ok_or_else(|| tree::leaves(path)))
        .collect::<Result<_, _>>()?;
    let mut held: BTreeSet<String> = wanted.iter().cloned().collect();
    // The first reading knows all places; at most one more holds the content of those that links led to.
    for last in [false, true] {
        let tree = lay(layers, &held, limits)?;
        let (mut left, mut budget) = (BTreeSet::new(), limits.kept);
        let found: Vec<tree::Found> =
            wanted.iter().map(|path| tree.collect(path, &mut budget, &mut left)).collect::<Result<_, _>>()?;
        if left.is_empty() || last {
            return Ok(found.into_iter().map(Unpacked::from).collect());
        }
        held.append(&mut left);
    }
    Ok(Vec::new())
}

impl From<tree::Found> for Unpacked {
    fn from(found: tree::Found) -> Self {
        match found {
            tree::Found::Missing => Unpacked::Missing,
            tree::Found::File => Unpacked::NoFolder,
            tree::Found::Folder(files) => Unpacked::Folder(files),
        }
    }
}

/// Reads all layers, and holds the content of files at and below the paths in `held`.
fn lay<'l, R: Read + Seek>(
    layers: &mut [Packed<R>],
    held: &BTreeSet<String>,
    limits: &'l Limits,
) -> Result<Tree<'l>, Error> {
    let mut tree = Tree::new(limits);
    let mut budget = Budget { unpacked: limits.unpacked, kept: limits.kept, entries: limits.entries };
    for (number, layer) in layers.iter_mut().enumerate() {
        read(layer, number, held, limits, &mut budget, &mut tree).map_err(|mut error| {
            error.message = format!("cannot unpack layer {}: {}", layer.descriptor.digest, error.message);
            error
        })?;
    }
    Ok(tree)
}

/// What is left of the limits.
struct Budget {
    unpacked: u64,
    kept: u64,
    entries: usize,
}

fn read<R: Read + Seek>(
    layer: &mut Packed<R>,
    number: usize,
    held: &BTreeSet<String>,
    limits: &Limits,
    budget: &mut Budget,
    tree: &mut Tree<'_>,
) -> Result<(), Error> {
    let kind = layer.descriptor.media_type.as_str();
    if !is_tar(kind) {
        return Err(Error::new(Kind::Input, format!("it is no layer of files but `{kind}`"))
            .hint("check the reference: it names something other than a bundle or catalog image"));
    }
    layer
        .bytes
        .seek(SeekFrom::Start(0))
        .map_err(|cause| Error::new(Kind::File, format!("it cannot be read: {cause}")))?;
    let mut archive = Archive::new(inflate::open(&mut layer.bytes)?, limits, &mut budget.unpacked);
    while let Some(entry) = archive.next()? {
        budget.entries = budget.entries.checked_sub(1).ok_or_else(|| tree::entries(limits))?;
        let place = tree.place(&entry.path)?;
        let (folder, name) = place.rsplit_once('/').unwrap_or(("", &place));
        if let Some(hidden) = name.strip_prefix(".wh.") {
            match hidden {
                ".wh..opq" => tree.hide(number, folder)?,
                // What aufs left behind for itself.
                _ if hidden.starts_with(".wh.") => {}
                "" | "." | ".." => {
                    let message = format!("`{place}` is a whiteout of nothing");
                    return Err(Error::new(Kind::Corrupt, message).hint("build and push the image again"));
                }
                _ => tree.white_out(number, &format!("{}{hidden}", &place[..place.len() - name.len()]))?,
            }
            continue;
        }
        let is_held = entry.kind == EntryKind::File && is_held(held, &place);
        let content = if is_held {
            if entry.size > limits.file {
                let message = format!("`{place}` has more than {} bytes", limits.file);
                return Err(Error::new(Kind::TooLarge, message)
                    .hint("if a file may be that large, raise the limit with `--max-file`"));
            }
            budget.kept = budget.kept.checked_sub(entry.size).ok_or_else(|| tree::kept(limits))?;
            Content::Held(Arc::new(archive.content()?))
        } else {
            Content::Left(place.clone())
        };
        tree.put(number, place, entry.kind, content)?;
    }
    Ok(())
}

/// Whether a path, or a folder on the way to it, is in a set.
fn is_held(held: &BTreeSet<String>, path: &str) -> bool {
    let above = path.match_indices('/').map(|(slash, _)| &path[..slash]);
    ["", path].into_iter().chain(above).any(|path| held.contains(path))
}

/// Whether a media type is that of a tar archive, compressed or not (image specification, `layer.md`, and
/// docker's `image/spec`).
fn is_tar(media_type: &str) -> bool {
    let families = [
        "application/vnd.oci.image.layer.v1.tar",
        "application/vnd.oci.image.layer.nondistributable.v1.tar",
        "application/vnd.docker.image.rootfs.diff.tar",
        "application/vnd.docker.image.rootfs.foreign.diff.tar",
        "application/vnd.docker.container.image.rootfs.diff+x-gtar",
    ];
    families.iter().any(|family| {
        media_type
            .strip_prefix(family)
            .is_some_and(|rest| matches!(rest, "" | ".gzip" | "+gzip" | ".zstd" | "+zstd"))
    })
}
