//! CustomResourceDefinitions as the API server reads them, versions v1 and v1beta1 alike: a view of a
//! manifest, its schemas, what is wrong with them, what satisfies them, and what becomes of existing
//! objects when one takes the place of another.
//!
//! Everything here is a view: nothing is copied, and what a manifest has wrong is simply not there.
//! A [`Version`] and a [`Path`] have routes, of which [`crate::text::Place::at`] makes places.

pub mod cel;
mod compare;
mod conversion;
mod defaults;
mod flaw;
mod format;
mod general;
mod json_path;
mod judge;
mod keywords;
mod lookup;
mod node;
mod path;
mod pattern;
mod preflight;
mod schema;
mod structural;
mod validate;
mod version;

pub use compare::{Change, Check, Detail, Effect, changes};
pub use conversion::{Loss, loss};
pub use defaults::completed;
pub use flaw::{Flaw, FlawKind};
pub use json_path::{Lost, lost};
pub use judge::flaws;
pub use path::{Link, Path};
pub use pattern::Patterns;
pub use preflight::{Refusal, preflight};
pub use schema::{Additional, DEPTH, Schema};
pub use validate::{Fault, FaultKind, validate};
pub use version::{Version, precedence};

use crate::text::Value;

/// A CustomResourceDefinition.
#[derive(Debug, Clone, Copy)]
pub struct Crd<'t, 's> {
    /// The manifest.
    pub root: Value<'t, 's>,
    spec: Value<'t, 's>,
}

/// How objects of one version become objects of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conversion {
    /// Only `apiVersion` changes.
    None,
    /// A webhook does it.
    Webhook,
}

impl<'t, 's> Crd<'t, 's> {
    /// Reads a manifest; none if it is no CRD of version v1 or v1beta1, or has no `spec`.
    pub fn read(root: Value<'t, 's>) -> Option<Self> {
        let is_crd = root.get("kind")?.str()? == "CustomResourceDefinition"
            && matches!(
                root.get("apiVersion")?.str()?,
                "apiextensions.k8s.io/v1" | "apiextensions.k8s.io/v1beta1"
            );
        Some(Crd { root, spec: root.get("spec").filter(|_| is_crd)? })
    }

    /// Returns whether it is written in the old API version, which says some things elsewhere.
    pub fn is_v1beta1(self) -> bool {
        self.root.get("apiVersion").is_some_and(|version| version.text().ends_with("/v1beta1"))
    }

    /// Returns `metadata.name`; empty when it is not there.
    pub fn name(self) -> &'t str {
        text(self.root, &["metadata", "name"])
    }

    /// Returns the group.
    pub fn group(self) -> &'t str {
        text(self.spec, &["group"])
    }

    /// Returns the kind of the objects.
    pub fn kind(self) -> &'t str {
        text(self.spec, &["names", "kind"])
    }

    /// Returns the plural, by which the API server stores the objects.
    pub fn plural(self) -> &'t str {
        text(self.spec, &["names", "plural"])
    }

    /// Returns `Namespaced` or `Cluster`, or what else stands there; v1beta1 has a default.
    pub fn scope(self) -> &'t str {
        match text(self.spec, &["scope"]) {
            "" if self.is_v1beta1() => "Namespaced",
            scope => scope,
        }
    }

    /// Returns who converts objects between versions.
    pub fn conversion(self) -> Conversion {
        match text(self.spec, &["conversion", "strategy"]) {
            "Webhook" => Conversion::Webhook,
            _ => Conversion::None,
        }
    }

    /// Returns whether fields that no schema knows are kept in every version, as v1beta1 has it unless
    /// told otherwise.
    pub fn preserves_unknown_fields(self) -> bool {
        let given = self.spec.get("preserveUnknownFields").and_then(Value::bool);
        given.unwrap_or(self.is_v1beta1())
    }

    /// Returns `spec`.
    pub fn spec(self) -> Value<'t, 's> {
        self.spec
    }

    /// Returns the versions in the order of the text. The one version of a v1beta1 manifest that has
    /// no list is served and stored.
    pub fn versions(self) -> impl Iterator<Item = Version<'t, 's>> {
        let list = self.spec.get("versions").into_iter().flat_map(Value::items).enumerate();
        let listed = list.map(move |(index, value)| Version::listed(self, index, value));
        let single =
            self.spec.get("version").filter(|_| self.is_v1beta1() && self.spec.get("versions").is_none());
        listed.chain(single.map(|name| Version::single(self, name)))
    }

    /// Returns the version with this name.
    pub fn version(self, name: &str) -> Option<Version<'t, 's>> {
        self.versions().find(|version| version.name == name)
    }

    /// Returns the version that objects are stored in.
    pub fn storage_version(self) -> Option<Version<'t, 's>> {
        self.versions().find(|version| version.is_stored)
    }
}

/// Returns the text at the end of a chain of keys; empty when there is none.
fn text<'t>(value: Value<'t, '_>, keys: &[&str]) -> &'t str {
    value.at(keys).and_then(Value::str).unwrap_or_default()
}
