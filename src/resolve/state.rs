//! What a cluster has of OLM v0, as plain values: one namespace at a time, since OLM resolves one at a time.

use super::index::Index;
use super::need::Traits;

/// A CatalogSource that a namespace sees.
#[derive(Debug)]
pub struct Source<'c> {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// Its priority; the higher, the sooner a dependency is taken from it.
    pub priority: i32,
    /// Its content.
    pub index: Index<'c>,
}

/// A namespace with its OperatorGroup.
#[derive(Debug, Clone, Default)]
pub struct Namespace {
    /// Its name.
    pub name: String,
    /// Its Subscriptions.
    pub subscriptions: Vec<Subscription>,
    /// Its CSVs, without those that OLM copied from elsewhere.
    pub csvs: Vec<Installed>,
}

/// A Subscription.
#[derive(Debug, Clone, Default)]
pub struct Subscription {
    /// Its name.
    pub name: String,
    /// The CatalogSource.
    pub source: String,
    /// The package.
    pub package: String,
    /// The channel; empty for any, the default one first.
    pub channel: String,
    /// The CSV to begin with; empty for the head.
    pub starting_csv: String,
    /// Whether upgrades wait for an approval.
    pub is_manual: bool,
    /// `status.installedCSV`; empty before the first.
    pub installed: String,
    /// Whether `status` names a plan that is not complete: until then nothing is resolved for it.
    pub is_pending: bool,
}

impl Subscription {
    /// Makes a Subscription as installers do: named after its package, nothing installed, to be approved by hand.
    pub fn new(source: &str, package: &str, channel: &str) -> Self {
        Subscription {
            name: package.to_owned(),
            source: source.to_owned(),
            package: package.to_owned(),
            channel: channel.to_owned(),
            is_manual: true,
            ..Subscription::default()
        }
    }
}

/// A CSV on the cluster.
#[derive(Debug, Clone, Default)]
pub struct Installed {
    /// Its name.
    pub name: String,
    /// What it gives and needs, by its annotation `operatorframework.io/properties`.
    pub traits: Traits,
}

/// The OperatorGroup's choice of namespaces, in the words of install modes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The namespace that it is in.
    pub namespace: String,
    /// The namespaces that it selects; none selects all.
    pub targets: Vec<String>,
}

impl Group {
    /// Returns the install modes that a CSV must support, all of them.
    pub fn modes(&self) -> Vec<&'static str> {
        let own = self.targets.contains(&self.namespace);
        match (self.targets.len(), own) {
            (0, _) => vec!["AllNamespaces"],
            (1, true) => vec!["OwnNamespace"],
            (1, false) => vec!["SingleNamespace"],
            (_, true) => vec!["MultiNamespace", "OwnNamespace"],
            (_, false) => vec!["MultiNamespace"],
        }
    }
}
