use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "disruption-budget-permission",
        summary: "a role may write PodDisruptionBudgets",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("disruption_budget_permission.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for role in view.contents.objects.iter().filter(|object| matches!(object.kind, "Role" | "ClusterRole")) {
        for rule in role.at.list(&["rules"]) {
            let names = rule.texts(&["resources"]).any(|name| name == "poddisruptionbudgets");
            let writes = rule.texts(&["verbs"]).any(|verb| matches!(verb, "create" | "update" | "*"));
            if names && writes && rule.texts(&["apiGroups"]).any(|group| matches!(group, "policy" | "*")) {
                let finding = out.report(
                    rule.place_of("verbs"),
                    format!("{} `{}` may write PodDisruptionBudgets", role.kind, role.name),
                );
                finding.help("drop the verbs, unless the operator makes budgets for what it runs");
            }
        }
    }
}
