use crate::diag::{Code, Level, Suite};
use crate::rules::names::list;
use crate::rules::{BundleView, Check, Findings, Rule};
use crate::text::Place;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "several-security-constraints",
        summary: "an operator uses more than one SecurityContextConstraints",
        suite: Suite::OpenShift,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("several_security_constraints.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let mut names: Vec<(&str, Place)> = Vec::new();
    for rule in view.contents.policy_rules() {
        let is_named = rule.at.texts(&["resources"]).any(|name| name == "securitycontextconstraints");
        if is_named && rule.at.texts(&["verbs"]).any(|verb| matches!(verb, "use" | "*")) {
            for name in rule.at.texts(&["resourceNames"]) {
                if !names.iter().any(|(known, _)| *known == name) {
                    names.push((name, rule.at.place_of("resourceNames")));
                }
            }
        }
    }
    if let [(_, first), (_, second), ..] = names.as_slice() {
        let finding = out.report(
            second.clone(),
            format!("the operator uses {}", list(names.iter().map(|(name, _)| *name))),
        );
        finding.label(first.clone(), "the first one").help("ask for one, the least that is enough");
    }
}
