use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "duplicate-deployment",
        summary: "a CSV has two Deployments of one name",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("duplicate_deployment.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for (index, deployment) in view.contents.deployments.iter().enumerate() {
        let first = view.contents.deployments[..index].iter().find(|first| first.name == deployment.name);
        if let Some(first) = first.filter(|first| !first.name.is_empty()) {
            let finding = out
                .report(deployment.at.place_of("name"), format!("a second Deployment `{}`", deployment.name));
            finding
                .label(first.at.place_of("name"), "the first one")
                .help("name the Deployments differently");
        }
    }
}
