use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::compare::Operator;
use crate::diag::{Code, Level, Suite};
use crate::rules::{Check, EdgeView, Findings, Rule, names};
use crate::text::{Route, Value};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "widened-permissions",
        summary: "the newer bundle wants permissions that the older one had not",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("widened_permissions.md"),
    },
    check: Check::Edge(check),
};

/// OLM grants whatever a CSV asks for, without asking whoever approves the upgrade.
fn check(view: &EdgeView<'_>, out: &mut Findings<'_>) {
    let (Some(_), Some((object, _))) = (view.upgrade.from.csv(), view.upgrade.to.csv()) else { return };
    let old: HashSet<Permission<'_>> = permissions(view.upgrade.from).into_iter().collect();
    let mut gained: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for permission in permissions(view.upgrade.to) {
        if !permission.is_covered_by(&old) {
            gained.entry(permission.object()).or_default().insert(permission.verb);
        }
    }
    if gained.is_empty() {
        return;
    }
    let list: Vec<String> = gained
        .into_iter()
        .map(|(what, verbs)| format!("{} {what}", verbs.into_iter().collect::<Vec<_>>().join(",")))
        .collect();
    let message = format!("more is permitted: {}", names::list(list.iter().map(String::as_str)));
    let place = object.place(&Route::default().key("spec").key("install").key("spec"));
    out.report(place, message).help("ask for what is needed only, and say in the release notes why");
}

/// One thing that may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Permission<'t> {
    is_cluster: bool,
    group: &'t str,
    /// A resource, or a URL.
    resource: &'t str,
    /// The only object of that name; empty for all.
    name: &'t str,
    verb: &'t str,
}

impl Permission<'_> {
    fn is_covered_by(&self, known: &HashSet<Self>) -> bool {
        let or_all = |one| [one, "*"];
        or_all(self.group).into_iter().any(|group| {
            or_all(self.resource).into_iter().any(|resource| {
                or_all(self.verb).into_iter().any(|verb| {
                    [self.name, ""].into_iter().any(|name| {
                        [self.is_cluster, true].into_iter().any(|is_cluster| {
                            known.contains(&Permission { is_cluster, group, resource, name, verb })
                        })
                    })
                })
            })
        })
    }

    fn object(&self) -> String {
        let mut text = self.resource.to_owned();
        if !self.group.is_empty() {
            text = format!("{text}.{}", self.group);
        }
        if !self.name.is_empty() {
            text = format!("{text} `{}`", self.name).replace('`', "'");
        }
        if self.is_cluster { text + " in all namespaces" } else { text }
    }
}

fn permissions<'c>(operator: &Operator<'c>) -> Vec<Permission<'c>> {
    let mut found = Vec::new();
    let Some((_, csv)) = operator.csv() else { return found };
    for (list, is_cluster) in [("clusterPermissions", true), ("permissions", false)] {
        let keys = ["install", "spec", list];
        let accounts = csv.list(&keys);
        for rule in accounts.filter_map(|account| account.get("rules")).flat_map(Value::items) {
            let texts =
                |key| rule.get(key).into_iter().flat_map(Value::items).map(Value::text).collect::<Vec<_>>();
            let (groups, resources, verbs, mut names) =
                (texts("apiGroups"), texts("resources"), texts("verbs"), texts("resourceNames"));
            let urls = texts("nonResourceURLs");
            if names.is_empty() {
                names.push("");
            }
            for verb in verbs {
                let one = |group, resource, name| Permission { is_cluster, group, resource, name, verb };
                found.extend(urls.iter().map(|url| one("", url, "")));
                for group in &groups {
                    for resource in &resources {
                        found.extend(names.iter().map(|name| one(group, resource, name)));
                    }
                }
            }
        }
    }
    found
}
