//! The template `olm.template.basic`: a catalog in which each bundle is only the reference of its image
//! (opm-spec 6.2, `alpha/template/basic`).

use std::collections::HashMap;

use super::{Reference, entries};
use crate::catalog::{BundleBlob, Catalog};
use crate::diag::{Diagnostic, Report, codes};
use crate::text::{Kind, Place, Value};

/// An `olm.template.basic` template.
#[derive(Debug)]
pub struct Basic<'s> {
    /// Everything but the bundles.
    given: Catalog<'s>,
    bundles: Vec<Reference>,
}

impl<'s> Basic<'s> {
    pub(super) fn read(root: Value<'_, 's>, place: &Place, report: &mut Report) -> Option<Self> {
        let mut faults = Report::default();
        let mut template = Basic { given: Catalog::default(), bundles: Vec::new() };
        for (entry, place) in entries(root, place, &mut faults) {
            let schema = entry.get_folded("schema").and_then(Value::str);
            if entry.kind() == Kind::Map && schema == Some("olm.bundle") {
                template.bundles.extend(bundle(entry, &place, &mut faults));
            } else {
                template.given.read_blob(entry, &place, &mut faults);
            }
        }
        let is_sound = !faults.has_errors();
        report.append(faults);
        is_sound.then_some(template)
    }

    pub(super) fn references(&self) -> impl Iterator<Item = &Reference> {
        self.bundles.iter()
    }

    pub(super) fn expand(self, mut bundles: HashMap<String, BundleBlob<'s>>) -> Catalog<'s> {
        let mut catalog = self.given;
        for (index, reference) in self.bundles.iter().enumerate() {
            // A reference that is given twice is a fault that the rules find in the catalog.
            let is_last = self.bundles[index + 1..].iter().all(|other| other.image != reference.image);
            let bundle = if is_last {
                bundles.remove(&reference.image)
            } else {
                bundles.get(&reference.image).cloned()
            };
            catalog.bundles.extend(bundle);
        }
        catalog
    }
}

/// The reference of a bundle, which must be all that is said of it.
fn bundle(entry: Value<'_, '_>, place: &Place, report: &mut Report) -> Option<Reference> {
    let is_empty = |value: &Value<'_, '_>| {
        value.is_null()
            || value.str() == Some("")
            || value.kind() == Kind::List && value.items().next().is_none()
    };
    for key in ["package", "properties", "relatedImages"] {
        if entry.get_folded(key).is_some_and(|value| !is_empty(&value)) {
            let message = format!("a bundle with `{key}` in a template");
            let mut finding = Diagnostic::new(&codes::INVALID_TEMPLATE, place.name(key), message);
            finding.help("leave `image` alone in it: the rest is rendered from the image");
            report.push(finding);
            return None;
        }
    }
    match entry.get_folded("image").and_then(Value::str).filter(|image| !image.is_empty()) {
        Some(image) => Some(Reference { image: image.to_owned(), place: place.key("image") }),
        None => {
            let mut finding =
                Diagnostic::new(&codes::INVALID_TEMPLATE, place.clone(), "a bundle without `image`");
            finding.help("write `image: <reference>`");
            report.push(finding);
            None
        }
    }
}
