use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unknown-api-service-deployment",
        summary: "an owned API service names a Deployment that is not there",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unknown_api_service_deployment.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for service in view.contents.list(&["apiservicedefinitions", "owned"]) {
        let name = service.text(&["deploymentName"]);
        if !view.contents.deployments.iter().any(|deployment| deployment.name == name) {
            let message = if name.is_empty() {
                "this API service names no Deployment".to_owned()
            } else {
                format!("no Deployment is named `{name}`")
            };
            out.report(service.place_of("deploymentName"), message)
                .help("name one of `spec.install.spec.deployments`");
        }
    }
}
