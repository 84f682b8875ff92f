use crate::bundle::At;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "taken-service-name",
        summary: "a bundle brings a Service that OLM makes",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("taken_service_name.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let services: Vec<_> = view.contents.list(&["apiservicedefinitions", "owned"]).collect();
    let needing: Vec<_> = view.contents.webhooks.iter().chain(&services).collect();
    for object in view.contents.of_kind("Service") {
        let makes = |at: &&&At<'_>| {
            format!("{}-service", at.text(&["deploymentName"]).replace('.', "-")) == object.name
        };
        if let Some(webhook) = needing.iter().find(makes) {
            let finding = out.report(
                object.at.place().key("metadata").key("name"),
                format!("OLM makes the Service `{}` by itself", object.name),
            );
            finding
                .label(webhook.place_of("deploymentName"), "made for this")
                .help("remove the Service from the bundle, or rename it");
        }
    }
}
