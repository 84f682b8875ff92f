use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-network-policy-permission",
        summary: "an operator may not manage NetworkPolicies",
        suite: Suite::OpenShift,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("missing_network_policy_permission.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(spec) = view.contents.spec() else { return };
    let (mut create, mut delete, mut change) = (false, false, false);
    for permission in &view.contents.permissions {
        for rule in permission.at.list(&["rules"]) {
            let names = |key, wanted: &str| rule.texts(&[key]).any(|text| text == wanted || text == "*");
            if names("apiGroups", "networking.k8s.io") && names("resources", "networkpolicies") {
                create |= names("verbs", "create");
                delete |= names("verbs", "delete");
                change |= names("verbs", "update") || names("verbs", "patch");
            }
        }
    }
    if !(create && delete && change) {
        let finding = out
            .report(spec.place().key("install").key("spec"), "the operator may not manage NetworkPolicies");
        finding.help("allow `create`, `delete` and `update` on `networkpolicies` of `networking.k8s.io`");
    }
}
