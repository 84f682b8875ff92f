//! What a bundle needs of others, and what it gives them: the properties that OLM v0's resolver reads.

use crate::catalog::version::{Range, Version};
use crate::catalog::{Property, Raw};
use crate::text::Value;

/// The type of an API: group, version and kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gvk {
    /// The group; empty for the core.
    pub group: String,
    /// The version.
    pub version: String,
    /// The kind.
    pub kind: String,
}

impl Gvk {
    fn read(value: Value<'_, '_>) -> Self {
        let text = |key| value.get_folded(key).and_then(Value::str).unwrap_or_default().to_owned();
        Gvk { group: text("group"), version: text("version"), kind: text("kind") }
    }
}

impl std::fmt::Display for Gvk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}", self.group, self.version, self.kind)
    }
}

/// A constraint on other bundles: a dependency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// Somebody provides this API (`olm.gvk.required`).
    Api(Gvk),
    /// Some version of a package is there (`olm.package.required`).
    Package {
        /// The package.
        name: String,
        /// The range as it is written.
        range: String,
        /// The range; none if it does not parse, and then nobody satisfies it.
        parsed: Option<Range>,
    },
    /// Somebody carries this label (`olm.label.required`).
    Label(String),
    /// All of these hold for one bundle.
    All(Vec<Need>),
    /// Any of these holds.
    Any(Vec<Need>),
    /// None of these holds.
    Not(Vec<Need>),
    /// An expression in CEL, which is not evaluated here.
    Cel(String),
}

/// What a bundle is to the resolver, wherever it comes from.
#[derive(Debug, Clone, Default)]
pub struct Traits {
    /// The package; empty for a CSV that does not say.
    pub package: String,
    /// The version; none when it does not parse, and then no range holds it.
    pub version: Option<Version>,
    /// The APIs that it provides, sorted, each once.
    pub provides: Vec<Gvk>,
    /// What it needs.
    pub needs: Vec<Need>,
    /// The labels that it carries.
    pub labels: Vec<String>,
    /// Whether the legacy property `olm.deprecated` forbids to choose it.
    pub is_prohibited: bool,
}

impl Traits {
    /// Reads what properties say. What does not parse is ignored, as OLM does.
    pub fn read(properties: &[Property<'_>]) -> Self {
        let mut traits = Traits::default();
        for property in properties {
            let kind = property.kind.as_ref();
            if !matches!(
                kind,
                "olm.package"
                    | "olm.gvk"
                    | "olm.label"
                    | "olm.deprecated"
                    | "olm.gvk.required"
                    | "olm.package.required"
                    | "olm.label.required"
                    | "olm.constraint"
            ) {
                continue;
            }
            traits.is_prohibited |= kind == "olm.deprecated";
            let Some(tree) = property.value.as_ref().map(Raw::tree).and_then(Result::ok) else { continue };
            let Some(value) = tree.root() else { continue };
            let text = |key| value.get_folded(key).and_then(Value::str).unwrap_or_default();
            match kind {
                "olm.package" => {
                    traits.package = text("packageName").to_owned();
                    traits.version = Version::parse_tolerant(text("version")).ok();
                }
                "olm.gvk" => traits.provides.push(Gvk::read(value)),
                "olm.label" => traits.labels.push(text("label").to_owned()),
                "olm.gvk.required" => traits.needs.push(Need::Api(Gvk::read(value))),
                "olm.package.required" => traits.needs.push(Need::package(value)),
                "olm.label.required" => traits.needs.push(Need::Label(text("label").to_owned())),
                "olm.constraint" => traits.needs.extend(Need::constraint(value)),
                _ => {}
            }
        }
        traits.provides.sort_unstable();
        traits.provides.dedup();
        traits.needs.dedup();
        traits
    }

    /// Returns whether this bundle satisfies a need by itself.
    pub fn satisfies(&self, need: &Need) -> bool {
        match need {
            Need::Api(gvk) => self.provides.binary_search(gvk).is_ok(),
            Need::Package { name, parsed, .. } => {
                self.package == *name
                    && parsed.as_ref().zip(self.version.as_ref()).is_some_and(|(range, v)| range.contains(v))
            }
            Need::Label(label) => self.labels.contains(label),
            Need::All(needs) => needs.iter().all(|need| self.satisfies(need)),
            Need::Any(needs) => needs.iter().any(|need| self.satisfies(need)),
            Need::Not(needs) => !needs.iter().any(|need| self.satisfies(need)),
            Need::Cel(_) => false,
        }
    }
}

impl Need {
    /// Makes the need of a package.
    pub fn of_package(name: &str, range: &str) -> Self {
        Need::Package { name: name.to_owned(), range: range.to_owned(), parsed: Range::parse(range).ok() }
    }

    fn package(value: Value<'_, '_>) -> Self {
        let text = |key| value.get_folded(key).and_then(Value::str).unwrap_or_default();
        Need::of_package(text("packageName"), text("versionRange"))
    }

    /// Reads the value of an `olm.constraint`; none if it says nothing that OLM knows.
    fn constraint(value: Value<'_, '_>) -> Option<Self> {
        let all = |value: Value<'_, '_>| -> Vec<Need> {
            let list = value.get_folded("constraints").into_iter().flat_map(Value::items);
            list.filter_map(Need::constraint).collect()
        };
        let at = |key| value.get_folded(key).filter(|value| !value.is_null());
        (at("gvk").map(|gvk| Need::Api(Gvk::read(gvk))))
            .or_else(|| at("package").map(Need::package))
            .or_else(|| at("all").map(|list| Need::All(all(list))))
            .or_else(|| at("any").map(|list| Need::Any(all(list))))
            .or_else(|| at("not").map(|list| Need::Not(all(list))))
            .or_else(|| {
                at("cel")
                    .map(|cel| Need::Cel(cel.get_folded("rule").map(Value::text).unwrap_or_default().into()))
            })
    }

    /// Returns whether it contains an expression that is not evaluated here.
    pub fn has_cel(&self) -> bool {
        match self {
            Need::Cel(_) => true,
            Need::All(needs) | Need::Any(needs) | Need::Not(needs) => needs.iter().any(Need::has_cel),
            Need::Api(_) | Need::Package { .. } | Need::Label(_) => false,
        }
    }
}

/// In OLM's words, to follow "bundle X requires an operator".
impl std::fmt::Display for Need {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let list = |needs: &[Need]| needs.iter().map(Need::to_string).collect::<Vec<_>>().join(", ");
        match self {
            Need::Api(Gvk { group, version, kind }) => {
                write!(f, "providing an API with group: {group}, version: {version}, kind: {kind}")
            }
            Need::Package { name, range, .. } => {
                write!(f, "with package: {name} and with version in range: {range}")
            }
            Need::Label(label) => write!(f, "with label: {label}"),
            Need::All(needs) => write!(f, "satisfying all of: {}", list(needs)),
            Need::Any(needs) => write!(f, "satisfying any of: {}", list(needs)),
            Need::Not(needs) => write!(f, "satisfying none of: {}", list(needs)),
            Need::Cel(rule) => write!(f, "satisfying the expression: {rule}"),
        }
    }
}
