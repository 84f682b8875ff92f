//! A way of upgrades in words, and for programs.

use crate::compare::{self, BundleChange, grouped};
use crate::resolve::v0::Edge;
use crate::text::clean;

/// A hop, ready to be shown.
pub(super) struct Shown {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) channel: String,
    pub(super) edge: Option<Edge>,
    pub(super) change: Option<BundleChange>,
}

/// A way, ready to be shown.
pub(super) struct Way {
    pub(super) hops: Vec<Shown>,
    /// What the way ends at.
    pub(super) end: String,
    pub(super) head: String,
    pub(super) reason: &'static str,
    /// Why the way ends; empty at the head.
    pub(super) why: String,
    /// What OLM says of what is there in the end.
    pub(super) notes: Vec<String>,
}

pub(super) fn text(package: &str, channel: &str, way: &Way) -> String {
    let mut out = vec![format!("package {package}, channel {channel}")];
    for (number, hop) in way.hops.iter().enumerate() {
        let edge = hop.edge.map(|edge| format!(" ({edge})")).unwrap_or_default();
        let from = if hop.from.is_empty() { String::new() } else { format!("{} -> ", hop.from) };
        out.push(format!("{:>3}. {from}{}{edge}", number + 1, hop.to));
        out.extend(hop.change.iter().flat_map(lines).map(|line| format!("     {line}")));
    }
    let end = &way.end;
    match way.reason {
        "Head" if way.hops.is_empty() => out.push(format!("{end} is the head")),
        "Head" => out.push(format!("ends at the head, {end}")),
        reason if end.is_empty() => out.push(format!("installs nothing: {reason}")),
        reason => out.push(format!("stops at {end}: {reason}")),
    }
    let notes = Some(&way.why).filter(|why| !why.is_empty()).into_iter().chain(&way.notes);
    out.extend(notes.map(|note| format!("  {note}")));
    out.iter().map(|line| clean(line) + "\n").collect()
}

/// Says what a hop changes.
fn lines(change: &BundleChange) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for kind in [compare::Change::Added, compare::Change::Removed, compare::Change::Changed] {
        let names: Vec<&str> =
            change.crds.iter().filter(|(_, change)| *change == kind).map(|(name, _)| name.as_str()).collect();
        if !names.is_empty() {
            lines.push(format!("CRDs {kind}: {}", names.join(", ")));
        }
    }
    lines.extend(change.harms.iter().map(|harm| harm.to_string().replace('`', "")));
    lines.extend(grouped(&change.granted).into_iter().map(|line| format!("may: {line}")));
    lines.extend(grouped(&change.revoked).into_iter().map(|line| format!("may no longer: {line}")));
    lines.extend(change.images_added.iter().map(|image| format!("runs: {image}")));
    lines.extend(change.images_removed.iter().map(|image| format!("no longer runs: {image}")));
    if !change.has_manifests {
        lines.push("the catalog has no manifests to compare CRDs and permissions by".to_owned());
    }
    lines
}

pub(super) fn json(package: &str, channel: &str, way: &Way) -> String {
    let hop = |hop: &Shown| {
        let change = hop.change.as_ref().map(|change| {
            let crds: Vec<_> = change
                .crds
                .iter()
                .map(|(name, change)| serde_json::json!({"name": name, "change": change.to_string()}))
                .collect();
            let harms = change.harms.iter().map(|harm| {
                serde_json::json!({
                    "crd": harm.crd, "effect": harm.effect.name(), "what": harm.what, "more": harm.more,
                })
            });
            serde_json::json!({
                "crds": crds, "harms": harms.collect::<Vec<_>>(), "permissionsAdded": change.granted, "permissionsRemoved": change.revoked,
                "imagesAdded": change.images_added, "imagesRemoved": change.images_removed,
                "hasManifests": change.has_manifests,
            })
        });
        serde_json::json!({
            "from": hop.from, "to": hop.to, "channel": hop.channel,
            "edge": hop.edge.map(|edge| edge.to_string()), "changes": change,
        })
    };
    let value = serde_json::json!({
        "package": package, "channel": channel, "head": way.head,
        "hops": way.hops.iter().map(hop).collect::<Vec<_>>(),
        "end": way.end, "reason": way.reason, "message": way.why, "conditions": way.notes,
    });
    serde_json::to_string_pretty(&value).expect("a value of strings is JSON") + "\n"
}
