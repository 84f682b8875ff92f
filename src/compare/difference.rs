//! What differs between two catalogs, as a value.

use std::fmt;

use super::bundle::Change;
use super::crds::Worse;

/// What differs between two catalogs. Whatever is listed is sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Packages that come or go, or whose fields differ; the name is that of the package again.
    pub packages: Vec<BlobDifference>,
    /// Channels that come or go, or whose fields differ; entries and edges together are `entries`.
    pub channels: Vec<BlobDifference>,
    /// Bundles that come or go, or whose content is another one under the same name.
    pub bundles: Vec<BlobDifference>,
    /// Blobs of schemas that we do not type, all of a schema and a package together; the name is the schema.
    pub others: Vec<BlobDifference>,
    /// What is deprecated, or not any more.
    pub deprecations: Vec<Deprecated>,
    /// Packages and their old and new default channel.
    pub defaults: Vec<(String, String, String)>,
    /// Package, channel, old and new head, as far as OLM v0 sees one; an empty text is none.
    pub heads: Vec<(String, String, String, String)>,
    /// Who could reach the head of a channel, and cannot any more.
    pub stranded: Vec<Stranded>,
    /// The upgrades that do more harm to the objects of CRDs than before.
    pub worse: Vec<Worse>,
}

/// How a blob differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobDifference {
    /// The package.
    pub package: String,
    /// The blob.
    pub name: String,
    /// How it differs.
    pub change: Change,
    /// The fields that differ, and of `properties` the types, if it is there before and after.
    pub fields: Vec<String>,
}

/// A deprecation that comes, goes or has another message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deprecated {
    /// The package.
    pub package: String,
    /// `olm.package`, `olm.channel` or `olm.bundle`.
    pub schema: String,
    /// The channel or bundle; empty for the package itself.
    pub name: String,
    /// What users are told; were told, if it goes.
    pub message: String,
    /// How it differs.
    pub change: Change,
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
    /// Why.
    pub why: Why,
}

/// Why a version is left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Its channel is gone.
    NoChannel,
    /// The channel has no head.
    NoHead,
    /// No edge leads from it to this head, nor anywhere else.
    NoEdge(String),
    /// Edges lead to the one name, and from there none leads to the head, which is the other.
    Short(String, String),
    /// Edges lead back.
    Circle,
    /// OLM refuses: what it says.
    Refused(String),
}

impl Why {
    /// Says it in a phrase. `quote` quotes what is of the catalog.
    pub fn phrase(&self, quote: &dyn Fn(&str) -> String) -> String {
        match self {
            Why::NoChannel => "the channel is gone".to_owned(),
            Why::NoHead => "the channel has no head".to_owned(),
            Why::NoEdge(head) => format!("no edge leads from it to {}", quote(head)),
            Why::Short(end, head) => {
                format!("it gets to {}, and from there no edge leads to {}", quote(end), quote(head))
            }
            Why::Circle => "upgrades go in a circle".to_owned(),
            Why::Refused(message) => quote(message),
        }
    }
}

/// Names are in backticks.
impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Refused(message) => f.write_str(message),
            why => f.write_str(&why.phrase(&|name| format!("`{name}`"))),
        }
    }
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
    /// Deprecations that come, go or have another message.
    Deprecated,
    /// Default channels that moved.
    Default,
    /// Heads that moved.
    Head,
}

impl Topic {
    /// Every topic, the gravest first.
    pub const ALL: [Topic; 8] = [
        Topic::Stranded,
        Topic::Incompatible,
        Topic::Removed,
        Topic::Changed,
        Topic::Deprecated,
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
            Topic::Deprecated => "deprecated",
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
    /// of it is in the other topics. Nor are the fields that OLM shows or keeps, and blobs that it does not read.
    pub fn count(&self, topic: Topic) -> usize {
        let of = |wanted: Change| {
            let blobs = self.packages.iter().chain(&self.channels).chain(&self.bundles);
            blobs.filter(|blob| blob.change == wanted).count()
        };
        match topic {
            Topic::Stranded => self.stranded.len(),
            Topic::Incompatible => self.worse.len(),
            Topic::Removed => of(Change::Removed),
            Topic::Added => of(Change::Added),
            Topic::Changed => self.bundles.iter().filter(|bundle| bundle.change == Change::Changed).count(),
            Topic::Deprecated => self.deprecations.len(),
            Topic::Default => self.defaults.len(),
            Topic::Head => self.heads.len(),
        }
    }
}
