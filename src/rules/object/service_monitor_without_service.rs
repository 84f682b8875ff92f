use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "service-monitor-without-service",
        summary: "a ServiceMonitor selects no Service of the bundle",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("service_monitor_without_service.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for monitor in view.contents.of_kind("ServiceMonitor") {
        let Some(selector) = monitor
            .at
            .at(&["spec", "selector", "matchLabels"])
            .filter(|selector| selector.entries().next().is_some())
        else {
            continue;
        };
        let is_matched = view.contents.of_kind("Service").any(|service| {
            selector
                .entries()
                .all(|(key, value)| service.at.text(&["metadata", "labels", key]) == value.value.text())
        });
        if !is_matched {
            let finding = out.report(
                monitor.at.place().key("spec").key("selector"),
                format!("`{}` selects no Service of this bundle", monitor.name),
            );
            finding.help("write the labels of the Service that is meant");
        }
    }
}
