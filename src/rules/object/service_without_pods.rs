use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "service-without-pods",
        summary: "a Service selects none of the operator's pods",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("service_without_pods.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for service in view.contents.of_kind("Service").filter(|service| service.group.is_empty()) {
        let Some(selector) = service.at.at(&["spec", "selector"]) else { continue };
        let deployments = &view.contents.deployments;
        let has_any = selector.entries().next().is_some() && !deployments.is_empty();
        if has_any && !deployments.iter().any(|deployment| deployment.is_selected(&selector)) {
            let finding = out.report(
                service.at.place().key("spec").key("selector"),
                format!("Service `{}` selects no pod of this bundle", service.name),
            );
            for deployment in deployments.iter().take(3) {
                let labels = deployment.at.place().key("spec").key("template").key("metadata").key("labels");
                finding.label(labels, format!("the labels of `{}`", deployment.name));
            }
            finding.help("write the labels of the pods that are meant");
        }
    }
}
