use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "zero-replicas",
        summary: "a Deployment runs no pod",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("zero_replicas.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for deployment in &view.contents.deployments {
        let replicas = deployment.at.at(&["spec", "replicas"]);
        if let Some(replicas) = replicas.filter(|replicas| replicas.value.int() == Some(0)) {
            out.report(replicas.place(), format!("Deployment `{}` runs no pod", deployment.name))
                .help("write `replicas: 1`");
        }
    }
}
