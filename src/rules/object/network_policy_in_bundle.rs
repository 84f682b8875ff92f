use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "network-policy-in-bundle",
        summary: "a bundle brings a NetworkPolicy",
        suite: Suite::Community,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("network_policy_in_bundle.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for policy in view.contents.of_kind("NetworkPolicy") {
        let finding =
            out.report(policy.at.place().key("kind"), "the community's pipeline takes no NetworkPolicy");
        finding.help("let the operator create it");
    }
}
