use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "generic-cluster-name",
        summary: "an object of the whole cluster has a name that others have, too",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("generic_cluster_name.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for object in &view.contents.objects {
        let is_global = matches!(object.kind, "ClusterRole" | "ClusterRoleBinding" | "PriorityClass");
        if is_global && GENERIC.contains(&object.name) {
            let finding = out.report(
                object.at.place().key("metadata").key("name"),
                format!("other operators bring a {} `{}`, too", object.kind, object.name),
            );
            finding.help(format!(
                "start the name with that of the package, as in `{}-{}`",
                view.bundle.package(),
                object.name
            ));
        }
    }
}

/// The names that the scaffolding of operator-sdk and kubebuilder gives before a prefix is set.
const GENERIC: &[&str] = &[
    "editor-role",
    "leader-election-role",
    "leader-election-rolebinding",
    "manager-role",
    "manager-rolebinding",
    "metrics-auth-role",
    "metrics-auth-rolebinding",
    "metrics-reader",
    "proxy-role",
    "proxy-rolebinding",
    "viewer-role",
];
