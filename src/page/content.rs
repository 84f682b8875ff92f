//! What the page shows, as a plain value: packages with their channels, bundles with their facts, upgrades with what
//! they change, and findings.

use std::collections::{BTreeSet, HashMap};

use super::Subject;
use crate::catalog::{self, BundleBlob, Catalog};
use crate::compare::{BundleChange, Change, Facts, Sight};
use crate::diag::Level;
use crate::drawing::{self, Picture};
use crate::report::{self, Shown};
use crate::resolve::{Index, Source, choosable};

/// What the page shows.
pub(super) struct Content<'i> {
    pub(super) subject: Subject<'i>,
    pub(super) packages: Vec<Package<'i>>,
    pub(super) bundles: Vec<Bundle<'i>>,
    pub(super) upgrades: Vec<&'i BundleChange>,
    pub(super) findings: Vec<Shown<'i>>,
}

/// A package.
pub(super) struct Package<'i> {
    pub(super) name: &'i str,
    /// The blob; none where channels or bundles name a package that is not there.
    pub(super) blob: Option<&'i catalog::Package<'i>>,
    pub(super) channels: Vec<Channel>,
    /// How many bundles it has.
    pub(super) bundles: usize,
    /// The bundles that no channel has.
    pub(super) loose: Vec<&'i str>,
    /// How many errors and warnings are about it.
    pub(super) counts: (usize, usize),
}

/// An upgrade as [`Sight`] has it: the names of its ends, and what it changes.
type Upgrade = (String, String, BundleChange);

/// A channel.
pub(super) struct Channel {
    pub(super) picture: Picture,
    /// The bundle of each row of the picture, in [`Content::bundles`].
    pub(super) bundles: Vec<Option<usize>>,
    /// The upgrades between its rows, those first that OLM v0 takes.
    pub(super) upgrades: Vec<Step>,
    /// How many more there are that OLM v0 does not take.
    pub(super) left_out: usize,
}

/// How many upgrades that OLM v0 does not take are shown of a channel: where each entry skips all before it, there are
/// as many as pairs of entries.
const IGNORED: usize = 200;

/// An upgrade from one row of a channel to another.
pub(super) struct Step {
    pub(super) from: usize,
    pub(super) to: usize,
    /// What it changes, in [`Content::upgrades`].
    pub(super) upgrade: usize,
    /// Its kind.
    pub(super) kind: drawing::Kind,
    /// Whether OLM v0 never goes this way in the channel.
    pub(super) is_ignored: bool,
}

/// A bundle.
pub(super) struct Bundle<'i> {
    pub(super) blob: &'i BundleBlob<'i>,
    pub(super) version: String,
    pub(super) facts: &'i Facts,
    /// What is found about it, in [`Content::findings`].
    pub(super) findings: Vec<usize>,
    /// How it differs from what the older catalog has.
    pub(super) change: Option<Change>,
}

impl<'i> Content<'i> {
    pub(super) fn new(subject: &Subject<'i>) -> Self {
        let catalog = subject.catalog;
        let (name, namespace) = (String::new(), String::new());
        let sources = [Source { name, namespace, priority: 0, index: Index::new([catalog]) }];
        let choosable = choosable(&sources, 0);
        let index = &sources[0].index;
        let mut content = Content {
            subject: *subject,
            packages: Vec::new(),
            bundles: Vec::new(),
            upgrades: Vec::new(),
            findings: report::shown(subject.report, subject.sources),
        };
        let differences = subject.against.iter().flat_map(|(_, difference)| &difference.bundles);
        let differences: HashMap<(&str, &str), Change> =
            differences.map(|one| ((one.package.as_str(), one.name.as_str()), one.change)).collect();
        let sights: HashMap<&str, &Sight> =
            subject.sights.iter().map(|sight| (sight.package.as_str(), sight)).collect();
        for name in names(catalog) {
            let (mut places, mut changes) = (HashMap::new(), [].as_slice());
            if let Some(sight) = sights.get(name) {
                for (bundle, facts) in &sight.bundles {
                    let Some(blob) = index.bundle(name, bundle) else { continue };
                    let blob = index.bundles[blob].blob;
                    places.insert(bundle.as_str(), content.bundles.len());
                    let version =
                        blob.package_property().map(|property| property.version).unwrap_or_default();
                    let change = differences.get(&(name, bundle.as_str())).copied();
                    content.bundles.push(Bundle { blob, version, facts, findings: Vec::new(), change });
                }
                changes = &sight.upgrades;
            }
            let lanes = index.lanes(name).into_iter().map(|lane| index.channels[lane].name);
            let lanes = lanes.filter(|name| !name.is_empty());
            let find = |lane: &str| {
                catalog.channels.iter().find(|channel| channel.package == name && channel.name == lane)
            };
            let pictures = lanes.filter_map(find).map(|channel| drawing::picture(channel, index, &choosable));
            let mut channels: Vec<Channel> =
                pictures.map(|picture| Channel::new(picture, &places, changes)).collect();
            content.number(&mut channels, changes);
            let own =
                catalog.bundles.iter().filter(|bundle| bundle.package == name && !bundle.name.is_empty());
            content.packages.push(Package {
                name,
                blob: catalog.packages.iter().find(|package| package.name == name),
                channels,
                bundles: own.clone().count(),
                loose: own
                    .map(|bundle| bundle.name.as_ref())
                    .filter(|own| !places.contains_key(own))
                    .collect(),
                counts: content.count(name),
            });
        }
        content.assign();
        content
    }

