//! A bundle of a catalog with its manifests: from the files that it was rendered from, or else from what
//! the catalog carries of it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::bundle::{Bundle, Csv};
use crate::catalog::{BUNDLE_OBJECT, BundleBlob, CSV_METADATA, Raw, document};
use crate::crd::Crd;
use crate::text::{Place, Route, Tree, Value, json};

/// A bundle with its manifests.
#[derive(Debug)]
pub struct Operator<'c> {
    /// The blob.
    pub blob: &'c BundleBlob<'c>,
    /// The version; empty when the blob says none.
    pub version: String,
    csv: Option<Object<'c>>,
    crds: Vec<Object<'c>>,
    others: Vec<Object<'c>>,
    metadata: Option<Object<'c>>,
    examples: Tree<'c>,
}

/// A manifest, or what stands for one.
#[derive(Debug, Clone)]
pub struct Object<'c> {
    /// The root of the document.
    pub root: Value<'c, 'c>,
    home: Place,
    /// Whether it is packed up in its place, so that nothing in it has a place of its own.
    is_packed: bool,
}

impl Object<'_> {
    /// Returns the place of the value at the end of a route.
    pub fn place(&self, route: &Route) -> Place {
        if self.is_packed { self.home.clone() } else { self.home.at(route) }
    }
}

/// The texts of the manifests that a blob carries, by index of their property.
pub(super) type Texts<'c> = Vec<(usize, Cow<'c, [u8]>)>;
/// The documents of these texts.
pub(super) type Trees<'c> = Vec<(usize, Tree<'c>)>;

/// Reads manifests that a blob carries; what cannot be read is left out. The presentation of the CSV that it carries
/// instead is read, too.
pub(super) fn read<'c>(texts: &'c Texts<'_>, blob: &'c BundleBlob<'_>) -> Trees<'c> {
    let documents = texts.iter().filter_map(|(index, text)| Some((*index, document(text)?)));
    let presentations =
        blob.properties.iter().enumerate().filter(|(_, property)| property.kind == CSV_METADATA);
    let presentations = presentations
        .filter_map(|(index, property)| Some((index, property.value.as_ref().map(Raw::tree)?.ok()?)));
    documents.chain(presentations).collect()
}

impl<'c> Operator<'c> {
    /// Makes the view of a bundle that was rendered from files.
    pub(super) fn of_files(blob: &'c BundleBlob<'c>, bundle: &'c Bundle<'c>) -> Self {
        let objects = bundle.manifests.iter().filter_map(|manifest| {
            Some(Object { root: manifest.root()?, home: manifest.place(), is_packed: false })
        });
        Self::new(blob, objects.map(|object| (false, object)))
    }

    /// Makes the view of a bundle of which only the blob is known.
    pub(super) fn of_blob(blob: &'c BundleBlob<'c>, trees: &'c Trees<'c>) -> Self {
        let properties = blob.origin.key("properties");
        let objects = trees.iter().filter_map(|(index, tree)| {
            let is_packed = blob.properties[*index].kind == BUNDLE_OBJECT;
            let value = properties.index(*index).key("value");
            let home = if is_packed { value.key("data") } else { value };
            Some((!is_packed, Object { root: tree.root()?, home, is_packed }))
        });
        Self::new(blob, objects)
    }

    fn new(blob: &'c BundleBlob<'c>, objects: impl Iterator<Item = (bool, Object<'c>)>) -> Self {
        let version = blob.package_property().map(|property| property.version).unwrap_or_default();
        let mut operator = Operator {
            blob,
            version,
            csv: None,
            crds: Vec::new(),
            others: Vec::new(),
            metadata: None,
            examples: Tree::default(),
        };
        for (is_metadata, object) in objects {
            if is_metadata {
                operator.metadata.get_or_insert(object);
                continue;
            }
            match object.root.get("kind").and_then(Value::str) {
                Some("ClusterServiceVersion") => drop(operator.csv.get_or_insert(object)),
                Some("CustomResourceDefinition") => operator.crds.push(object),
                _ => operator.others.push(object),
            }
        }
        let examples = operator.annotation("alm-examples").and_then(|text| json::read(text).ok());
        operator.examples = examples.unwrap_or_default();
        operator
    }

    /// Returns the name of the bundle.
    pub fn name(&self) -> &'c str {
        &self.blob.name
    }

    /// Returns the CSV, which a catalog may not carry.
    pub fn csv(&self) -> Option<(&Object<'c>, Csv<'c, 'c>)> {
        self.csv.as_ref().map(|object| (object, Csv(object.root)))
    }

    /// Returns the CRDs.
    pub fn crds(&self) -> impl Iterator<Item = (&Object<'c>, Crd<'c, 'c>)> {
        self.crds.iter().filter_map(|object| Some((object, Crd::read(object.root)?)))
    }

    /// Returns the CRDs by name; of several of one name the last.
    pub fn crds_by_name(&self) -> BTreeMap<&'c str, Crd<'c, 'c>> {
        self.crds().map(|(_, crd)| (crd.name(), crd)).collect()
    }

    /// Returns what was read of the manifests, in whatever order.
    pub(super) fn manifests(&self) -> impl Iterator<Item = Value<'c, 'c>> {
        self.csv.iter().chain(&self.crds).chain(&self.others).map(|object| object.root)
    }

    /// Returns what consoles show, if the catalog carries that instead of the CSV.
    pub(super) fn presentation(&self) -> Option<Value<'c, 'c>> {
        self.metadata.as_ref().map(|object| object.root)
    }

    /// Returns a field of the CSV's `spec`, with its place; also from what the catalog carries for
    /// consoles where it has no CSV. None if the field is not there.
    pub fn field(&self, key: &str) -> Option<(Value<'c, 'c>, Place)> {
        if let Some((object, csv)) = self.csv() {
            let value = csv.spec()?.get(key)?;
            return Some((value, object.place(&Route::default().key("spec").key(key))));
        }
        let object = self.metadata.as_ref()?;
        Some((object.root.get(key)?, object.place(&Route::default().key(key))))
    }

    /// Returns an annotation of the CSV, likewise.
    pub fn annotation(&self, name: &str) -> Option<&'c str> {
        match self.csv() {
            Some((_, csv)) => csv.annotation(name),
            None => self.metadata.as_ref()?.root.get("annotations")?.get(name)?.str(),
        }
    }

    /// Returns the objects of `alm-examples`; nothing if it is no JSON.
    pub fn examples(&self) -> impl Iterator<Item = Value<'_, 'c>> {
        self.examples.root().into_iter().flat_map(Value::items)
    }

    /// Returns the place of the bundle as a whole.
    pub fn place(&self) -> Place {
        match &self.csv {
            Some(object) if !object.is_packed => object.home.clone(),
            _ => self.blob.origin.clone(),
        }
    }
}
