//! A version of a CustomResourceDefinition.

use std::cmp::Ordering;

use super::{Crd, Schema};
use crate::text::{Route, Value};

/// A version of a CRD.
#[derive(Debug, Clone)]
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
    /// The way from the root of the manifest to the schema.
    pub schema_route: Route,
    /// The way from the root of the manifest to the version.
    pub route: Route,
    /// The subresources `status` and `scale`.
    pub subresources: Option<Value<'t, 's>>,
}

impl<'t, 's> Version<'t, 's> {
    /// Returns whether `status` is written by itself.
    pub fn has_status(&self) -> bool {
        self.subresources.and_then(|all| all.get("status")).is_some_and(|status| !status.is_null())
    }

    pub(super) fn listed(crd: Crd<'t, 's>, index: usize, value: Value<'t, 's>) -> Self {
        let is = |key| value.get(key).and_then(Value::bool).unwrap_or_default();
        let route = Route::default().key("spec").key("versions").index(index);
        // v1beta1 lets all versions share one schema.
        let shared = crd.spec.at(&["validation", "openAPIV3Schema"]).filter(|_| crd.is_v1beta1());
        let (schema, schema_route) = match value.at(&["schema", "openAPIV3Schema"]) {
            None if shared.is_some() => (shared, shared_route()),
            own => (own, route.key("schema").key("openAPIV3Schema")),
        };
        let shared = crd.spec.get("subresources").filter(|_| crd.is_v1beta1());
        Version {
            name: super::text(value, &["name"]),
            is_served: is("served"),
            is_stored: is("storage"),
            is_deprecated: is("deprecated"),
            schema: schema.map(Schema::new),
            schema_route,
            route,
            subresources: value.get("subresources").or(shared),
        }
    }

    pub(super) fn single(crd: Crd<'t, 's>, name: Value<'t, 's>) -> Self {
        Version {
            name: name.text(),
            is_served: true,
            is_stored: true,
            is_deprecated: false,
            schema: crd.spec.at(&["validation", "openAPIV3Schema"]).map(Schema::new),
            schema_route: shared_route(),
            route: Route::default().key("spec").key("version"),
            subresources: crd.spec.get("subresources"),
        }
    }
}

fn shared_route() -> Route {
    Route::default().key("spec").key("validation").key("openAPIV3Schema")
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