    /// Takes over the upgrades that the channels of a package show, each once however many channels have it.
    fn number(&mut self, channels: &mut [Channel], changes: &'i [Upgrade]) {
        let mut numbers = HashMap::new();
        for step in channels.iter_mut().flat_map(|channel| &mut channel.upgrades) {
            step.upgrade = *numbers.entry(step.upgrade).or_insert_with(|| {
                self.upgrades.push(&changes[step.upgrade].2);
                self.upgrades.len() - 1
            });
        }
    }

    /// Counts the errors and warnings about a package.
    fn count(&self, package: &str) -> (usize, usize) {
        let count = |level| {
            let is_it = |found: &&Shown<'_>| {
                found.diagnostic.subject.package == package && found.diagnostic.level == level
            };
            self.findings.iter().filter(is_it).count()
        };
        (count(Level::Error), count(Level::Warn))
    }

    /// Gives each bundle the findings about it: those of its version, and those that name it.
    fn assign(&mut self) {
        let mut known: HashMap<(&str, &str), usize> = HashMap::new();
        for (at, bundle) in self.bundles.iter().enumerate() {
            for name in [bundle.version.as_str(), bundle.blob.name.as_ref()] {
                known.entry((bundle.blob.package.as_ref(), name)).or_insert(at);
            }
        }
        let mut found: Vec<(usize, usize)> = Vec::new();
        for (at, finding) in self.findings.iter().enumerate() {
            let subject = &finding.diagnostic.subject;
            let named = finding.diagnostic.message.split('`').skip(1).step_by(2);
            let names = named.chain([subject.version.as_str()]).filter(|name| !name.is_empty());
            let about: BTreeSet<usize> =
                names.filter_map(|name| known.get(&(subject.package.as_str(), name)).copied()).collect();
            found.extend(about.into_iter().map(|bundle| (bundle, at)));
        }
        found.into_iter().for_each(|(bundle, at)| self.bundles[bundle].findings.push(at));
    }
}

impl Channel {
    /// Makes a channel, whose upgrades are numbered as `changes` are.
    fn new(picture: Picture, places: &HashMap<&str, usize>, changes: &[Upgrade]) -> Self {
        let entries = picture.entries.iter().enumerate();
        let rows: HashMap<&str, usize> = entries.map(|(row, entry)| (entry.name.as_str(), row)).collect();
        let step = |(upgrade, (from, to, _)): (usize, &Upgrade)| {
            let (from, to) = (*rows.get(from.as_str())?, *rows.get(to.as_str())?);
            let first = picture.edges.partition_point(|edge| edge.to < to);
            let mut edges = picture.edges[first..].iter().take_while(|edge| edge.to == to);
            // Several kinds of edges may say the same; the first is what counts.
            let edge = edges.find(|edge| edge.from.contains(&from))?;
            Some(Step { from, to, upgrade, kind: edge.kind, is_ignored: edge.is_ignored })
        };
        let mut upgrades: Vec<Step> = changes.iter().enumerate().filter_map(step).collect();
        upgrades.sort_by_key(|step| (step.is_ignored, step.to, step.from));
        let shown = upgrades.partition_point(|step| !step.is_ignored) + IGNORED;
        let left_out = upgrades.len().saturating_sub(shown);
        upgrades.truncate(shown);
        let bundles = picture.entries.iter().map(|entry| places.get(entry.name.as_str()).copied()).collect();
        Channel { picture, bundles, upgrades, left_out }
    }
}

/// Returns the names of all packages, also of those that only channels or bundles name. What has no name could not be
/// read, and findings say so.
fn names<'c>(catalog: &'c Catalog<'_>) -> Vec<&'c str> {
    let packages = catalog.packages.iter().map(|package| package.name.as_ref());
    let channels = catalog.channels.iter().map(|channel| channel.package.as_ref());
    let bundles = catalog.bundles.iter().map(|bundle| bundle.package.as_ref());
    let names: BTreeSet<&str> =
        packages.chain(channels).chain(bundles).filter(|name| !name.is_empty()).collect();
    names.into_iter().collect()
}
