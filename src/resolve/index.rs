//! A catalog as OLM v0's resolver sees it: (package, channel, CSV) triples, and the order inside a channel.

use std::collections::HashMap;

use super::need::{Gvk, Traits};
use super::state::Installed;
use crate::catalog::version::Range;
use crate::catalog::{BundleBlob, Catalog, Entry};

/// A catalog, indexed for the resolver. Making it looks into every bundle's small properties once.
#[derive(Debug)]
pub struct Index<'c> {
    /// Bundles that have a seat in some channel.
    pub bundles: Vec<Offered<'c>>,
    /// The seats, channel by channel.
    pub seats: Vec<Seat<'c>>,
    /// The channels, by package and name.
    pub channels: Vec<Lane<'c>>,
    packages: HashMap<&'c str, PackageLanes<'c>>,
    providers: HashMap<Gvk, Vec<usize>>,
    names: HashMap<(&'c str, &'c str), usize>,
    deprecations: HashMap<(&'c str, &'c str, &'c str), &'c str>,
}

#[derive(Debug, Default)]
struct PackageLanes<'c> {
    default_channel: &'c str,
    lanes: std::ops::Range<usize>,
}

/// A bundle that a catalog offers.
#[derive(Debug)]
pub struct Offered<'c> {
    /// The blob.
    pub blob: &'c BundleBlob<'c>,
    /// What it gives and needs.
    pub traits: Traits,
}

/// A bundle in a channel.
#[derive(Debug)]
pub struct Seat<'c> {
    /// The channel, in [`Index::channels`].
    pub lane: usize,
    /// The entry.
    pub entry: &'c Entry<'c>,
    /// The bundle, in [`Index::bundles`].
    pub bundle: usize,
    /// The entry's `skipRange`; none where there is none that parses.
    pub range: Option<Range>,
}

/// A channel.
#[derive(Debug)]
pub struct Lane<'c> {
    /// The package.
    pub package: &'c str,
    /// The channel.
    pub name: &'c str,
    /// Whether it is the package's default channel.
    pub is_default: bool,
    /// Its seats, in [`Index::seats`].
    pub seats: std::ops::Range<usize>,
    /// Its chain, head first; or why it has none.
    pub chain: Result<Vec<usize>, Disorder>,
    /// The seat of each entry.
    names: HashMap<&'c str, usize>,
    /// For each name, where in the chain entries replace or skip it, in order.
    successors: HashMap<&'c str, Vec<usize>>,
    /// Where in the chain entries have a range, in order.
    ranged: Vec<usize>,
}

impl<'c> Lane<'c> {
    fn new(package: &'c str, name: &'c str, seats: std::ops::Range<usize>, all: &[Seat<'c>]) -> Self {
        let first = seats.start;
        let chain = sort_channel(&all[seats.clone()])
            .map(|chain| chain.into_iter().map(|at| at + first).collect::<Vec<usize>>());
        let names = seats.clone().map(|seat| (all[seat].entry.name.as_ref(), seat)).collect();
        let mut successors: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut ranged = Vec::new();
        for (at, &seat) in chain.iter().flatten().enumerate() {
            let entry = all[seat].entry;
            for name in entry.skips.iter().chain([&entry.replaces]).filter(|name| !name.is_empty()) {
                successors.entry(name).or_default().push(at);
            }
            if all[seat].range.is_some() {
                ranged.push(at);
            }
        }
        Lane { package, name, is_default: false, seats, chain, names, successors, ranged }
    }

    /// Returns the seat of an entry.
    pub fn seat(&self, name: &str) -> Option<usize> {
        self.names.get(name).copied()
    }

    /// Returns the first place in the chain whose entry replaces or skips a name and passes a test.
    pub(super) fn successor(&self, name: &str, passes: impl Fn(usize) -> bool) -> Option<usize> {
        self.successors.get(name)?.iter().copied().find(|&at| passes(at))
    }

    /// Returns the places in the chain whose entries have a range.
    pub(super) fn ranged(&self) -> &[usize] {
        &self.ranged
    }
}

/// Why the entries of a channel have no order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disorder {
    /// Every entry is replaced or skipped by another.
    NoHead,
    /// Following `replaces` from here comes back to where it was.
    Cycle(String),
    /// There are several chains: first and last name of each.
    Chains(Vec<(String, String)>),
}

impl Disorder {
    /// Says it in OLM's words.
    pub fn message(&self, channel: &str, package: &str) -> String {
        match self {
            Disorder::NoHead => format!(
                "no channel heads (entries not replaced by another entry) found in channel {channel:?} of package {package:?}"
            ),
            Disorder::Cycle(first) => format!(
                "a cycle exists in the chain of replacement beginning with {first:?} in channel {channel:?} of package {package:?}"
            ),
            Disorder::Chains(chains) => {
                let span = |(first, last): &(String, String)| {
                    if first == last { first.clone() } else { format!("{first}...{last}") }
                };
                format!(
                    "a unique replacement chain within a channel is required to determine the relative order between channel entries, but {} replacement chains were found in channel {channel:?} of package {package:?}: {}",
                    chains.len(),
                    chains.iter().map(span).collect::<Vec<_>>().join(", ")
                )
            }
        }
    }
}

