//! What becomes of a cluster when one CRD takes the place of another: every change that somebody might
//! feel, with the name of the check that crdify has for it, and with what it does.
//!
//! Only what was there before is looked at: a new property, a bound that is lifted and the like leave
//! everybody as he was, and are no changes here.

use std::collections::{HashMap, HashSet};

use super::keywords;
use super::path::{Link, Path};
use super::schema::{Additional, DEPTH, Schema, is_meta};
use super::{Conversion, Crd};
use crate::text::Value;

/// What a change does to whom, the lightest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Nobody feels it.
    Harmless,
    /// Clients that worked do not work any more, or see something else.
    BreaksClients,
    /// Fields of existing objects are dropped without a word when they are next read.
    DropsFields,
    /// Existing objects may be refused: OLM v0 then fails the upgrade, and otherwise their next update fails.
    RefusesObjects,
    /// The API server or OLM refuses the new CRD, since what is stored could not be read any more.
    BreaksStoredData,
}

impl Effect {
    /// Returns the phrase for it, which follows the name of a CRD.
    pub fn phrase(self) -> &'static str {
        match self {
            Effect::Harmless => "changes nothing for anybody",
            Effect::BreaksClients => "breaks clients",
            Effect::DropsFields => "drops fields of existing objects",
            Effect::RefusesObjects => "refuses existing objects",
            Effect::BreaksStoredData => "breaks stored data",
        }
    }

    /// Returns the word for it, for programs.
    pub fn name(self) -> &'static str {
        match self {
            Effect::Harmless => "harmless",
            Effect::BreaksClients => "breaksClients",
            Effect::DropsFields => "dropsFields",
            Effect::RefusesObjects => "refusesObjects",
            Effect::BreaksStoredData => "breaksStoredData",
        }
    }
}

/// What was looked at. The names are those of crdify where it has such a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is named by what it looks at")]
pub enum Check {
    Scope,
    StoredVersionRemoval,
    ExistingFieldRemoval,
    Type,
    Default,
    Enum,
    /// Values that an existing `enum` allows, too; crdify has no name of its own for it.
    EnumAddition,
    Required,
    Maximum,
    MaxItems,
    MaxLength,
    MaxProperties,
    Minimum,
    MinItems,
    MinLength,
    MinProperties,
    Pattern,
    Nullable,
    Description,
    OneOf,
    /// Everything else of a node, together.
    Unhandled,
    /// The group, the kind or the plural; crdify does not look at it.
    Names,
    /// A version that is not served any more; crdify does not look at it.
    ServedVersion,
    /// Who converts; crdify does not look at it.
    Conversion,
    /// `spec.preserveUnknownFields`; crdify does not look at it.
    PreserveUnknownFields,
}

impl Check {
    /// Returns the name, which is crdify's if [`Check::is_crdify`].
    pub fn name(self) -> &'static str {
        match self {
            Check::Scope => "scope",
            Check::StoredVersionRemoval => "storedVersionRemoval",
            Check::ExistingFieldRemoval => "existingFieldRemoval",
            Check::Type => "type",
            Check::Default => "default",
            Check::Enum | Check::EnumAddition => "enum",
            Check::Required => "required",
            Check::Maximum => "maximum",
            Check::MaxItems => "maxItems",
            Check::MaxLength => "maxLength",
            Check::MaxProperties => "maxProperties",
            Check::Minimum => "minimum",
            Check::MinItems => "minItems",
            Check::MinLength => "minLength",
            Check::MinProperties => "minProperties",
            Check::Pattern => "pattern",
            Check::Nullable => "nullable",
            Check::Description => "description",
            Check::OneOf => "oneOf",
            Check::Unhandled => "unhandled",
            Check::Names => "names",
            Check::ServedVersion => "servedVersion",
            Check::Conversion => "conversion",
            Check::PreserveUnknownFields => "preserveUnknownFields",
        }
    }

    /// Returns whether crdify has such a check, and calls what it finds an error unless told otherwise.
    pub fn is_crdify(self) -> bool {
        !matches!(
            self,
            Check::Names | Check::ServedVersion | Check::Conversion | Check::PreserveUnknownFields
        )
    }
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change<'t> {
    /// What was looked at.
    pub check: Check,
    /// The version; empty for the CRD as a whole.
    pub version: &'t str,
    /// The way from the root of the version's schema.
    pub path: Path<'t>,
    /// What it does.
    pub effect: Effect,
    /// A phrase that follows the name of the field, version or CRD.
    pub message: String,
}

