//! What OLM v1 installs: the highest version that its filters leave, of all channels, whatever the heads are.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use super::csv::Terms;
use super::index::Index;
use super::state::Source;
use super::stretches::Sorted;
use super::v1_range::VersionRange;
use crate::catalog::BundleBlob;
use crate::catalog::version::{Range, Version, VersionRelease};

/// What a ClusterExtension asks for.
#[derive(Debug, Clone, Default)]
pub struct Extension {
    /// The package.
    pub package: String,
    /// The channels; none for all.
    pub channels: Vec<String>,
    /// `spec.source.catalog.version`; none for any.
    pub range: Option<VersionRange>,
    /// What is installed: the bundle's name and version.
    pub installed: Option<(String, VersionRelease)>,
    /// Whether `upgradeConstraintPolicy` is `SelfCertified`, which ignores edges.
    pub is_self_certified: bool,
}

/// A choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Choice {
    /// The catalog, in the list of sources.
    pub source: usize,
    /// The bundle, in its index.
    pub bundle: usize,
}

/// Returns the bundle that OLM v1 chooses. It may be the one that is installed.
///
/// # Errors
/// What OLM writes to the condition `Progressing`.
pub fn choose(sources: &[Source<'_>], extension: &Extension) -> Result<Choice, String> {
    pick(sources, &offers(sources, extension), extension)
}

/// A way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walk {
    /// What is installed, step by step.
    pub choices: Vec<Choice>,
    /// Why it ends.
    pub stop: Stop,
}

/// Why a way ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// At the bundle that a new installation gets, too.
    Highest,
    /// Before it, since no edge leads on.
    Retained(Choice),
    /// At a bundle that is chosen and not installed: what OLM says.
    Refused(String),
    /// Where OLM finds no bundle: what it says.
    Failed(String),
}

/// Follows the upgrades of an extension; every bundle comes to run unless OLM says at once that it cannot.
pub fn walk(sources: &[Source<'_>], mut extension: Extension, gates: Gates) -> Walk {
    let offers = offers(sources, &extension);
    let fresh = Extension { installed: None, ..extension.clone() };
    let (mut choices, mut seen) = (Vec::new(), HashSet::new());
    let stop = loop {
        let choice = match pick(sources, &offers, &extension) {
            Ok(choice) => choice,
            Err(message) => break Stop::Failed(message),
        };
        let blob = sources[choice.source].index.bundles[choice.bundle].blob;
        let is_there = extension.installed.as_ref().is_some_and(|(name, _)| *name == blob.name);
        // A range may lead back to an older version.
        if is_there || !seen.insert(choice) {
            break match pick(sources, &offers, &fresh) {
                Ok(highest) if highest != choice => Stop::Retained(highest),
                _ => Stop::Highest,
            };
        }
        choices.push(choice);
        if let Some(why) = refuses(blob, gates) {
            break Stop::Refused(why);
        }
        let Ok(version) = blob.version_release() else { break Stop::Highest };
        extension.installed = Some((blob.name.to_string(), version));
    };
    Walk { choices, stop }
}

fn offers<'s, 'c>(sources: &'s [Source<'c>], extension: &Extension) -> Vec<Offers<'s, 'c>> {
    sources.iter().map(|source| Offers::new(&source.index, extension)).collect()
}

