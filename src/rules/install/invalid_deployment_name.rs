use crate::diag::{Code, Level, Suite};
use crate::rules::kubernetes::is_subdomain;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-deployment-name",
        summary: "the name of a Deployment is one that Kubernetes refuses",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_deployment_name.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for deployment in &view.contents.deployments {
        let name = deployment.name;
        if !name.is_empty() && !is_subdomain(name) {
            let finding = out.report(
                deployment.at.place_of("name"),
                format!("Kubernetes takes no Deployment named `{name}`"),
            );
            finding.help("use lower-case letters, digits, inner hyphens and dots");
        }
    }
}
