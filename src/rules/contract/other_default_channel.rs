use crate::diag::{Code, Level, Suite};

use crate::rules::{Check, ContractView, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "other-default-channel",
        summary: "the installer subscribes to another channel than the default one",
        suite: Suite::Percona,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("other_default_channel.md"),
    },
    check: Check::Contract(check),
};

/// Consoles show the default channel, so who looks there sees another version than the one that is installed.
fn check(view: &ContractView<'_>, out: &mut Findings<'_>) {
    for subscribed in view.subscribed() {
        let Some(package) = view.package(subscribed.package) else { continue };
        let default: &str = &package.default_channel;
        // A default channel that does not exist is another rule's finding.
        if subscribed.lane.is_default || view.index().lane(subscribed.package, default).is_none() {
            continue;
        }
        let message = format!(
            "the default channel of package `{}` is `{default}`, and {} subscribes to `{}`",
            subscribed.package, view.contract.installer, subscribed.lane.name
        );
        let finding = out.of(subscribed.package, "").report(package.origin.key("defaultChannel"), message);
        finding.help(format!("make `{}` the default channel", subscribed.lane.name));
    }
}
