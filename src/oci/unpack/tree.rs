//! The files of an image while its layers are laid on one another. Nothing touches the disk, so no link can
//! lead anywhere but into this tree.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Limits;
use super::untar::EntryKind;
use crate::oci::error::{Error, Kind};

/// The most links that are followed for one path, as in Linux (`path_resolution(7)`).
const HOPS: usize = 40;
/// How many bytes of paths are held for each entry that is allowed, on average.
const PATH_SHARE: usize = 256;
/// How many steps along paths are taken for each entry that is allowed, on average. Real images need 10 for
/// each that they have; circles of long links and whiteouts of large folders would need millions.
const WORK_SHARE: usize = 64;

/// Paths from the root, without a slash at either end, and what is there.
pub(super) struct Tree<'a> {
    nodes: BTreeMap<String, Node>,
    limits: &'a Limits,
    path_bytes: usize,
    work: Cell<usize>,
}

struct Node {
    /// The layer that it came with.
    layer: usize,
    what: What,
}

#[derive(Clone)]
enum What {
    Folder,
    File(Content),
    Link(String),
    Other(&'static str),
}

/// A file's content, or where its entry stood if nobody wanted it.
#[derive(Clone)]
pub(super) enum Content {
    Held(Arc<Vec<u8>>),
    Left(String),
}

/// What a path of the image came to.
pub(super) enum Found {
    Missing,
    File,
    Folder(BTreeMap<String, Arc<Vec<u8>>>),
}

impl<'a> Tree<'a> {
    pub(super) fn new(limits: &'a Limits) -> Self {
        let work = Cell::new(limits.entries.saturating_mul(WORK_SHARE));
        Tree { nodes: BTreeMap::new(), limits, path_bytes: 0, work }
    }

