use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "escalating-permission",
        summary: "an operator may give itself more permissions",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("escalating_permission.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for rule in view.contents.policy_rules() {
        let names = |key, wanted: &[&str]| rule.at.texts(&[key]).any(|text| wanted.contains(&text));
        let rbac = names("apiGroups", &["rbac.authorization.k8s.io"]);
        let what = if rbac && names("verbs", &["bind", "escalate"]) {
            "give out roles that it does not have"
        } else if names("verbs", &["impersonate"]) {
            "act as others"
        } else if rbac
            && rule.is_cluster
            && names("resources", &["clusterrolebindings"])
            && names("verbs", &["create", "*"])
        {
            "bind cluster roles"
        } else {
            continue;
        };
        let finding = out.report(rule.at.place_of("verbs"), format!("this allows to {what}"));
        finding.help("limit it by `resourceNames`, or do without");
    }
}
