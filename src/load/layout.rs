//! A catalog image in an OCI layout on disk becomes a catalog.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use super::image::{CONFIGS_LABEL, catalog_of};
use crate::catalog::Catalog;
use crate::diag::{Error, Report};
use crate::oci::layout::Layout;
use crate::oci::{Artifact, Limits, Packed, Unpacked, unpack};
use crate::text::{Sources, Tree, Value, json};

/// Returns the layout that a path names, and the name of the image in it where one is given: `DIR` or `DIR:NAME`;
/// none if it names something else.
pub fn layout_of(path: &Path) -> Option<(PathBuf, Option<String>)> {
    let is_layout = |folder: &Path| folder.join("oci-layout").is_file();
    if is_layout(path) {
        return Some((path.to_owned(), None));
    }
    let (folder, name) = path.to_str()?.rsplit_once(':')?;
    is_layout(Path::new(folder)).then(|| (PathBuf::from(folder), Some(name.to_owned())))
}

/// Reads the catalog of an image in a layout. Of an index the first image counts: those of a catalog share their
/// layer. Places in findings are written `folder:path/in/image`.
///
/// # Errors
/// When the layout is damaged, holds several images and none is named, or holds no catalog image.
pub fn layout<'s>(
    folder: &Path,
    name: Option<&str>,
    sources: &'s Sources,
    report: &mut Report,
) -> Result<Catalog<'s>, Error> {
    let mut artifact = Layout::open(folder)?.artifact(name)?;
    let image = loop {
        match artifact {
            Artifact::Image(image) => break image,
            Artifact::Index(index) => match index.children().first() {
                Some(child) => artifact = child.clone(),
                None => return Err(Error::new(format!("{} holds an index of no images", folder.display()))),
            },
        }
    };
    let fault = |why: String| {
        Error::new(format!("cannot read a catalog in {}: {why}", folder.display()))
            .hint("name the layout of a catalog image, such as `olmcat build` writes")
    };
    let config = std::str::from_utf8(image.config().bytes()).ok().and_then(|text| json::read(text).ok());
    let label =
        config.as_ref().and_then(Tree::root).and_then(|root| root.at(&["config", "Labels", CONFIGS_LABEL]));
    let Some(configs) = label.and_then(Value::str) else {
        return Err(fault(format!("the image has no label `{CONFIGS_LABEL}`")));
    };
    let layers = image.layers().iter();
    let mut packed: Vec<_> = layers
        .map(|layer| Packed { descriptor: layer.descriptor(), bytes: Cursor::new(layer.bytes()) })
        .collect();
    match unpack(&mut packed, &[configs], &Limits::default())?.pop() {
        Some(Unpacked::Folder(files)) => {
            Ok(catalog_of(&folder.display().to_string(), configs, files, sources, report))
        }
        _ => Err(fault(format!("its label `{CONFIGS_LABEL}` names `{configs}`, which is no folder in it"))),
    }
}
