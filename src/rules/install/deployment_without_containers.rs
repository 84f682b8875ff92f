use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "deployment-without-containers",
        summary: "a Deployment runs no container",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("deployment_without_containers.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for deployment in &view.contents.deployments {
        if deployment.containers("containers").next().is_none() {
            let place = deployment.at.place().key("spec").key("template").key("spec").key("containers");
            out.report(place, format!("Deployment `{}` runs no container", deployment.name))
                .help("list the operator's container");
        }
    }
}
