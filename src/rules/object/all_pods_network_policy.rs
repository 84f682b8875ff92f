use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "all-pods-network-policy",
        summary: "a NetworkPolicy is for all pods of the namespace",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("all_pods_network_policy.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for policy in view.contents.of_kind("NetworkPolicy") {
        let Some(selector) = policy.at.at(&["spec", "podSelector"]) else { continue };
        if selector.entries().next().is_none() {
            let finding = out.report(
                policy.at.place().key("spec").key("podSelector"),
                format!("`{}` is for every pod in the operator's namespace", policy.name),
            );
            finding.help("select the operator's own pods");
        }
    }
}