impl<'c> Index<'c> {
    /// Makes the index of a catalog, which may come in parts. An entry without a bundle is not there for OLM, though others may name it. Of several
    /// channels, bundles or entries with one name, the first counts.
    pub fn new(parts: impl IntoIterator<Item = &'c Catalog<'c>> + Clone) -> Self {
        let mut by_name: HashMap<(&str, &str), &BundleBlob<'_>> = HashMap::new();
        for blob in parts.clone().into_iter().flat_map(|catalog| &catalog.bundles) {
            by_name.entry((&blob.package, &blob.name)).or_insert(blob);
        }
        let mut sorted: Vec<_> = parts.clone().into_iter().flat_map(|catalog| &catalog.channels).collect();
        sorted.sort_by(|a, b| (&a.package, &a.name).cmp(&(&b.package, &b.name)));
        sorted.dedup_by(|later, first| (&later.package, &later.name) == (&first.package, &first.name));
        let mut index = Index {
            bundles: Vec::new(),
            seats: Vec::new(),
            channels: Vec::with_capacity(sorted.len()),
            packages: HashMap::new(),
            providers: HashMap::new(),
            names: HashMap::new(),
            deprecations: HashMap::new(),
        };
        for package in parts.clone().into_iter().flat_map(|catalog| &catalog.packages) {
            let lanes = PackageLanes { default_channel: &package.default_channel, ..PackageLanes::default() };
            index.packages.entry(&package.name).or_insert(lanes);
        }
        let mut bundles: HashMap<*const BundleBlob<'_>, usize> = HashMap::new();
        for channel in sorted {
            let first = index.seats.len();
            let lane = index.channels.len();
            let mut seen = std::collections::HashSet::new();
            for entry in channel.entries().iter().filter(|entry| seen.insert(entry.name.as_ref())) {
                let Some(&blob) = by_name.get(&(channel.package.as_ref(), entry.name.as_ref())) else {
                    continue;
                };
                let bundle = *bundles.entry(blob).or_insert_with(|| {
                    let mut traits = Traits::read(&blob.properties);
                    if traits.package.is_empty() {
                        traits.package = blob.package.to_string();
                    }
                    let bundle = index.bundles.len();
                    index.names.insert((&blob.package, &blob.name), bundle);
                    index.bundles.push(Offered { blob, traits });
                    bundle
                });
                for gvk in &index.bundles[bundle].traits.provides {
                    index.providers.entry(gvk.clone()).or_default().push(index.seats.len());
                }
                let range = (!entry.skip_range.is_empty()).then(|| Range::parse(&entry.skip_range).ok());
                index.seats.push(Seat { lane, entry, bundle, range: range.flatten() });
            }
            let mut made = Lane::new(&channel.package, &channel.name, first..index.seats.len(), &index.seats);
            let package = index.packages.entry(&channel.package).or_default();
            if package.lanes.is_empty() {
                package.lanes = lane..lane;
            }
            package.lanes.end = lane + 1;
            made.is_default = package.default_channel == channel.name;
            index.channels.push(made);
        }
        for blob in parts.into_iter().flat_map(|catalog| &catalog.deprecations) {
            for entry in blob.entries.iter().flatten() {
                let key = (blob.package.as_ref(), entry.schema.as_ref(), entry.name.as_ref());
                index.deprecations.entry(key).or_insert(&entry.message);
            }
        }
        index
    }

    /// Returns whether there is such a package.
    pub fn has_package(&self, package: &str) -> bool {
        self.packages.contains_key(package)
    }

