use crate::diag::{Code, Level, Suite};

use crate::rules::{Check, ContractView, Findings, Rule, names};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-subscribed-channel",
        summary: "a channel that the installer subscribes to is not there",
        suite: Suite::Percona,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("missing_subscribed_channel.md"),
    },
    check: Check::Contract(check),
};

/// A Subscription to a channel that is not there is never satisfied, nor is any other of its namespace.
fn check(view: &ContractView<'_>, out: &mut Findings<'_>) {
    for (package, expected) in &view.contract.packages {
        let Some(found) = view.package(package) else { continue };
        if view.channel(package, &expected.channel).is_some() {
            continue;
        }
        let message = format!(
            "{} subscribes to channel `{}` of package `{package}`, which does not exist",
            view.contract.installer, expected.channel
        );
        let lanes = view.index().lanes(package);
        let known: Vec<&str> = lanes.into_iter().map(|lane| view.index().channels[lane].name).collect();
        let finding = out.of(package, "").report(found.origin.clone(), message);
        finding.label(view.expected_place(package).key("channel"), "the contract says so here");
        finding.help(match names::nearest(&expected.channel, known.iter().copied()) {
            Some(name) => {
                format!("name the channel `{}` again, or say `{name}` in the contract", expected.channel)
            }
            None => format!("add the channel, or name another one in the contract: {}", names::list(known)),
        });
    }
}