/// What is told of the schemas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Not what only follows from another change, such as the removal of what is below a field that is gone.
    Causes,
    /// All of it, as crdify tells it.
    All,
}

/// Compares a CRD with the one that takes its place. `stored` are the versions that objects may be
/// stored in: what the status of the old one says, or else the storage versions of all that came before.
pub fn changes<'t>(
    detail: Detail,
    old: Crd<'t, '_>,
    new: Crd<'_, '_>,
    stored: &[&'t str],
) -> Vec<Change<'t>> {
    // Of versions of one name, which no API server takes, the first counts, as for `Crd::version`.
    let mut seen = HashSet::new();
    let versions: Vec<_> = old.versions().filter(|version| seen.insert(version.name)).collect();
    let mut found = Vec::new();
    let mut whole = |check, version, effect, message| {
        let path = Path::default();
        found.push(Change { check, version, path, effect, message });
    };
    if old.scope() != new.scope() {
        let message = format!("changes its scope from {} to {}", old.scope(), new.scope());
        whole(Check::Scope, "", Effect::BreaksStoredData, message);
    }
    let names = [
        ("group", old.group(), new.group()),
        ("plural", old.plural(), new.plural()),
        ("kind", old.kind(), new.kind()),
    ];
    for (what, old, new) in names.into_iter().filter(|(_, old, new)| old != new) {
        whole(
            Check::Names,
            "",
            Effect::BreaksStoredData,
            format!("changes its {what} from `{old}` to `{new}`"),
        );
    }
    for version in stored.iter().copied().filter(|version| new.version(version).is_none()) {
        let message = "is gone, and objects may be stored in it".to_owned();
        whole(Check::StoredVersionRemoval, version, Effect::BreaksStoredData, message);
    }
    for version in versions.iter().filter(|version| version.is_served) {
        match new.version(version.name) {
            Some(new) if new.is_served => {}
            None if stored.contains(&version.name) => {} // said above
            new => {
                let message = if new.is_some() { "is not served any more" } else { "is gone" };
                whole(Check::ServedVersion, version.name, Effect::BreaksClients, message.to_owned());
            }
        }
    }
    if old.conversion() == Conversion::Webhook
        && new.conversion() == Conversion::None
        && new.versions().filter(|version| version.is_served).count() > 1
    {
        let message = "is not converted by a webhook any more, and still serves several versions";
        whole(Check::Conversion, "", Effect::DropsFields, message.to_owned());
    }
    if old.preserves_unknown_fields() && !new.preserves_unknown_fields() {
        let message = "does not keep unknown fields any more";
        whole(Check::PreserveUnknownFields, "", Effect::DropsFields, message.to_owned());
    }
    for version in versions {
        let Some(other) = new.version(version.name) else { continue };
        if let (Some(old), Some(after)) = (version.schema, other.schema) {
            found.extend(schema_changes(detail, old, after, version.name, new.preserves_unknown_fields()));
        }
    }
    found
}

/// Compares two schemas; `version` is what the changes say. `keeps_unknown` says that the new CRD keeps
/// unknown fields everywhere.
pub(super) fn schema_changes<'t>(
    detail: Detail,
    old: Schema<'t, '_>,
    new: Schema<'_, '_>,
    version: &'t str,
    keeps_unknown: bool,
) -> Vec<Change<'t>> {
    let mut walk = Walk { detail, version, path: Path::default(), found: Vec::new() };
    walk.node(old, new, keeps_unknown);
    walk.found
}

struct Walk<'t> {
    detail: Detail,
    version: &'t str,
    path: Path<'t>,
    found: Vec<Change<'t>>,
}