    /// Where an entry of this path goes: links on the way are followed.
    pub(super) fn place(&self, path: &str) -> Result<String, Error> {
        let clean = clean(path).ok_or_else(|| leaves(path))?;
        let Some((folder, name)) = clean.rsplit_once('/') else { return Ok(clean) };
        let folder = self.resolve(folder)?;
        Ok(if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") })
    }

    /// Puts an entry at its place, and folders on the way to it. `content` is what a file holds.
    pub(super) fn put(
        &mut self,
        layer: usize,
        place: String,
        kind: EntryKind,
        content: Content,
    ) -> Result<(), Error> {
        let what = match kind {
            EntryKind::Folder => What::Folder,
            EntryKind::File => What::File(content),
            EntryKind::Symbolic(target) => What::Link(target),
            EntryKind::Other(what) => What::Other(what),
            EntryKind::Hard(target) => {
                let to = self.place(&target)?;
                match self.nodes.get(&to) {
                    Some(Node { what, .. }) if !matches!(what, What::Folder) => what.clone(),
                    _ => {
                        let message =
                            format!("`{place}` is another name of `{target}`, which is no file there");
                        return Err(Error::new(Kind::Corrupt, message).hint("build and push the image again"));
                    }
                }
            }
        };
        if place.is_empty() {
            // The root is a folder and stays one.
            return Ok(());
        }
        for (slash, _) in place.match_indices('/') {
            let folder = &place[..slash];
            match self.nodes.get(folder).map(|node| &node.what) {
                Some(What::Folder) => {}
                None => self.insert(folder.to_owned(), Node { layer, what: What::Folder })?,
                Some(_) => {
                    let message = format!("`{place}` is in `{folder}`, which is no folder");
                    return Err(Error::new(Kind::Corrupt, message).hint("build and push the image again"));
                }
            }
        }
        if !matches!(what, What::Folder) {
            let below = self.below(&place)?;
            self.remove(&below);
        }
        self.insert(place, Node { layer, what })
    }

    /// Takes away what layers before this one have at a place, with all that is below it (image
    /// specification, `layer.md`, "Whiteouts").
    pub(super) fn white_out(&mut self, layer: usize, place: &str) -> Result<(), Error> {
        self.hide(layer, place)?;
        if self.nodes.get(place).is_some_and(|node| node.layer < layer) && self.below(place)?.is_empty() {
            self.remove(&[place.to_owned()]);
        }
        Ok(())
    }

    /// Takes away what layers before this one have below a folder ("Opaque Whiteout").
    pub(super) fn hide(&mut self, layer: usize, folder: &str) -> Result<(), Error> {
        let old = |path: &String| self.nodes.get(path).is_some_and(|node| node.layer < layer);
        let below = self.below(folder)?;
        // A folder stays while something of this layer is in it. Paths below one another stand in order, so
        // the last path that stays tells for the folders before it.
        let mut gone = Vec::new();
        let mut staying: Option<&str> = None;
        for path in below.iter().rev() {
            let holds = staying.is_some_and(|stays| is_below(stays, path));
            if old(path) && !holds {
                gone.push(path.clone());
            } else {
                staying = Some(path);
            }
        }
        self.remove(&gone);
        Ok(())
    }

    /// The files at and below a path, by their paths relative to it; those of links too. What was left when
    /// it was read is added to `left`.
    pub(super) fn collect(
        &self,
        path: &str,
        budget: &mut u64,
        left: &mut BTreeSet<String>,
    ) -> Result<Found, Error> {
        let root = self.resolve(path)?;
        match self.nodes.get(&root).map(|node| &node.what) {
            Some(What::Folder) => {}
            None if root.is_empty() => {}
            None => return Ok(Found::Missing),
            Some(_) => return Ok(Found::File),
        }
        let mut files = BTreeMap::new();
        for place in self.below(&root)? {
            let mut what = self.nodes.get(&place).map(|node| &node.what);
            let refuse = |why: &str| {
                Err(Error::new(Kind::Corrupt, format!("`{place}` {why}"))
                    .hint("build the image from plain files, without links and devices"))
            };
            if let Some(What::Link(target)) = what {
                let to = self.resolve(&place)?;
                what = self.nodes.get(&to).map(|node| &node.what);
                match what {
                    None => return refuse(&format!("is a link to `{target}`, where nothing is")),
                    Some(What::Folder) => {
                        return refuse(&format!("is a link to `{target}`, which is a folder"));
                    }
                    _ => {}
                }
            }
            match what {
                Some(What::File(Content::Held(bytes))) => {
                    *budget = budget.checked_sub(bytes.len() as u64).ok_or_else(|| kept(self.limits))?;
                    let relative = if root.is_empty() { &place[..] } else { &place[root.len() + 1..] };
                    files.insert(relative.to_owned(), bytes.clone());
                }
                Some(What::File(Content::Left(origin))) => {
                    left.insert(origin.clone());
                }
                Some(What::Other(what)) => return refuse(&format!("is {what}")),
                _ => {}
            }
        }
        Ok(Found::Folder(files))
    }

    /// Where a path leads when all links on it are followed. What does not exist leads to itself.
    fn resolve(&self, path: &str) -> Result<String, Error> {
        let mut todo: Vec<String> = parts(path).map(str::to_owned).rev().collect();
        let (mut at, mut hops) = (String::new(), 0);
        while let Some(part) = todo.pop() {
            self.spend(1 + at.len() / 64)?;
            if part == ".." {
                if at.is_empty() {
                    return Err(leaves(path));
                }
                at.truncate(at.rfind('/').unwrap_or(0));
                continue;
            }
            let before = at.len();
            if !at.is_empty() {
                at.push('/');
            }
            at.push_str(&part);
            if let Some(Node { what: What::Link(target), .. }) = self.nodes.get(&at) {
                hops += 1;
                if hops > HOPS {
                    let message = format!("`{path}` goes through more than {HOPS} links");
                    return Err(Error::new(Kind::Corrupt, message).hint("break the circle of links"));
                }
                at.truncate(if target.starts_with('/') { 0 } else { before });
                todo.extend(parts(target).map(str::to_owned).rev());
            }
        }
        Ok(at)
    }

    /// The paths below a folder, each folder before what is in it.
    fn below(&self, folder: &str) -> Result<Vec<String>, Error> {
        let start = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let all = self.nodes.range(start.clone()..).map(|(path, _)| path);
        let below: Vec<String> = all.take_while(|path| path.starts_with(&start)).cloned().collect();
        self.spend(below.len())?;
        Ok(below)
    }

    fn spend(&self, steps: usize) -> Result<(), Error> {
        let left = self.work.get().checked_sub(steps).ok_or_else(|| {
            Error::new(Kind::TooLarge, "the links and whiteouts of the image take too many steps to follow")
                .hint("if the image may be that large, raise the limit with `--max-entries`")
        })?;
        self.work.set(left);
        Ok(())
    }

    fn remove(&mut self, paths: &[String]) {
        for path in paths {
            if self.nodes.remove(path).is_some() {
                self.path_bytes -= path.len();
            }
        }
    }

    fn insert(&mut self, path: String, node: Node) -> Result<(), Error> {
        let length = path.len();
        if self.nodes.insert(path, node).is_none() {
            self.path_bytes += length;
        }
        let too_many = self.nodes.len() > self.limits.entries
            || self.path_bytes > self.limits.entries.saturating_mul(PATH_SHARE);
        if too_many { Err(entries(self.limits)) } else { Ok(()) }
    }
}

/// The parts of a path, without empty ones and `.`.
fn parts(path: &str) -> impl DoubleEndedIterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty() && *part != ".")
}

/// A path from the root without `.` and `..`; none if it leaves the root.
pub(super) fn clean(path: &str) -> Option<String> {
    let mut clean: Vec<&str> = Vec::new();
    for part in parts(path) {
        if part == ".." {
            clean.pop()?;
        } else {
            clean.push(part);
        }
    }
    Some(clean.join("/"))
}

/// Whether a path is another one or below it.
pub(super) fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

pub(super) fn leaves(path: &str) -> Error {
    Error::new(Kind::Corrupt, format!("`{}` leads out of the image", path.escape_debug()))
        .hint("build the image without paths and links that go above its root")
}

pub(super) fn entries(limits: &Limits) -> Error {
    Error::new(Kind::TooLarge, format!("the image has more than {} files and folders", limits.entries))
        .hint("if the image may be that large, raise the limit with `--max-entries`")
}

pub(super) fn kept(limits: &Limits) -> Error {
    let message = format!("the files that are wanted have more than {} bytes together", limits.kept);
    Error::new(Kind::TooLarge, message)
        .hint("if the image may be that large, raise the limit with `--max-kept`")
}
