//! What rules about the contract with an installer are handed: the contract, and what OLM makes of the catalog.

use std::collections::HashMap;

use crate::catalog::{Catalog, Channel, Package};
use crate::resolve::{Index, Ladder, Lane, Namespace, Source, Subscription, choosable};
use crate::settings::{Contract, Expected, InstallNamespace};
use crate::text::Place;

/// A contract, with the catalog that it is about.
#[derive(Debug)]
pub struct ContractView<'c> {
    /// The contract.
    pub contract: &'c Contract,
    /// Where the contract stands.
    pub origin: &'c Place,
    /// Whether the catalog is all that the installer sees; else packages may be elsewhere.
    pub is_whole: bool,
    /// The catalog, as the installer's CatalogSource.
    pub sources: [Source<'c>; 1],
    /// Which seats OLM can choose at all.
    pub choosable: Vec<bool>,
    channels: HashMap<(&'c str, &'c str), &'c Channel<'c>>,
    packages: HashMap<&'c str, &'c Package<'c>>,
}

/// A channel that the installer subscribes to, and which has a head.
pub(super) struct Subscribed<'v, 'c> {
    pub(super) package: &'c str,
    pub(super) expected: &'c Expected,
    pub(super) at: usize,
    pub(super) lane: &'v Lane<'c>,
    /// The seat of the head.
    pub(super) head: usize,
    pub(super) channel: &'c Channel<'c>,
}

impl<'c> ContractView<'c> {
    /// Makes the view of a catalog, which may come in parts; none for a contract that was not read from a file.
    pub fn new(parts: &[&'c Catalog<'c>], contract: &'c Contract, is_whole: bool) -> Option<Self> {
        let source = &contract.catalog_source;
        let index = Index::new(parts.iter().copied());
        let (name, namespace) = (source.name.clone(), source.namespace.clone());
        let sources = [Source { name, namespace, priority: 0, index }];
        let (mut channels, mut packages) = (HashMap::new(), HashMap::new());
        for catalog in parts {
            for channel in &catalog.channels {
                channels.entry((channel.package.as_ref(), channel.name.as_ref())).or_insert(channel);
            }
            for package in &catalog.packages {
                packages.entry(package.name.as_ref()).or_insert(package);
            }
        }
        let choosable = choosable(&sources, 0);
        let origin = contract.origin.as_ref()?;
        Some(ContractView { contract, origin, is_whole, sources, choosable, channels, packages })
    }

    /// Returns the catalog.
    pub fn index(&self) -> &Index<'c> {
        &self.sources[0].index
    }

    /// Returns the place of what the contract says of a package.
    pub fn expected_place(&self, package: &str) -> Place {
        self.origin.key("packages").key(package)
    }

    /// Returns a package.
    pub fn package(&self, name: &str) -> Option<&'c Package<'c>> {
        self.packages.get(name).copied()
    }

    /// Returns a channel.
    pub fn channel(&self, package: &str, name: &str) -> Option<&'c Channel<'c>> {
        self.channels.get(&(package, name)).copied()
    }

    /// Returns the channels that the installer subscribes to. What is not there, or has no head, is the finding of
    /// another rule.
    pub(super) fn subscribed(&self) -> impl Iterator<Item = Subscribed<'_, 'c>> {
        self.contract.packages.iter().filter_map(|(package, expected)| {
            let at = self.index().lane(package, &expected.channel)?;
            let lane = &self.index().channels[at];
            let head = *lane.chain.as_ref().ok()?.first()?;
            let channel = self.channel(package, &expected.channel)?;
            Some(Subscribed { package, expected, at, lane, head, channel })
        })
    }

    /// Returns where every version of a package gets to in a channel.
    pub(super) fn ladder(&self, lane: usize) -> Ladder<'_, 'c> {
        Ladder::new(self.index(), lane, &self.choosable)
    }

    /// Returns what OLM would have of a namespace in which only these packages are subscribed to.
    pub(super) fn namespace<'p>(
        &self,
        namespace: &InstallNamespace,
        packages: impl IntoIterator<Item = &'p str>,
    ) -> Namespace {
        let subscription = |package: &str| {
            let channel =
                self.contract.packages.get(package).map_or("", |expected| expected.channel.as_str());
            Subscription::new(&self.contract.catalog_source.name, package, channel)
        };
        Namespace {
            name: namespace.name.clone(),
            subscriptions: packages.into_iter().map(subscription).collect(),
            csvs: Vec::new(),
        }
    }
}
