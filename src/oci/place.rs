//! Where an image is, in one spelling for all commands: that of skopeo, or a reference or path that can mean but
//! one thing.

use std::fmt;
use std::path::{Path, PathBuf};

use super::error::{Error, Kind};
use super::image::Artifact;
use super::layout::Layout;
use super::reference::Reference;
use super::{archive, layout};

/// A place that holds images, and which of them is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A layout in a folder: `oci:DIR[:NAME]`.
    Layout(PathBuf, Option<String>),
    /// A layout in an archive: `oci-archive:FILE[:NAME]`.
    Archive(PathBuf, Option<String>),
    /// A repository of a registry: `docker://REF`.
    Registry(Reference),
}

impl Place {
    /// Reads a place from which an image is taken: `oci:DIR`, `oci-archive:FILE`, `docker://REF`, each where it is
    /// named so; a path, with or without `:NAME`, at which a layout or an archive is; or else a reference.
    ///
    /// # Errors
    ///
    /// It is none of these.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if let Some(place) = Place::spelt(text)? {
            return Ok(place);
        }
        if let Some(place) = Place::on_disk(Path::new(text)) {
            return Ok(place);
        }
        if Path::new(text).exists() {
            return Err(Error::new(
                Kind::Input,
                format!("{text} is no OCI layout or archive, nor an image reference"),
            )
            .hint("check the path; a layout is a folder with `oci-layout`, an archive a file of `tar`"));
        }
        Reference::parse(text).map(Place::Registry)
    }

    /// Reads a place into which an image is written; `name` is what it is called there unless it is said. A path
    /// begins with `/`, `./` or `../`, or there is a layout or an archive at it; one that ends with `.tar` is an
    /// archive.
    ///
    /// # Errors
    ///
    /// It is none of these.
    pub fn target(text: &str) -> Result<Self, Error> {
        if let Some(place) = Place::spelt(text)? {
            return Ok(place);
        }
        if let Some(place) = Place::on_disk(Path::new(text)) {
            return Ok(place);
        }
        let is_path = ["/", "./", "../"].iter().any(|start| text.starts_with(start));
        if is_path || Path::new(text).exists() {
            return Ok(Place::path(text));
        }
        Reference::parse(text).map(Place::Registry).map_err(|error| {
            error.hint(format!(
                "write an image in full, such as `quay.io/demo/catalog:v1`, or a path as `oci:{text}`"
            ))
        })
    }

    /// A layout, or an archive if the name says so.
    pub fn path(text: &str) -> Self {
        let (path, name) = split(text);
        if path.extension().is_some_and(|extension| extension == "tar") {
            Place::Archive(path, name)
        } else {
            Place::Layout(path, name)
        }
    }

    /// Reads a place that says of itself what it is; none if it does not.
    ///
    /// # Errors
    ///
    /// What follows is empty, or no reference.
    pub fn spelt(text: &str) -> Result<Option<Self>, Error> {
        let place = |rest: &str| {
            let (path, name) = split(rest);
            let empty = path.as_os_str().is_empty() || name.as_ref().is_some_and(String::is_empty);
            let fault = || {
                Error::new(Kind::Input, format!("`{text}` names no path"))
                    .hint("write `oci:DIR:NAME` or `oci-archive:FILE:NAME`; the name may be left out")
            };
            if empty { Err(fault()) } else { Ok((path, name)) }
        };
        if let Some(rest) = text.strip_prefix("oci:") {
            return place(rest).map(|(path, name)| Some(Place::Layout(path, name)));
        }
        if let Some(rest) = text.strip_prefix("oci-archive:") {
            return place(rest).map(|(path, name)| Some(Place::Archive(path, name)));
        }
        let Some(reference) = text.strip_prefix("docker://") else { return Ok(None) };
        Reference::parse(reference).map(|reference| Some(Place::Registry(reference)))
    }

    /// The layout or archive at a path, with or without `:NAME` behind it; none if something else is there.
    pub fn on_disk(path: &Path) -> Option<Self> {
        let place = |path: &Path, name: Option<&str>| {
            let name = name.map(str::to_owned);
            let is_folder = path.is_dir();
            Layout::is_one(path).then(|| match is_folder {
                true => Place::Layout(path.to_owned(), name),
                false => Place::Archive(path.to_owned(), name),
            })
        };
        if let Some(place) = place(path, None) {
            return Some(place);
        }
        let text = path.to_str()?;
        let colons = text.match_indices(':');
        colons.into_iter().find_map(|(colon, _)| place(Path::new(&text[..colon]), Some(&text[colon + 1..])))
    }

    /// What an image is called in this place: as it is said, or as the only one is called.
    pub fn name(&self) -> Option<String> {
        match self {
            Place::Layout(path, None) | Place::Archive(path, None) => {
                let layout = Layout::open(path).ok()?;
                let mut entries = layout.images();
                let (name, _) = entries.next().filter(|_| entries.next().is_none())?;
                name.map(str::to_owned)
            }
            Place::Layout(_, name) | Place::Archive(_, name) => name.clone(),
            Place::Registry(reference) => reference.tag().map(str::to_owned),
        }
    }

    /// The same place; an image on disk that has no name yet gets one.
    #[must_use]
    pub fn or_named(self, name: impl FnOnce() -> String) -> Self {
        match self {
            Place::Layout(path, None) => Place::Layout(path, Some(name())),
            Place::Archive(path, None) => Place::Archive(path, Some(name())),
            named => named,
        }
    }

    /// Writes an image into a layout or archive, under the name of this place or else under `name`.
    ///
    /// # Errors
    ///
    /// Those of [`layout::write`] and [`archive::write`]; for a registry, to which [`super::remote`] leads.
    pub fn write(&self, artifact: &Artifact, name: &str) -> Result<(), Error> {
        match self {
            Place::Layout(folder, own) => layout::write(folder, artifact, own.as_deref().unwrap_or(name)),
            Place::Archive(file, own) => {
                let name = own.clone().unwrap_or_else(|| name.to_owned());
                archive::write(file, &[(Some(name), artifact.clone())])
            }
            Place::Registry(reference) => {
                Err(Error::new(Kind::Input, format!("{reference} is in a registry, not on disk"))
                    .hint("push it with `olmcat push`"))
            }
        }
    }
}