impl<'t> Walk<'t> {
    fn push(&mut self, (check, effect, message): (Check, Effect, String)) {
        let (version, path) = (self.version, self.path.clone());
        self.found.push(Change { check, version, path, effect, message });
    }

    fn node(&mut self, old: Schema<'t, '_>, new: Schema<'_, '_>, keeps_unknown: bool) {
        // Most of a schema stays from one version to the next, and this is told at once where it does not.
        if old.value().same(new.value()) {
            return;
        }
        keywords::compare(old, Some(new), &mut |change| self.push(change));
        if self.path.0.len() == DEPTH {
            return;
        }
        let keeps_unknown = keeps_unknown || new.preserves_unknown_fields();
        let is_open = keeps_unknown
            || matches!(new.additional(), Some(Additional::Allowed(true) | Additional::Schema(_)));
        // What is below another type is gone with it.
        let is_echo = old.kind() != new.kind();
        let mut properties = Properties::new(new);
        for (link, child) in old.children() {
            let after = match link {
                Link::Property(name) => properties.get(name),
                Link::Items => new.items(),
                Link::Values => new.values(),
            };
            self.path.0.push(link);
            match after {
                Some(after) => self.node(child, after, keeps_unknown),
                None => {
                    let is_known =
                        self.path.0.len() == 1 && matches!(link, Link::Property(name) if is_meta(name));
                    let effect = match link {
                        _ if keeps_unknown || is_known || is_echo => Effect::Harmless,
                        Link::Property(_) if is_open => Effect::Harmless,
                        // Whatever the list holds is taken, once nothing is said of it.
                        Link::Items => Effect::Harmless,
                        // Any key, of which none is known any more.
                        Link::Values if matches!(new.additional(), Some(Additional::Allowed(true))) => {
                            Effect::Harmless
                        }
                        Link::Property(_) | Link::Values => Effect::DropsFields,
                    };
                    self.removed(child, effect, is_echo);
                }
            }
            self.path.0.pop();
        }
    }

    /// Reports a node that is gone, and all below it. crdify compares each with a schema that says nothing.
    fn removed(&mut self, old: Schema<'t, '_>, effect: Effect, is_echo: bool) {
        if self.detail == Detail::All || !is_echo {
            self.push((Check::ExistingFieldRemoval, effect, "is gone".to_owned()));
        }
        if self.detail == Detail::Causes {
            return;
        }
        keywords::compare(old, None, &mut |change| self.push(change));
        if self.path.0.len() == DEPTH {
            return;
        }
        for (link, child) in old.children() {
            self.path.0.push(link);
            self.removed(child, Effect::Harmless, true);
            self.path.0.pop();
        }
    }
}

/// Finds the properties of the new schema for those of the old one. Both mostly list the same names in
/// the same order, so that the next one is the one; an index is made only where that fails.
struct Properties<'t, 's> {
    schema: Schema<'t, 's>,
    entries: Vec<(&'t str, Value<'t, 's>)>,
    next: usize,
    index: Option<HashMap<&'t str, Value<'t, 's>>>,
}

impl<'t, 's> Properties<'t, 's> {
    fn new(schema: Schema<'t, 's>) -> Self {
        let entries = schema.properties().map(|(name, one)| (name, one.value())).collect();
        Properties { schema, entries, next: 0, index: None }
    }

    fn get(&mut self, name: &str) -> Option<Schema<'t, 's>> {
        if let Some((next, value)) = self.entries.get(self.next)
            && *next == name
        {
            self.next += 1;
            return Some(Schema::new(*value));
        }
        if self.entries.len() < 8 {
            return self.schema.property(name);
        }
        let index = self.index.get_or_insert_with(|| self.entries.iter().copied().collect());
        let found = index.get(name).copied().map(Schema::new);
        if found.is_some() {
            // From here on the next may be the one again.
            let rest = self.entries[self.next.min(self.entries.len())..].iter().take(8);
            self.next += rest.take_while(|(other, _)| *other != name).count() + 1;
        }
        found
    }
}
