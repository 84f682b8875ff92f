//! What an upgrade does to the objects of CRDs, and between which bundles it does more harm than it did.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;

use super::bundle::Change;
use super::package::{Files, Package, Wanted};
use super::upgrade::Upgrade;
use crate::crd::{Check, Crd, Effect};
use crate::resolve::{Edges, Index};
use crate::text::json;

/// What an upgrade does to the objects of a CRD, at worst.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Harm {
    /// The CRD.
    pub crd: String,
    /// The worst that happens.
    pub effect: Effect,
    /// The first change that does so, as a phrase: what, and how it changes.
    pub what: String,
    /// How many more do.
    pub more: usize,
}

impl Harm {
    /// Says what changes.
    pub(super) fn told(&self) -> String {
        if self.more > 0 { format!("{}, and {} more", self.what, self.more) } else { self.what.clone() }
    }
}

/// Names are in backticks.
impl fmt::Display for Harm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}: {}", self.crd, self.effect.phrase(), self.told())
    }
}

/// An upgrade that does more harm than it did in an older catalog, where it may not have been there at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worse {
    /// The package.
    pub package: String,
    /// What is upgraded.
    pub from: String,
    /// To what.
    pub to: String,
    /// The harm it does.
    pub harm: Harm,
    /// What it did before.
    pub before: Effect,
}

/// Compares the CRDs of two bundles by their names.
pub(super) fn differences(upgrade: &Upgrade<'_>) -> Vec<(String, Change)> {
    let (old, new) = (upgrade.from.crds_by_name(), upgrade.to.crds_by_name());
    let names: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    let change = |name: &str| match (old.get(name), new.get(name)) {
        (None, _) => Some(Change::Added),
        (_, None) => Some(Change::Removed),
        (Some(old), Some(new)) => (!is_same(*old, *new)).then_some(Change::Changed),
    };
    names.into_iter().filter_map(|name| Some((name.to_owned(), change(name)?))).collect()
}

/// Whether two CRDs say the same, in whatever order. What differs in length differs.
fn is_same(old: Crd<'_, '_>, new: Crd<'_, '_>) -> bool {
    const SORTED: json::Style = json::Style { indent: 0, sort: true, escape_html: false, doubles: false };
    let sorted = |crd: Crd<'_, '_>| {
        let mut text = String::new();
        json::write(crd.spec(), SORTED, &mut text);
        text
    };
    let (one, other) = (old.spec(), new.spec());
    one.same(other) || (one.count() == other.count() && sorted(old) == sorted(new))
}

/// Says what becomes of the objects of the CRDs that both bundles have, sorted by the names of these.
pub(super) fn harms(upgrade: &Upgrade<'_>) -> Vec<Harm> {
    let mut harms = Vec::new();
    for pair in upgrade.pairs() {
        let mut worst: Option<Harm> = None;
        for change in pair.changes.iter().filter(|change| change.effect != Effect::Harmless) {
            match &mut worst {
                Some(worst) if change.effect < worst.effect => {}
                Some(worst) if change.effect == worst.effect => worst.more += 1,
                _ => {
                    let path = change.path.to_string();
                    let subject = match (change.check, change.version) {
                        (
                            Check::Names | Check::Scope | Check::Conversion | Check::PreserveUnknownFields,
                            _,
                        ) => "it",
                        (_, version) if path.is_empty() => version,
                        _ => &path,
                    };
                    let what = format!("{subject} {}", change.message);
                    let crd = pair.new.name().to_owned();
                    worst = Some(Harm { crd, effect: change.effect, what, more: 0 });
                }
            }
        }
        harms.extend(worst);
    }
    harms.sort_by(|one, other| one.crd.cmp(&other.crd));
    harms
}

/// The harms of an upgrade that leads from one name to another.
type Harms = Vec<(String, String, Vec<Harm>)>;

/// Says what some upgrades of a package do to the objects of CRDs.
fn harms_of(index: &Index<'_>, package: &str, is_wanted: impl Fn(&str, &str) -> bool) -> Harms {
    Package::open(index, package, &Files::default(), Wanted::Crds, |package| {
        let name = |place: usize| package.operators()[place].name();
        let wanted = package.taken().iter().copied().filter(|&(from, to)| is_wanted(name(from), name(to)));
        let wanted: Vec<(usize, usize)> = wanted.collect();
        package.upgrades(&wanted, |(from, to), upgrade| {
            (name(from).to_owned(), name(to).to_owned(), harms(upgrade))
        })
    })
}

/// Finds the upgrades of the new catalog that do more harm than in the old one. What the old one does not offer, nobody
/// has from it, and no harm is done. `changed` are the bundles, by package and name, whose content is another one.
pub(super) fn worse(old: &Index<'_>, new: &Index<'_>, changed: &HashSet<(&str, &str)>) -> Vec<Worse> {
    let mut found = Vec::new();
    for package in new.package_names() {
        let (known, after) = (taken(old, package), taken(new, package));
        let is_other = |from: &str, to: &str| {
            old.bundle(package, from).is_some()
                && (!known.contains(&(from, to))
                    || changed.contains(&(package, from))
                    || changed.contains(&(package, to)))
        };
        let other: HashSet<(&str, &str)> =
            after.into_iter().filter(|(from, to)| is_other(from, to)).collect();
        if other.is_empty() {
            continue;
        }
        let mut was: HashMap<(String, String, String), Effect> = HashMap::new();
        if other.iter().any(|ends| known.contains(ends)) {
            for (from, to, harms) in harms_of(old, package, |from, to| other.contains(&(from, to))) {
                was.extend(harms.into_iter().map(|harm| ((from.clone(), to.clone(), harm.crd), harm.effect)));
            }
        }
        for (from, to, harms) in harms_of(new, package, |from, to| other.contains(&(from, to))) {
            for harm in harms {
                let key = (from.clone(), to.clone(), harm.crd.clone());
                let before = was.get(&key).copied().unwrap_or(Effect::Harmless);
                if harm.effect > before {
                    let (package, from, to) = (package.to_owned(), from.clone(), to.clone());
                    found.push(Worse { package, from, to, harm, before });
                }
            }
        }
    }
    found
}

/// Returns the upgrades of a package that OLM can take, by the names of their ends.
fn taken<'c>(index: &Index<'c>, package: &str) -> HashSet<(&'c str, &'c str)> {
    let edges = Edges::new(index, package);
    let name = |place: usize| -> &'c str { &index.bundles[edges.bundles()[place]].blob.name };
    edges.taken().into_keys().map(|(from, to)| (name(from), name(to))).collect()
}
