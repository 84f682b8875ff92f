use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unlimited-permission",
        summary: "an operator may do everything to some or all resources of the cluster",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("unlimited_permission.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for rule in view.contents.policy_rules().filter(|rule| rule.is_cluster) {
        let all = |key| rule.at.texts(&[key]).any(|text| text == "*");
        let (groups, resources, verbs) = (all("apiGroups"), all("resources"), all("verbs"));
        let what = match (groups, resources, verbs) {
            (true, true, true) => "everything in the whole cluster",
            (true, true, _) => "something to all resources of the whole cluster",
            (_, true, true) if !rule.at.texts(&["apiGroups"]).all(|group| is_own(view, group)) => {
                "everything to all resources of an API group"
            }
            _ => continue,
        };
        let finding = out.report(rule.at.place(), format!("this allows {what}"));
        finding.help("name the groups, resources and verbs that the operator needs");
    }
}

fn is_own(view: &BundleView<'_>, group: &str) -> bool {
    view.contents.crds.iter().any(|crd| crd.spec.text(&["group"]) == group)
}
