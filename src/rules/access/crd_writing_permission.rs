use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "crd-writing-permission",
        summary: "an operator may write CRDs",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("crd_writing_permission.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for permission in &view.contents.permissions {
        for rule in permission.at.list(&["rules"]) {
            // `*` is a wildcard, which has a rule of its own.
            let names = rule.texts(&["resources"]).any(|name| name == "customresourcedefinitions");
            let writes =
                rule.texts(&["verbs"]).any(|verb| matches!(verb, "create" | "patch" | "update" | "*"));
            if names
                && writes
                && rule.texts(&["apiGroups"]).any(|group| matches!(group, "apiextensions.k8s.io" | "*"))
            {
                let finding = out
                    .report(rule.place_of("resources"), format!("`{}` may write CRDs", permission.account));
                finding.help("let OLM install the CRDs, and drop the verbs `create`, `patch` and `update`");
            }
        }
    }
}
