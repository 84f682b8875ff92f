//! What rules about packages side by side are handed.

use std::collections::HashMap;

use crate::catalog::{BundleBlob, Catalog, Channel, Graph};
use crate::settings::Contract;
use crate::text::{Tree, Value};

/// All packages that are installed from, and who installs them.
#[derive(Debug)]
pub struct InstallView<'c> {
    /// The catalogs, each with some packages.
    pub catalogs: &'c [&'c Catalog<'c>],
    /// What the project's installer expects; none outside a project.
    pub contract: Option<&'c Contract>,
    channels: HashMap<(&'c str, &'c str), &'c Channel<'c>>,
    bundles: HashMap<(&'c str, &'c str), &'c BundleBlob<'c>>,
}

impl<'c> InstallView<'c> {
    pub(super) fn new(catalogs: &'c [&'c Catalog<'c>], contract: Option<&'c Contract>) -> Self {
        let channels = catalogs.iter().flat_map(|catalog| &catalog.channels);
        let bundles = catalogs.iter().flat_map(|catalog| &catalog.bundles);
        InstallView {
            catalogs,
            contract,
            channels: channels.map(|one| ((one.package.as_ref(), one.name.as_ref()), one)).collect(),
            bundles: bundles.map(|one| ((one.package.as_ref(), one.name.as_ref()), one)).collect(),
        }
    }

    /// Returns all bundles.
    pub fn bundles(&self) -> impl Iterator<Item = &'c BundleBlob<'c>> {
        self.catalogs.iter().flat_map(|catalog| &catalog.bundles)
    }

    /// Returns the bundle that a channel installs; none if it has no single head, or one that is not there.
    pub fn head(&self, package: &str, channel: &str) -> Option<&'c BundleBlob<'c>> {
        let channel = self.channels.get(&(package, channel))?;
        let [head] = Graph::new(channel).heads()[..] else { return None };
        self.bundles.get(&(channel.package.as_ref(), head)).copied()
    }

    /// Returns the bundles that the installer installs, in the order in which it subscribes to their
    /// packages; nothing without an installer.
    pub fn installed(&self) -> Vec<&'c BundleBlob<'c>> {
        let packages = self.contract.map(Contract::in_order).unwrap_or_default();
        packages.into_iter().filter_map(|(package, expected)| self.head(package, &expected.channel)).collect()
    }

    /// Returns the bundles that somebody gets who names no channel.
    pub fn default_heads(&self) -> Vec<&'c BundleBlob<'c>> {
        let packages = self.catalogs.iter().flat_map(|catalog| &catalog.packages);
        packages.filter_map(|package| self.head(&package.name, &package.default_channel)).collect()
    }

    /// Returns what the values of a type of property say; those that cannot be read are another rule's.
    pub fn values<T>(blob: &BundleBlob<'_>, kind: &str, read: impl Fn(Value<'_, '_>) -> Option<T>) -> Vec<T> {
        let properties = blob.properties.iter().filter(|property| property.kind == kind);
        let trees = properties.filter_map(|property| property.value.as_ref()?.tree().ok());
        trees.filter_map(|tree: Tree<'_>| read(tree.root()?)).collect()
    }

    /// Returns the APIs that a bundle provides (`olm.gvk`) or needs (`olm.gvk.required`).
    pub fn apis(blob: &BundleBlob<'_>, kind: &str) -> Vec<String> {
        Self::values(blob, kind, |value| {
            let text = |key| value.get(key).and_then(Value::str);
            Some(format!("{} {} of `{}`", text("kind")?, text("version")?, text("group")?))
        })
    }
}
