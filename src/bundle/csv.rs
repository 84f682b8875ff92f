//! The ClusterServiceVersion, looked at where somebody asks.

use crate::text::Value;

/// A view of a ClusterServiceVersion.
#[derive(Debug, Clone, Copy)]
pub struct Csv<'t, 's>(pub Value<'t, 's>);

impl<'t, 's> Csv<'t, 's> {
    /// Returns `spec`.
    pub fn spec(self) -> Option<Value<'t, 's>> {
        self.0.get("spec")
    }

    /// Returns the value of an annotation.
    pub fn annotation(self, name: &str) -> Option<&'t str> {
        self.0.at(&["metadata", "annotations"])?.get(name)?.str()
    }

    /// Returns the elements of `spec.customresourcedefinitions.owned`.
    pub fn owned_crds(self) -> impl Iterator<Item = Value<'t, 's>> {
        self.list(&["customresourcedefinitions", "owned"])
    }

    /// Returns the elements of `spec.install.spec.deployments`.
    pub fn deployments(self) -> impl Iterator<Item = Value<'t, 's>> {
        self.list(&["install", "spec", "deployments"])
    }

    /// Returns the elements of a list below `spec`; nothing where there is no such list.
    pub fn list(self, keys: &[&str]) -> impl Iterator<Item = Value<'t, 's>> {
        self.spec().and_then(|spec| spec.at(keys)).into_iter().flat_map(Value::items)
    }
}
