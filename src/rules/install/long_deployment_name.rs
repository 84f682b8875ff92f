use crate::bundle::Deployment;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};
use std::collections::HashMap;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "long-deployment-name",
        summary: "the Service that OLM makes for a Deployment's webhooks has a name that is too long, or taken",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("long_deployment_name.md"),
    },
    check: Check::Bundle(check),
};

/// OLM names it `<deployment>-service`, with hyphens in place of dots.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let services: Vec<_> = view.contents.list(&["apiservicedefinitions", "owned"]).collect();
    let needing = view.contents.webhooks.iter().chain(&services).map(|at| at.text(&["deploymentName"]));
    let needing: Vec<_> = needing.collect();
    let mut seen: HashMap<String, &Deployment<'_>> = HashMap::new();
    for deployment in view.contents.deployments.iter().filter(|deployment| needing.contains(&deployment.name))
    {
        let service = format!("{}-service", deployment.name.replace('.', "-"));
        let place = deployment.at.place_of("name");
        if service.len() > 63 {
            let message = format!(
                "Service `{service}`, which OLM makes for its webhooks, has a name of {} characters",
                service.len()
            );
            out.report(place, message).help("shorten the name of the Deployment to 55 characters");
            continue;
        }
        // Twice the same name is a rule of its own.
        if let Some(first) = seen.get(&service).filter(|first| first.name != deployment.name) {
            let finding = out.report(place, format!("OLM makes one Service `{service}` for two Deployments"));
            finding
                .label(first.at.place_of("name"), "the other one")
                .help("give them names that differ in more than dots");
        }
        seen.insert(service, deployment);
    }
}
