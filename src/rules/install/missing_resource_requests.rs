use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-resource-requests",
        summary: "a container does not say what resources it needs",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("missing_resource_requests.md"),
    },
    check: Check::Bundle(check),
};

/// Init containers do not count: they are gone when the operator runs.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for deployment in &view.contents.deployments {
        for container in deployment.containers("containers") {
            if container.map(&["resources", "requests"]).next().is_none() {
                let message =
                    format!("container `{}` does not say what resources it needs", container.text(&["name"]));
                let finding = out.report(container.place(), message);
                finding.help("add `resources: {requests: {cpu: 10m, memory: 64Mi}}`");
            }
        }
    }
}
