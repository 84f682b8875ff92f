//! What differs between two catalogs, and who is left behind by it.

use std::collections::{BTreeMap, BTreeSet};

use super::bundle::{Change, maps};
use super::crds::{self, Worse};
use crate::catalog::{BundleBlob, Catalog, Property, RelatedImage};
use crate::resolve::{End, Index, Ladder, Source, choosable};

/// What differs between two catalogs. Whatever is listed is sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Packages that come or go.
    pub packages: Vec<(String, Change)>,
    /// Channels that come or go, or whose entries or edges differ; by package and name.
    pub channels: Vec<(String, String, Change)>,
    /// Packages and their old and new default channel.
    pub defaults: Vec<(String, String, String)>,
    /// Package, channel, old and new head, as far as OLM v0 sees one; an empty text is none.
    pub heads: Vec<(String, String, String, String)>,
    /// Bundles that come or go, or whose content is another one under the same name.
    pub bundles: Vec<BundleDifference>,
    /// Who could reach the head of a channel, and cannot any more.
    pub stranded: Vec<Stranded>,
    /// The upgrades that do more harm to the objects of CRDs than before.
    pub worse: Vec<Worse>,
}

/// How a bundle differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleDifference {
    /// The package.
    pub package: String,
    /// The bundle.
    pub name: String,
    /// How it differs.
    pub change: Change,
    /// The fields that differ, and of `properties` the types, if it is there before and after.
    pub fields: Vec<String>,
}

/// A version that is left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranded {
    /// The package.
    pub package: String,
    /// The channel of those who are affected.
    pub channel: String,
    /// The installed CSV.
    pub name: String,
    /// Why: a phrase.
    pub why: String,
}

/// What a change is about, for who wants some kinds of change to fail a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// Versions that could reach a head, and cannot any more.
    Stranded,
    /// Upgrades that do more harm to the objects of CRDs than before.
    Incompatible,
    /// Packages, channels or bundles that go.
    Removed,
    /// Packages, channels or bundles that come.
    Added,
    /// Bundles with another content under the same name.
    Changed,
    /// Default channels that moved.
    Default,
    /// Heads that moved.
    Head,
}

impl Topic {
    /// Every topic, the gravest first.
    pub const ALL: [Topic; 7] = [
        Topic::Stranded,
        Topic::Incompatible,
        Topic::Removed,
        Topic::Changed,
        Topic::Default,
        Topic::Head,
        Topic::Added,
    ];

    /// Returns the word for it.
    pub fn name(self) -> &'static str {
        match self {
            Topic::Stranded => "stranded",
            Topic::Incompatible => "incompatible",
            Topic::Removed => "removed",
            Topic::Added => "added",
            Topic::Changed => "changed",
            Topic::Default => "default",
            Topic::Head => "head",
        }
    }
}

impl Difference {
    /// Returns whether nothing differs.
    pub fn is_empty(&self) -> bool {
        *self == Difference::default()
    }

    /// Returns how many differences are about a topic. A channel with other entries is none of them: what matters
    /// of it is in the other topics.
    pub fn count(&self, topic: Topic) -> usize {
        let of = |wanted: Change| {
            self.packages.iter().filter(|(_, change)| *change == wanted).count()
                + self.channels.iter().filter(|(.., change)| *change == wanted).count()
                + self.bundles.iter().filter(|bundle| bundle.change == wanted).count()
        };
        match topic {
            Topic::Stranded => self.stranded.len(),
            Topic::Incompatible => self.worse.len(),
            Topic::Removed => of(Change::Removed),
            Topic::Added => of(Change::Added),
            Topic::Changed => self.bundles.iter().filter(|bundle| bundle.change == Change::Changed).count(),
            Topic::Default => self.defaults.len(),
            Topic::Head => self.heads.len(),
        }
    }
}

/// Compares two catalogs.
pub fn catalogs(old: &Catalog<'_>, new: &Catalog<'_>) -> Difference {
    let mut difference =
        Difference { packages: maps(&packages(old), &packages(new)), ..Difference::default() };
    let defaults = (packages(old), packages(new));
    for (name, before) in &defaults.0 {
        if let Some(after) = defaults.1.get(name).filter(|after| *after != before) {
            difference.defaults.push((name.clone(), before.clone(), after.clone()));
        }
    }
    let split =
        |key: &str| key.split_once('\0').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap_or_default();
    for (key, change) in maps(&channels(old), &channels(new)) {
        let (package, name) = split(&key);
        difference.channels.push((package, name, change));
    }
    let (before, after) = (blobs(old), blobs(new));
    for (key, change) in maps(&before, &after) {
        let (package, name) = split(&key);
        let fields = match (before.get(&key), after.get(&key)) {
            (Some(before), Some(after)) => before.differs(after),
            _ => Vec::new(),
        };
        difference.bundles.push(BundleDifference { package, name, change, fields });
    }
    upgrades(old, new, &mut difference);
    difference
}

fn packages(catalog: &Catalog<'_>) -> BTreeMap<String, String> {
    let packages = catalog.packages.iter();
    packages.map(|package| (package.name.to_string(), package.default_channel.to_string())).collect()
}

/// The edges of a channel, by the entry that they lead to.
type Edges = BTreeMap<String, (String, Vec<String>, String)>;

