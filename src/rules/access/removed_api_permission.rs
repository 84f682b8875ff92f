use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "removed-api-permission",
        summary: "a permission is for an API that is gone",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("removed_api_permission.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for rule in view.contents.policy_rules() {
        for (group, resource, minor) in GONE {
            let has = |key, wanted: &str| rule.at.texts(&[key]).any(|text| text == wanted);
            let others = rule.at.texts(&["apiGroups"]).count() > 1;
            if has("apiGroups", group) && has("resources", resource) && !others {
                let finding = out.report(
                    rule.at.place_of("resources"),
                    format!("`{resource}` of `{group}` is gone since Kubernetes 1.{minor}"),
                );
                finding.help("remove it, or name the group that has it now");
            }
        }
    }
}

/// Resources that a group has no more, and since when, as the second number of a Kubernetes version.
const GONE: &[(&str, &str, u32)] = &[
    ("extensions", "daemonsets", 16),
    ("extensions", "deployments", 16),
    ("extensions", "ingresses", 22),
    ("extensions", "networkpolicies", 16),
    ("extensions", "podsecuritypolicies", 16),
    ("extensions", "replicasets", 16),
    ("policy", "podsecuritypolicies", 25),
];
