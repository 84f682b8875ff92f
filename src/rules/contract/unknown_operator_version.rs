//! Versions that the installer's version service does not know.

use std::collections::BTreeSet;

use crate::diag::{Code, Level, Suite};
use crate::rules::{Check, ContractView, Findings, Rule, names};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unknown-operator-version",
        summary: "the version service of the installer does not know a version",
        suite: Suite::Percona,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("unknown_operator_version.md"),
    },
    check: Check::Contract(check),
};

/// What the service knows is asked for when the contract is written, not when a catalog is checked.
fn check(view: &ContractView<'_>, out: &mut Findings<'_>) {
    for subscribed in view.subscribed().filter(|subscribed| !subscribed.expected.known_versions.is_empty()) {
        let index = view.index();
        let versions =
            subscribed.lane.seats.clone().filter_map(|seat| index.offered(seat).traits.version.as_ref());
        let mut versions: Vec<_> = versions.collect();
        versions.sort_by(|one, other| one.precedence(other));
        let known: BTreeSet<&str> = subscribed.expected.known_versions.iter().map(String::as_str).collect();
        let versions: Vec<String> = versions.into_iter().map(ToString::to_string).collect();
        let unknown: Vec<&str> =
            versions.iter().map(String::as_str).filter(|version| !known.contains(version)).collect();
        if unknown.is_empty() {
            continue;
        }
        let message = format!(
            "channel `{}` has versions that the version service of {} does not know: {}",
            subscribed.lane.name,
            view.contract.installer,
            names::list(unknown)
        );
        let finding = out.of(subscribed.package, "").report(subscribed.channel.origin.clone(), message);
        finding.label(view.expected_place(subscribed.package).key("knownVersions"), "these are known");
        finding.help(
            "let the version service know them before they are published, then add them to `knownVersions`",
        );
    }
}
