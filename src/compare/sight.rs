//! What there is to see of a package: what each bundle says of itself, and what each upgrade changes.

use rayon::prelude::*;

use super::bundle::{BundleChange, Content};
use super::facts::Facts;
use super::package::{Files, Package, Wanted};
use super::upgrade::Upgrade;
use crate::catalog::Catalog;
use crate::resolve::Index;

/// What there is to see of a package.
#[derive(Debug)]
pub struct Sight {
    /// Its name.
    pub package: String,
    /// Its bundles by name, sorted by version: those that are in a channel.
    pub bundles: Vec<(String, Facts)>,
    /// The upgrades that OLM can take, by the names of their ends, in the order of the bundles.
    pub upgrades: Vec<(String, String, BundleChange)>,
}

/// Looks at a package.
#[derive(Debug)]
pub struct Looker<'p, 'c> {
    package: &'p Package<'c>,
    contents: Vec<Content>,
}

impl<'p, 'c> Looker<'p, 'c> {
    /// Looks at the bundles. They should have been read with [`Wanted::Everything`].
    pub fn new(package: &'p Package<'c>) -> Self {
        Looker { package, contents: package.operators().par_iter().map(Content::read).collect() }
    }

    /// Says what an upgrade changes.
    pub fn change(&self, (from, to): (usize, usize), upgrade: &Upgrade<'_>) -> BundleChange {
        BundleChange::of(&self.contents[from], &self.contents[to], upgrade)
    }

    /// Returns what was seen. `changes` are what [`Looker::change`] said of each of [`Package::taken`].
    pub fn sight(self, changes: Vec<BundleChange>) -> Sight {
        let operators = self.package.operators();
        let facts = operators
            .par_iter()
            .zip(&self.contents)
            .map(|(operator, content)| (operator.name().to_owned(), Facts::read(operator, content)));
        let name = |place: usize| operators[place].name().to_owned();
        let upgrades = self.package.taken().iter().zip(changes);
        Sight {
            package: self.package.name.to_owned(),
            bundles: facts.collect(),
            upgrades: upgrades.map(|(&(from, to), change)| (name(from), name(to), change)).collect(),
        }
    }
}

/// Looks at every package of a catalog that has channels.
pub fn sights(catalog: &Catalog<'_>) -> Vec<Sight> {
    let index = Index::new([catalog]);
    let look = |package: &Package<'_>| {
        let looker = Looker::new(package);
        let changes = package.upgrades(package.taken(), |ends, upgrade| looker.change(ends, upgrade));
        looker.sight(changes)
    };
    let open = |name: &&str| Package::open(&index, name, &Files::default(), Wanted::Everything, look);
    // Packages one by one on each core: the manifests of one are no small thing.
    index.package_names().par_iter().map(open).collect()
}