/// Chooses among what the catalogs offer.
fn pick(sources: &[Source<'_>], offers: &[Offers<'_, '_>], extension: &Extension) -> Result<Choice, String> {
    let mut found: Vec<(Choice, bool)> = Vec::new();
    for (source, offers) in offers.iter().enumerate() {
        if let Some((bundle, is_deprecated)) = offers.best(extension) {
            found.push((Choice { source, bundle }, is_deprecated));
        }
    }
    if found.iter().any(|(_, is_deprecated)| !is_deprecated) {
        found.retain(|(_, is_deprecated)| !is_deprecated);
    }
    let priority = |choice: &Choice| sources[choice.source].priority;
    let highest = found.iter().map(|(choice, _)| priority(choice)).max();
    found.retain(|(choice, _)| Some(priority(choice)) == highest);
    match found.as_slice() {
        [(choice, _)] => Ok(*choice),
        found => Err(refusal(extension, found, sources)),
    }
}

fn refusal(extension: &Extension, found: &[(Choice, bool)], sources: &[Source<'_>]) -> String {
    let mut text = String::new();
    if let Some((_, version)) = &extension.installed {
        text += &format!("error upgrading from currently installed version \"{version}\": ");
    }
    let what = if found.is_empty() { "no bundles found" } else { "found bundles" };
    text += &format!("{what} for package {:?}", extension.package);
    if let Some(range) = &extension.range {
        text += &format!(" matching version {:?}", range.text());
    }
    if !extension.channels.is_empty() {
        text += &format!(" in channels [{}]", extension.channels.join(" "));
    }
    if !found.is_empty() {
        let names: Vec<&str> = found.iter().map(|(choice, _)| sources[choice.source].name.as_str()).collect();
        text += &format!(" in multiple catalogs with the same priority [{}]", names.join(" "));
    }
    text
}

/// What a catalog offers of a package, as far as an extension wants it: the best first. A bundle is a successor by any
/// of its entries, in whatever channel.
struct Offers<'s, 'c> {
    index: &'s Index<'c>,
    /// The bundles with their versions: those that are not deprecated, then the others; the highest version first.
    best: Vec<(usize, VersionRelease)>,
    /// How many are not deprecated.
    fine: usize,
    /// For each name, the best that replaces or skips it.
    named: HashMap<&'s str, usize>,
    /// The ranges, those of the best first.
    ranges: Vec<(usize, &'s Range)>,
    /// For each bundle of the catalog, the best whose range holds its version.
    ranged: HashMap<usize, usize>,
}

impl<'s, 'c> Offers<'s, 'c> {
    fn new(index: &'s Index<'c>, extension: &Extension) -> Self {
        let sorted = Sorted::new(index, &extension.package);
        let lanes = index.lanes(&extension.package).into_iter().map(|lane| &index.channels[lane]);
        let seats: Vec<_> =
            lanes.flat_map(|lane| lane.seats.clone()).map(|seat| &index.seats[seat]).collect();
        let is_asked = |lane: usize| {
            extension.channels.is_empty()
                || extension.channels.iter().any(|name| name == index.channels[lane].name)
        };
        let asked: HashSet<usize> =
            seats.iter().filter(|seat| is_asked(seat.lane)).map(|seat| seat.bundle).collect();
        let wanted = |bundle: &usize| {
            let version = index.bundles[*bundle].blob.version_release().ok()?;
            let is_wanted = extension.range.as_ref().is_none_or(|range| range.contains(&version.version));
            is_wanted.then_some((*bundle, version))
        };
        let mut best: Vec<_> = asked.iter().filter_map(wanted).collect();
        best.sort_by(|(one, left), (other, right)| {
            let is_deprecated = |bundle| index.is_deprecated(bundle);
            let deprecated = is_deprecated(*one).cmp(&is_deprecated(*other));
            deprecated.then_with(|| right.precedence(left)).then_with(|| one.cmp(other))
        });
        let fine = best.partition_point(|(bundle, _)| !index.is_deprecated(*bundle));
        let ranks: HashMap<usize, usize> =
            best.iter().enumerate().map(|(rank, (bundle, _))| (*bundle, rank)).collect();
        let (mut named, mut ranges) = (HashMap::new(), Vec::new());
        for seat in seats {
            let Some(&rank) = ranks.get(&seat.bundle) else { continue };
            for name in seat.entry.skips.iter().chain([&seat.entry.replaces]) {
                let known = named.entry(name.as_ref()).or_insert(rank);
                *known = rank.min(*known);
            }
            ranges.extend(seat.range.as_ref().map(|range| (rank, range)));
        }
        ranges.sort_by_key(|(rank, _)| *rank);
        let first = sorted.first(ranges.iter().copied());
        let ranged =
            sorted.bundles.iter().zip(first).filter_map(|(&bundle, rank)| Some((bundle, rank?))).collect();
        Offers { index, best, fine, named, ranges, ranged }
    }

    /// Returns the best bundle, and whether it is deprecated.
    fn best(&self, extension: &Extension) -> Option<(usize, bool)> {
        let rank = match &extension.installed {
            Some((name, version)) if !extension.is_self_certified => {
                let by_name = self.named.get(name.as_str()).copied();
                let by_range = self.by_range(&extension.package, name, &version.version);
                by_name.into_iter().chain(by_range).chain(self.same(version)).min()?
            }
            _ => 0,
        };
        self.best.get(rank).map(|(bundle, _)| (*bundle, rank >= self.fine))
    }

    /// Returns the best whose range holds a version, which need not be of this catalog.
    fn by_range(&self, package: &str, name: &str, version: &Version) -> Option<usize> {
        let known = self.index.bundle(package, name).filter(|&known| {
            let known = self.index.bundles[known].traits.version.as_ref();
            known.is_some_and(|known| known.precedence(version) == Ordering::Equal)
        });
        match known {
            Some(known) => self.ranged.get(&known).copied(),
            None => self.ranges.iter().find(|(_, range)| range.contains(version)).map(|(rank, _)| *rank),
        }
    }

    /// Returns the best that has a version and release.
    fn same(&self, version: &VersionRelease) -> Option<usize> {
        let (fine, deprecated) = self.best.split_at(self.fine);
        let find = |part: &[(usize, VersionRelease)]| {
            let at = part.partition_point(|(_, other)| other.precedence(version) == Ordering::Greater);
            part.get(at).filter(|(_, other)| other.precedence(version) == Ordering::Equal).map(|_| at)
        };
        find(fine).or_else(|| find(deprecated).map(|at| at + self.fine))
    }
}

/// What an OLM v1 is set up to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gates {
    /// Whether bundles may watch one namespace (`SingleOwnNamespaceInstallSupport`), off unless turned on.
    pub single_namespace: bool,
    /// Whether nobody provides certificates for webhooks (neither cert-manager nor OpenShift's service CA).
    pub no_certificates: bool,
}

/// Says why OLM v1 would not install a bundle that it has chosen; it then tries no other. As far as the catalog
/// tells: what the bundle's own files say is another matter.
pub fn refuses(blob: &BundleBlob<'_>, gates: Gates) -> Option<String> {
    const DEPENDENCIES: [&str; 3] = ["olm.package.required", "olm.gvk.required", "olm.constraint"];
    let dependency = blob.properties.iter().find(|property| DEPENDENCIES.contains(&property.kind.as_ref()));
    if let Some(property) = dependency {
        return Some(format!(
            "bundle {:?} has a dependency declared via property {:?} which is currently not supported",
            blob.name, property.kind
        ));
    }
    if blob.image.is_empty() {
        return Some("the bundle has no image to pull".to_owned());
    }
    let terms = Terms::read(blob)?;
    if terms.has_api_services {
        return Some("unsupported bundle: apiServiceDefintions are not supported".to_owned());
    }
    let is_one =
        gates.single_namespace && (terms.supports("OwnNamespace") || terms.supports("SingleNamespace"));
    if !terms.supports("AllNamespaces") && !is_one {
        return Some("unsupported bundle: bundle does not support AllNamespaces install mode".to_owned());
    }
    if terms.has_webhooks && gates.no_certificates {
        return Some("unsupported bundle: webhookDefinitions are not supported".to_owned());
    }
    None
}
