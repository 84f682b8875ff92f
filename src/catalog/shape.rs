//! The types that the value of a property must have, as opm's JSON decoding has them
//! (`alpha/property/property.go`): unknown fields pass, `null` passes, empty texts pass.

use super::{BUNDLE_OBJECT, CSV_METADATA, PACKAGE, Property, Raw};
use crate::text::{Kind, Step, Value};

/// A type of JSON.
enum Shape {
    Any,
    Text,
    Bool,
    Int,
    List(&'static Shape),
    /// A mapping of any keys.
    Map(&'static Shape),
    /// A mapping of known keys; others are ignored.
    Struct(&'static [(&'static str, Shape)]),
}

use Shape::{Any, Bool, Int, List, Map, Struct, Text};

const GVK: Shape = Struct(&[("group", Text), ("kind", Text), ("version", Text)]);
const LINK: Shape = Struct(&[("name", Text), ("url", Text)]);
const DESCRIPTORS: Shape = List(&Struct(&[
    ("path", Text),
    ("displayName", Text),
    ("description", Text),
    ("x-descriptors", List(&Text)),
    ("value", Any),
]));
const API: Shape = List(&Struct(&[
    ("name", Text),
    ("group", Text),
    ("version", Text),
    ("kind", Text),
    ("deploymentName", Text),
    ("containerPort", Int),
    ("displayName", Text),
    ("description", Text),
    ("resources", List(&Struct(&[("name", Text), ("kind", Text), ("version", Text)]))),
    ("statusDescriptors", DESCRIPTORS),
    ("specDescriptors", DESCRIPTORS),
    ("actionDescriptors", DESCRIPTORS),
]));
/// Like [`API`], but a description of a CRD has fewer fields, and what it has not is ignored.
const CRD: Shape = List(&Struct(&[
    ("name", Text),
    ("version", Text),
    ("kind", Text),
    ("displayName", Text),
    ("description", Text),
    ("resources", List(&Struct(&[("name", Text), ("kind", Text), ("version", Text)]))),
    ("statusDescriptors", DESCRIPTORS),
    ("specDescriptors", DESCRIPTORS),
    ("actionDescriptors", DESCRIPTORS),
]));
const METADATA: Shape = Struct(&[
    ("annotations", Map(&Text)),
    ("apiServiceDefinitions", Struct(&[("owned", API), ("required", API)])),
    ("crdDescriptions", Struct(&[("owned", CRD), ("required", CRD)])),
    ("description", Text),
    ("displayName", Text),
    ("installModes", List(&Struct(&[("type", Text), ("supported", Bool)]))),
    ("keywords", List(&Text)),
    ("labels", Map(&Text)),
    ("links", List(&LINK)),
    ("maintainers", List(&Struct(&[("name", Text), ("email", Text)]))),
    ("maturity", Text),
    ("minKubeVersion", Text),
    ("nativeAPIs", List(&GVK)),
    ("provider", LINK),
]);

fn shape(kind: &str) -> Shape {
    match kind {
        PACKAGE => Struct(&[("packageName", Text), ("version", Text), ("release", Text)]),
        "olm.package.required" => Struct(&[("packageName", Text), ("versionRange", Text)]),
        "olm.gvk" | "olm.gvk.required" => GVK,
        "olm.channel" => Struct(&[("channelName", Text), ("priority", Int)]),
        CSV_METADATA => METADATA,
        _ => Any,
    }
}

/// Why a property does not parse: the way down its value, and a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertyFault {
    /// The way from the value to the guilty part.
    pub steps: Vec<Step>,
    /// What is wrong, a phrase that follows the name of the property.
    pub message: String,
}

impl Property<'_> {
    /// Checks that the value has the types that opm expects of this kind of property. Those that
    /// carry manifests are left to whoever decodes them.
    ///
    /// # Errors
    /// Says what is wrong first.
    pub fn check(&self) -> Result<(), PropertyFault> {
        let fault = |message: String| PropertyFault { steps: Vec::new(), message };
        let value = self.value.as_ref().ok_or_else(|| fault("has no value".to_owned()))?;
        let shape = shape(&self.kind);
        if self.kind == BUNDLE_OBJECT || matches!(shape, Any) {
            return Ok(());
        }
        if matches!(value, Raw::Source(_)) {
            return Ok(()); // it was looked at when it was read
        }
        let tree = value.tree().map_err(|bad| fault(format!("is no JSON: {}", bad.message)))?;
        tree.root().map_or(Ok(()), |root| decode(root, &shape, &At::Root))
    }
}

/// Returns whether a value has the types that opm expects of this kind of property.
pub(super) fn fits(kind: &str, value: Value<'_, '_>) -> bool {
    decode(value, &shape(kind), &At::Root).is_ok()
}

/// The last step to a value.
enum At<'k> {
    Root,
    Key(&'k str),
    Index(usize),
}

fn decode(value: Value<'_, '_>, shape: &Shape, at: &At<'_>) -> Result<(), PropertyFault> {
    if value.is_null() {
        return Ok(());
    }
    let (kind, wanted) = match shape {
        Any => return Ok(()),
        Text => (Kind::Str, "a string"),
        Bool => (Kind::Bool, "a boolean"),
        Int => (Kind::Int, "an integer"),
        List(_) => (Kind::List, "a list"),
        Map(_) | Struct(_) => (Kind::Map, "a mapping"),
    };
    if value.kind() != kind {
        let message = match at {
            At::Key(key) => format!("has a `{key}` that should be {wanted}"),
            At::Index(index) => format!("has element {index} of a list that should be {wanted}"),
            At::Root => format!("should be {wanted}"),
        };
        return Err(PropertyFault { steps: Vec::new(), message });
    }
    // The way to a fault is put together from its end, since nearly always there is none.
    let child = |at: At<'_>, value: Value<'_, '_>, shape: &Shape| {
        decode(value, shape, &at).map_err(|mut fault| {
            match at {
                At::Root => {}
                At::Key(key) => fault.steps.insert(0, Step::Key(key.to_owned())),
                At::Index(index) => fault.steps.insert(0, Step::Index(index)),
            }
            fault
        })
    };
    match shape {
        List(item) => {
            value.items().enumerate().try_for_each(|(index, value)| child(At::Index(index), value, item))
        }
        Map(each) => value.entries().try_for_each(|(key, value)| child(At::Key(key.text()), value, each)),
        Struct(fields) => fields.iter().try_for_each(|(name, shape)| {
            value.get_folded(name).map_or(Ok(()), |value| child(At::Key(name), value, shape))
        }),
        Any | Text | Bool | Int => Ok(()),
    }
}
