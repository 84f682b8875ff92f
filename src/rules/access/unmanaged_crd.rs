use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unmanaged-crd",
        summary: "no permission covers a CRD that the CSV owns",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("unmanaged_crd.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    // A rule that is broken, of which others speak, may be the one.
    let is_broken = view.contents.permissions.iter().any(|permission| {
        let mut rules = permission.at.list(&["rules"]).peekable();
        rules.peek().is_none()
            || rules.any(|rule| {
                let has = |key| rule.texts(&[key]).next().is_some();
                let is_whole = has("nonResourceURLs") || (has("apiGroups") && has("resources"));
                !is_whole
            })
    });
    if view.contents.permissions.is_empty() || is_broken {
        return;
    }
    for owned in view.contents.crd_descriptions("owned") {
        let name = owned.text(&["name"]);
        let known = view.contents.crd(name).and_then(|_| name.split_once('.'));
        let Some((plural, group)) = known else { continue };
        let is_covered = view.contents.policy_rules().any(|rule| {
            rule.at.texts(&["apiGroups"]).any(|text| text == group || text == "*")
                && rule.at.texts(&["resources"]).any(|text| text == plural || text == "*")
        });
        if !is_covered {
            let finding = out.report(owned.place_of("name"), format!("no permission covers `{name}`"));
            finding.help(format!("allow `get`, `list` and `watch` on `{plural}` of `{group}`, or mend the rule that was meant to"));
        }
    }
}