fn channels(catalog: &Catalog<'_>) -> BTreeMap<String, Edges> {
    let edges = |channel: &crate::catalog::Channel<'_>| -> Edges {
        let entry = |entry: &crate::catalog::Entry<'_>| {
            let mut skips: Vec<String> = entry.skips.iter().map(ToString::to_string).collect();
            skips.sort_unstable();
            (entry.name.to_string(), (entry.replaces.to_string(), skips, entry.skip_range.to_string()))
        };
        channel.entries().iter().map(entry).collect()
    };
    let channels = catalog.channels.iter();
    channels.map(|channel| (format!("{}\0{}", channel.package, channel.name), edges(channel))).collect()
}

/// What counts of a bundle: where it stands in its file does not, nor does the order of its properties.
struct Content<'c> {
    image: &'c str,
    properties: Vec<&'c Property<'c>>,
    related: Vec<&'c RelatedImage<'c>>,
}

impl PartialEq for Content<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.differs(other).is_empty()
    }
}

impl Content<'_> {
    fn differs(&self, other: &Self) -> Vec<String> {
        let mut fields = Vec::new();
        if self.image != other.image {
            fields.push("image".to_owned());
        }
        fields.extend(self.kinds(other).into_iter().map(|kind| format!("property {kind}")));
        if self.related != other.related {
            fields.push("relatedImages".to_owned());
        }
        fields
    }

    /// Returns the types of the properties that differ. Equal bytes are the rule, and how a value is spelled is
    /// looked at only where they differ.
    fn kinds(&self, other: &Self) -> BTreeSet<String> {
        if self.properties == other.properties {
            return BTreeSet::new();
        }
        let spelled = |content: &Self| -> BTreeSet<(String, Option<String>)> {
            let value =
                |property: &Property<'_>| property.value.as_ref().map(|raw| raw.to_json().into_owned());
            content.properties.iter().map(|property| (property.kind.to_string(), value(property))).collect()
        };
        spelled(self).symmetric_difference(&spelled(other)).map(|(kind, _)| kind.clone()).collect()
    }
}

fn blobs<'c>(catalog: &'c Catalog<'c>) -> BTreeMap<String, Content<'c>> {
    let content = |blob: &'c BundleBlob<'c>| {
        let mut properties: Vec<_> = blob.properties.iter().collect();
        properties.sort_by(|a, b| (&a.kind, &a.value).cmp(&(&b.kind, &b.value)));
        let mut related: Vec<_> = blob.related_images.iter().collect();
        related.sort_by(|a, b| (&a.name, &a.image).cmp(&(&b.name, &b.image)));
        Content { image: &blob.image, properties, related }
    };
    catalog.bundles.iter().map(|blob| (format!("{}\0{}", blob.package, blob.name), content(blob))).collect()
}

/// Finds the heads that moved, and who is left behind.
fn upgrades(old: &Catalog<'_>, new: &Catalog<'_>, difference: &mut Difference) {
    let source = |index| [Source { name: String::new(), namespace: String::new(), priority: 0, index }];
    let (old, new) = (source(Index::new([old])), source(Index::new([new])));
    let (could, can) = (choosable(&old, 0), choosable(&new, 0));
    let (old, new) = (&old[0].index, &new[0].index);
    let changed = difference.bundles.iter().filter(|bundle| bundle.change == Change::Changed);
    let changed = changed.map(|bundle| (bundle.package.as_str(), bundle.name.as_str())).collect();
    difference.worse = crds::worse(old, new, &changed);
    let head = |index: &Index<'_>, ladder: &Ladder<'_, '_>| {
        ladder.first().map(|seat| index.seats[seat].entry.name.to_string()).unwrap_or_default()
    };
    for (at, lane) in old.channels.iter().enumerate() {
        let before = Ladder::new(old, at, &could);
        let after = new.lane(lane.package, lane.name).map(|at| Ladder::new(new, at, &can));
        let heads = (head(old, &before), after.as_ref().map(|after| head(new, after)).unwrap_or_default());
        if heads.0 != heads.1 && after.is_some() {
            difference.heads.push((lane.package.into(), lane.name.into(), heads.0, heads.1.clone()));
        }
        for rung in before.rungs.iter().filter(|rung| rung.is_listed && rung.end == End::Head) {
            let bundle = &old.bundles[rung.bundle];
            let why = match &after {
                None => Some(format!("channel `{}` is gone", lane.name)),
                Some(after) => match after.from(&bundle.blob.name, bundle.traits.version.as_ref()) {
                    (.., End::Head) => None,
                    (.., End::Stranded(_)) if heads.1 == bundle.blob.name => None,
                    (_, _, End::Failed(failure)) => Some(failure.message),
                    (None, ..) if heads.1.is_empty() => Some(format!("channel `{}` has no head", lane.name)),
                    (None, _, End::Stranded(_)) => Some(format!("no edge leads from it to `{}`", heads.1)),
                    (_, _, End::Stranded(end)) => {
                        let end =
                            end.map(|bundle| new.bundles[bundle].blob.name.as_ref()).unwrap_or_default();
                        Some(format!("it gets to `{end}`, and from there no edge leads to `{}`", heads.1))
                    }
                    (_, _, End::Circle) => Some("upgrades go in a circle".to_owned()),
                },
            };
            difference.stranded.extend(why.map(|why| Stranded {
                package: lane.package.into(),
                channel: lane.name.into(),
                name: bundle.blob.name.to_string(),
                why,
            }));
        }
    }
}
