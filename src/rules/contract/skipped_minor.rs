use crate::diag::{Code, Level, Suite};
use crate::resolve::Rung;
use crate::rules::{Check, ContractView, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "skipped-minor",
        summary: "an upgrade leaves out a minor version",
        suite: Suite::Percona,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("skipped_minor.md"),
    },
    check: Check::Contract(check),
};

/// An operator knows the custom resources of the minor version before it, and not those of two before.
fn check(view: &ContractView<'_>, out: &mut Findings<'_>) {
    for subscribed in view.subscribed().filter(|subscribed| subscribed.expected.every_minor) {
        let (index, ladder) = (view.index(), view.ladder(subscribed.at));
        let version = |bundle: usize| index.bundles[bundle].traits.version.as_ref();
        let mut minors: Vec<(u64, u64)> = ladder
            .rungs
            .iter()
            .filter(|rung| rung.is_listed)
            .filter_map(|rung| version(rung.bundle).map(|version| (version.major, version.minor)))
            .collect();
        minors.sort_unstable();
        minors.dedup();
        let leaps = |rung: &&Rung| {
            let (Some((seat, _)), Some(old)) = (rung.next, version(rung.bundle)) else { return false };
            let Some(new) = version(index.seats[seat].bundle) else { return false };
            let (old, new) = ((old.major, old.minor), (new.major, new.minor));
            minors.iter().any(|minor| old < *minor && *minor < new)
        };
        let leaps: Vec<String> = (ladder.rungs.iter().filter(|rung| rung.is_listed).filter(leaps))
            .filter_map(|rung| {
                let next = version(index.seats[rung.next?.0].bundle)?;
                Some(format!("{} to {next}", version(rung.bundle)?))
            })
            .collect();
        if leaps.is_empty() {
            continue;
        }
        let message = format!(
            "upgrades in channel `{}` leave out minor versions: {}",
            subscribed.lane.name,
            leaps.join(", ")
        );
        let finding = out.of(subscribed.package, "").report(subscribed.channel.origin.clone(), message);
        finding.help("let each version skip only what has the minor version before its own");
    }
}
