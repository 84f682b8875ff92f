use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unknown-bound-role",
        summary: "a binding names a role that is not there",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("unknown_bound_role.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for binding in view
        .contents
        .objects
        .iter()
        .filter(|object| matches!(object.kind, "RoleBinding" | "ClusterRoleBinding"))
    {
        let (kind, name) = (binding.at.text(&["roleRef", "kind"]), binding.at.text(&["roleRef", "name"]));
        let is_built_in = kind == "ClusterRole" && (BUILT_IN.contains(&name) || name.starts_with("system:"));
        let is_brought = view.contents.of_kind(kind).any(|object| object.name == name);
        if !name.is_empty() && !is_built_in && !is_brought {
            let finding = out.report(
                binding.at.place().key("roleRef").key("name"),
                format!("no {kind} is named `{name}`"),
            );
            finding.help("bring the role, or mend `roleRef`");
        }
    }
}

/// The cluster roles for users that every cluster has.
const BUILT_IN: &[&str] = &["admin", "cluster-admin", "edit", "view"];
