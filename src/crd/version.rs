//! A version of a CustomResourceDefinition.

use std::cmp::Ordering;

use super::{Crd, Schema};
use crate::text::{Route, Value};

/// A version of a CRD.
#[derive(Debug, Clone, Copy)]
pub struct Version<'t, 's> {
    /// Its name, such as `v1beta1`.
    pub name: &'t str,
    /// Whether the API server answers to it.
    pub is_served: bool,
    /// Whether objects are stored in it.
    pub is_stored: bool,
    /// Whether clients that use it are warned.
    pub is_deprecated: bool,
    /// Its schema; none when there is none, or it is empty.
    pub schema: Option<Schema<'t, 's>>,
    /// The subresources `status` and `scale`.
    pub subresources: Option<Value<'t, 's>>,
    /// Its place in the list; none of the one version of a manifest without a list.
    index: Option<usize>,
    /// Whether its schema is that of all versions.
    is_shared: bool,
}

impl<'t, 's> Version<'t, 's> {
    /// Returns whether `status` is written by itself.
    pub fn has_status(&self) -> bool {
        self.subresources.and_then(|all| all.get("status")).is_some_and(|status| !status.is_null())
    }

    /// Returns the way from the root of the manifest to the version.
    pub fn route(&self) -> Route {
        let spec = Route::default().key("spec");
        match self.index {
            Some(index) => spec.key("versions").index(index),
            None => spec.key("version"),
        }
    }

    /// Returns the way from the root of the manifest to the schema.
    pub fn schema_route(&self) -> Route {
        let home = match self.is_shared {
            true => Route::default().key("spec").key("validation"),
            false => self.route().key("schema"),
        };
        home.key("openAPIV3Schema")
    }

    pub(super) fn listed(crd: Crd<'t, 's>, index: usize, value: Value<'t, 's>) -> Self {
        let is = |key| value.get(key).and_then(Value::bool).unwrap_or_default();
        // v1beta1 lets all versions share what stands beside the list.
        let shared = |keys: &[&str]| crd.spec.at(keys).filter(|_| crd.is_v1beta1());
        let own = value.at(&["schema", "openAPIV3Schema"]);
        let schema = own.or_else(|| shared(&["validation", "openAPIV3Schema"]));
        Version {
            name: super::text(value, &["name"]),
            is_served: is("served"),
            is_stored: is("storage"),
            is_deprecated: is("deprecated"),
            schema: schema.map(Schema::new),
            subresources: value.get("subresources").or_else(|| shared(&["subresources"])),
            index: Some(index),
            is_shared: own.is_none() && schema.is_some(),
        }
    }

    pub(super) fn single(crd: Crd<'t, 's>, name: Value<'t, 's>) -> Self {
        Version {
            name: name.text(),
            is_served: true,
            is_stored: true,
            is_deprecated: false,
            schema: crd.spec.at(&["validation", "openAPIV3Schema"]).map(Schema::new),
            subresources: crd.spec.get("subresources"),
            index: None,
            is_shared: true,
        }
    }
}

/// Compares the names of versions as Kubernetes ranks them, the lesser one first: `v1alpha1` before
/// `v1beta1` before `v1`, by number and not by letter. Names of no such form are least, and of two
/// such the alphabetically first is the greater (`k8s.io/apimachinery/pkg/version`).
pub fn precedence(left: &str, right: &str) -> Ordering {
    match (rank(left), rank(right)) {
        (Some(left), Some(right)) => left.cmp(&right),
        (None, None) => right.cmp(left),
        (left, right) => left.is_some().cmp(&right.is_some()),
    }
}

/// Returns how stable a version is, its number, and that of its alpha or beta.
fn rank(name: &str) -> Option<(u8, u64, u64)> {
    let rest = name.strip_prefix('v')?;
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?;
    let (stability, major, minor) = match (rest.split_once("alpha"), rest.split_once("beta")) {
        (Some((major, minor)), _) => (0, major, number(minor)?),
        (None, Some((major, minor))) => (1, major, number(minor)?),
        (None, None) => (2, rest, 0),
    };
    Some((stability, number(major)?, minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ranked_as_kubernetes_does() {
        // From the greatest to the least, as its documentation on versions lists them.
        let ranked =
            ["v10", "v2", "v1", "v11beta2", "v10beta3", "v3beta1", "v12alpha1", "v11alpha2", "foo1", "foo10"];
        for pair in ranked.windows(2) {
            assert_eq!(precedence(pair[1], pair[0]), Ordering::Less, "{pair:?}");
        }
        assert_eq!(precedence("v1-11-0", "v1-12-0"), Ordering::Greater);
    }
}
