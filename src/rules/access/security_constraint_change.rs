use crate::diag::{Code, Level, Suite};
use crate::rules::names::list;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "security-constraint-change",
        summary: "a role may change the default SecurityContextConstraints",
        suite: Suite::OpenShift,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("security_constraint_change.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for rule in view.contents.policy_rules() {
        let is_named = rule.at.texts(&["resources"]).any(|name| name == "securitycontextconstraints");
        let writes = rule
            .at
            .texts(&["verbs"])
            .any(|verb| matches!(verb, "create" | "update" | "patch" | "delete" | "*"));
        let defaults: Vec<_> =
            rule.at.texts(&["resourceNames"]).filter(|name| DEFAULTS.contains(name)).collect();
        if is_named && writes && !defaults.is_empty() {
            let finding = out.report(
                rule.at.place_of("resourceNames"),
                format!("this allows to change {}", list(defaults)),
            );
            finding.help("bring SecurityContextConstraints of your own, or only `use` these");
        }
    }
}

/// The constraints that every OpenShift has.
const DEFAULTS: &[&str] = &[
    "anyuid",
    "hostaccess",
    "hostmount-anyuid",
    "hostnetwork",
    "hostnetwork-v2",
    "node-exporter",
    "nonroot",
    "nonroot-v2",
    "privileged",
    "restricted",
    "restricted-v2",
];
