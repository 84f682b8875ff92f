//! What an upgrade changes: the CRDs, the permissions and the images of two bundles.

use std::collections::{BTreeMap, BTreeSet};

use super::crds::{self, Harm};
use super::operator::{self, Operator, Texts};
use super::upgrade::Upgrade;
use crate::catalog::BundleBlob;
use crate::text::{Kind, Value};

/// What differs between two bundles. Of a bundle whose catalog carries no manifests only the images are known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BundleChange {
    /// The CRDs that differ, by name.
    pub crds: Vec<(String, Change)>,
    /// What becomes of the objects of CRDs; nothing where nobody feels it.
    pub harms: Vec<Harm>,
    /// Permissions that come.
    pub granted: Vec<String>,
    /// Permissions that go.
    pub revoked: Vec<String>,
    /// Images that come.
    pub images_added: Vec<String>,
    /// Images that go.
    pub images_removed: Vec<String>,
    /// Whether both catalogs carry the manifests; else nothing is known but the images.
    pub has_manifests: bool,
}

/// How a thing differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// It comes.
    Added,
    /// It goes.
    Removed,
    /// Its content is another one.
    Changed,
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Change::Added => "added",
            Change::Removed => "removed",
            Change::Changed => "changed",
        })
    }
}

/// What of a bundle is compared.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub(super) permissions: BTreeSet<String>,
    images: BTreeSet<String>,
    pub(super) has_manifests: bool,
}

/// Compares two bundles.
pub fn bundles(old: &BundleBlob<'_>, new: &BundleBlob<'_>) -> BundleChange {
    let texts = |blob| -> Texts<'_> { BundleBlob::manifests(blob, &[]).collect() };
    let (before, after) = (texts(old), texts(new));
    let (before, after) = (operator::read(&before, old), operator::read(&after, new));
    let (from, to) = (Operator::of_blob(old, &before), Operator::of_blob(new, &after));
    // Where the older one stores them; what was before it is not known here.
    let crds = from.crds_by_name();
    let stored = |name: &str| crds[name].storage_version().map(|version| version.name).into_iter().collect();
    let upgrade = Upgrade::new(&from, &to, stored);
    BundleChange::of(&Content::read(&from), &Content::read(&to), &upgrade)
}

impl BundleChange {
    /// Says what an upgrade changes; what was read of both ends is given.
    pub(super) fn of(old: &Content, new: &Content, upgrade: &Upgrade<'_>) -> Self {
        let only =
            |one: &BTreeSet<String>, other: &BTreeSet<String>| one.difference(other).cloned().collect();
        let mut change = BundleChange {
            images_added: only(&new.images, &old.images),
            images_removed: only(&old.images, &new.images),
            has_manifests: old.has_manifests && new.has_manifests,
            ..BundleChange::default()
        };
        if change.has_manifests {
            change.crds = crds::differences(upgrade);
            change.harms = crds::harms(upgrade);
            change.granted = only(&new.permissions, &old.permissions);
            change.revoked = only(&old.permissions, &new.permissions);
        }
        change
    }
}

impl Content {
    pub(super) fn read(operator: &Operator<'_>) -> Self {
        let mut content = Content::default();
        content.images.extend(operator.blob.related_images.iter().map(|image| image.image.to_string()));
        content.images.remove("");
        for root in operator.manifests() {
            content.has_manifests = true;
            content.allow(root);
        }
        content
    }

    /// Adds what a manifest allows.
    fn allow(&mut self, object: Value<'_, '_>) {
        match object.get("kind").map(Value::text).unwrap_or_default() {
            "ClusterServiceVersion" => {
                let Some(install) = object.at(&["spec", "install", "spec"]) else { return };
                for (key, scope) in [("clusterPermissions", "in all namespaces"), ("permissions", "")] {
                    for account in install.get(key).into_iter().flat_map(Value::items) {
                        self.rules(account.get("rules"), scope);
                    }
                }
            }
            "ClusterRole" => self.rules(object.get("rules"), "in all namespaces"),
            "Role" => self.rules(object.get("rules"), ""),
            _ => {}
        }
    }

    /// Adds what RBAC rules allow, a sentence for each verb on each resource, so that rules that only say the same
    /// in other words do not differ.
    fn rules(&mut self, rules: Option<Value<'_, '_>>, scope: &str) {
        let texts = |rule: Value<'_, '_>, key| -> Vec<String> {
            rule.get(key).into_iter().flat_map(Value::items).map(|item| item.text().to_owned()).collect()
        };
        for rule in rules.into_iter().flat_map(Value::items).filter(|rule| rule.kind() == Kind::Map) {
            let (groups, names) = (texts(rule, "apiGroups"), texts(rule, "resourceNames"));
            let names = if names.is_empty() { String::new() } else { format!(" named {}", names.join(", ")) };
            let mut things = texts(rule, "nonResourceURLs");
            for group in &groups {
                let group = if group.is_empty() { String::new() } else { format!(".{group}") };
                things.extend(texts(rule, "resources").iter().map(|resource| format!("{resource}{group}")));
            }
            for thing in things {
                for verb in texts(rule, "verbs") {
                    let sentence = format!("{verb} {thing}{names} {scope}");
                    self.permissions.insert(sentence.trim_end().to_owned());
                }
            }
        }
    }
}

/// Puts together what is allowed on the same things: `get, list pods`, not `get pods` and `list pods`.
pub fn grouped<'p>(permissions: impl IntoIterator<Item = &'p String>) -> Vec<String> {
    let mut by_thing: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for permission in permissions {
        let (verb, thing) = permission.split_once(' ').unwrap_or((permission, ""));
        by_thing.entry(thing).or_default().push(verb);
    }
    let mut by_verbs: BTreeMap<(Vec<&str>, bool), Vec<&str>> = BTreeMap::new();
    const ALL: &str = " in all namespaces";
    for (thing, verbs) in by_thing {
        by_verbs.entry((verbs, thing.ends_with(ALL))).or_default().push(thing.trim_end_matches(ALL));
    }
    let line = |((verbs, is_all), things): ((Vec<&str>, bool), Vec<&str>)| {
        format!("{} {}{}", verbs.join(", "), things.join(", "), if is_all { ALL } else { "" })
    };
    by_verbs.into_iter().map(line).collect()
}