/// A path, and a name behind its first colon, as skopeo parts them: names may have colons.
fn split(text: &str) -> (PathBuf, Option<String>) {
    match text.split_once(':') {
        Some((path, name)) => (path.into(), Some(name.to_owned())),
        None => (text.into(), None),
    }
}

impl From<Reference> for Place {
    fn from(reference: Reference) -> Self {
        Place::Registry(reference)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, name) = match self {
            Place::Registry(reference) => return reference.fmt(f),
            Place::Layout(path, name) | Place::Archive(path, name) => (path, name),
        };
        write!(f, "{}", path.display())?;
        name.as_ref().map_or(Ok(()), |name| write!(f, ":{name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_spelt_as_skopeo_spells_them() {
        let layout = |path: &str, name: Option<&str>| Place::Layout(path.into(), name.map(str::to_owned));
        let archive = |path: &str, name: Option<&str>| Place::Archive(path.into(), name.map(str::to_owned));
        for (text, place) in [
            ("oci:a/b", layout("a/b", None)),
            ("oci:a:quay.io/demo/x:v1", layout("a", Some("quay.io/demo/x:v1"))),
            ("oci-archive:a.tar:v1", archive("a.tar", Some("v1"))),
            ("docker://quay.io/demo/x:v1", Reference::parse("quay.io/demo/x:v1").unwrap().into()),
            ("quay.io/demo/x:v1", Reference::parse("quay.io/demo/x:v1").unwrap().into()),
        ] {
            assert_eq!(Place::parse(text).unwrap(), place, "{text}");
            assert_eq!(Place::target(text).unwrap(), place, "{text}");
        }
        assert_eq!(Place::target("./out:v1").unwrap(), layout("./out", Some("v1")));
        assert_eq!(Place::target("/tmp/none.tar").unwrap(), archive("/tmp/none.tar", None));
        for text in ["", "oci:", "oci-archive::x", "oci:x:", "docker://demo", "demo", "out/image"] {
            assert!(Place::parse(text).is_err(), "{text}");
            assert!(Place::target(text).is_err(), "{text}");
        }
    }
}
