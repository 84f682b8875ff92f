use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-permission-rule",
        summary: "a rule of a role is one that Kubernetes refuses",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_permission_rule.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for rule in view.contents.policy_rules() {
        let at = &rule.at;
        let has = |key| at.texts(&[key]).next().is_some();
        let (key, why) = if at.get("verbs").is_some_and(|verbs| !verbs.value.is_null()) && !has("verbs") {
            ("verbs", "a rule without verbs")
        } else if has("nonResourceURLs") && !rule.is_cluster {
            ("nonResourceURLs", "paths are not in any namespace, so a namespaced role cannot allow them")
        } else if has("nonResourceURLs") && (has("resources") || has("apiGroups")) {
            ("nonResourceURLs", "a rule is about paths or about resources, not both")
        } else if has("resources") && !has("apiGroups") {
            ("resources", "a rule about resources without API groups")
        } else if !has("resources") && !has("nonResourceURLs") {
            ("resources", "a rule about nothing")
        } else {
            continue;
        };
        let finding = out.report(at.place_of(key), why);
        finding.help(match key {
            "nonResourceURLs" => "move the paths to a rule of their own in `clusterPermissions`",
            "verbs" => "list the verbs, as in `[get, list, watch]`",
            _ => "write `apiGroups` and `resources`; the core group is `\"\"`",
        });
    }
}