    /// Returns the names of the packages that have channels, sorted.
    pub fn package_names(&self) -> Vec<&'c str> {
        let mut names: Vec<_> = self.channels.iter().map(|lane| lane.package).collect();
        names.dedup();
        names
    }

    /// Returns the channels of a package with their place in [`Index::channels`], the default one first, then by
    /// name.
    pub fn lanes(&self, package: &str) -> Vec<usize> {
        let lanes = self.packages.get(package).map(|package| package.lanes.clone()).unwrap_or_default();
        let mut lanes: Vec<usize> = lanes.collect();
        lanes.sort_by_key(|&lane| !self.channels[lane].is_default);
        lanes
    }

    /// Returns the default channel of a package; empty if there is none.
    pub fn default_channel(&self, package: &str) -> &'c str {
        self.packages.get(package).map_or("", |package| package.default_channel)
    }

    /// Returns a channel's place in [`Index::channels`].
    pub fn lane(&self, package: &str, channel: &str) -> Option<usize> {
        self.channels.binary_search_by(|lane| (lane.package, lane.name).cmp(&(package, channel))).ok()
    }

    /// Returns the seats of those that provide an API.
    pub(super) fn providers(&self, gvk: &Gvk) -> &[usize] {
        self.providers.get(gvk).map_or(&[], Vec::as_slice)
    }

    /// Returns the seats of a channel whose entries upgrade a CSV, in the order of its chain.
    pub(super) fn upgrades(&self, lane: &Lane<'c>, csv: &Installed) -> impl Iterator<Item = usize> {
        let chain = lane.chain.as_deref().unwrap_or_default();
        let by_name = lane.successors.get(csv.name.as_str()).into_iter().flatten();
        let mut found: Vec<usize> = by_name.copied().collect();
        if let Some(version) = &csv.traits.version {
            let holds = |at: &&usize| {
                self.seats[chain[**at]].range.as_ref().is_some_and(|range| range.contains(version))
            };
            found.extend(lane.ranged.iter().filter(holds));
        }
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|at| chain[at])
    }

    /// Returns the bundle in a seat.
    pub fn offered(&self, seat: usize) -> &Offered<'c> {
        &self.bundles[self.seats[seat].bundle]
    }

    /// Returns the place in [`Index::bundles`] of a bundle that has a seat in some channel.
    pub fn bundle(&self, package: &str, name: &str) -> Option<usize> {
        self.names.get(&(package, name)).copied()
    }

    /// Returns whether a bundle is deprecated, by `olm.deprecations`.
    pub(super) fn is_deprecated(&self, bundle: usize) -> bool {
        let blob = self.bundles[bundle].blob;
        self.deprecations.contains_key(&(blob.package.as_ref(), "olm.bundle", blob.name.as_ref()))
    }

    /// Returns what a Subscription is told of the choice of a bundle: the types of conditions, and messages.
    pub fn conditions(&self, package: &str, channel: &str, bundle: &str) -> Vec<(&'static str, &'c str)> {
        let parts = [
            ("PackageDeprecated", "olm.package", ""),
            ("ChannelDeprecated", "olm.channel", channel),
            ("BundleDeprecated", "olm.bundle", bundle),
        ];
        let find =
            |(condition, schema, name)| Some((condition, *self.deprecations.get(&(package, schema, name))?));
        parts.into_iter().filter_map(find).collect()
    }
}

/// Puts the entries of a channel in order, head first, as OLM's `sortChannel` does: along `replaces`, from the
/// one entry that nobody replaces or skips. What somebody skips is left out, and walked through. `skipRange`
/// plays no part.
///
/// # Errors
/// When there is not exactly one chain.
fn sort_channel(seats: &[Seat<'_>]) -> Result<Vec<usize>, Disorder> {
    if seats.is_empty() {
        return Ok(Vec::new());
    }
    let mut by_name: HashMap<&str, usize> = HashMap::with_capacity(seats.len());
    for (at, seat) in seats.iter().enumerate() {
        by_name.insert(&seat.entry.name, at);
    }
    let (mut is_replaced, mut is_skipped) = (vec![false; seats.len()], vec![false; seats.len()]);
    for seat in seats {
        if let Some(&at) = by_name.get(seat.entry.replaces.as_ref()) {
            is_replaced[at] = true;
        }
        for skip in &seat.entry.skips {
            if let Some(&at) = by_name.get(skip.as_ref()) {
                (is_replaced[at], is_skipped[at]) = (true, true);
            }
        }
    }
    let heads: Vec<usize> = (0..seats.len()).filter(|&at| !is_replaced[at]).collect();
    if heads.is_empty() {
        return Err(Disorder::NoHead);
    }
    let mut chains = Vec::new();
    let mut walked_from = vec![usize::MAX; seats.len()];
    // Several heads may share a tail; what is left of it need not be walked again to know that they are several.
    let mut ends: HashMap<usize, usize> = HashMap::new();
    for &head in &heads {
        let (mut chain, mut current) = (Vec::new(), Some(head));
        let mut last = head;
        while let Some(at) = current {
            if walked_from[at] == head {
                return Err(Disorder::Cycle(seats[head].entry.name.to_string()));
            }
            if walked_from[at] != usize::MAX {
                last = ends[&walked_from[at]];
                break;
            }
            walked_from[at] = head;
            last = at;
            if !is_skipped[at] {
                chain.push(at);
            }
            current = by_name.get(seats[at].entry.replaces.as_ref()).copied();
        }
        ends.insert(head, last);
        chains.push((chain, head, last));
    }
    if chains.len() > 1 {
        let name = |at: usize| seats[at].entry.name.to_string();
        let mut spans: Vec<_> = chains.iter().map(|(_, head, last)| (name(*head), name(*last))).collect();
        spans.sort_unstable();
        return Err(Disorder::Chains(spans));
    }
    Ok(chains.pop().map(|(chain, ..)| chain).unwrap_or_default())
}
