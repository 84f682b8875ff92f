use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};
use crate::text::Kind;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unknown-target-port",
        summary: "a Service names a port that no container has",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("unknown_target_port.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for service in view.contents.of_kind("Service").filter(|service| service.group.is_empty()) {
        let Some(selector) =
            service.at.at(&["spec", "selector"]).filter(|selector| selector.entries().next().is_some())
        else {
            continue;
        };
        let selected: Vec<_> =
            view.contents.deployments.iter().filter(|deployment| deployment.is_selected(&selector)).collect();
        for port in service.at.list(&["spec", "ports"]).filter(|_| !selected.is_empty()) {
            let Some(target) = port.get("targetPort").filter(|target| target.value.kind() == Kind::Str)
            else {
                continue;
            };
            let name = target.value.text();
            let mut ports = selected
                .iter()
                .flat_map(|deployment| deployment.containers("containers"))
                .flat_map(|container| container.list(&["ports"]));
            if name.parse::<u16>().is_err() && !ports.any(|port| port.text(&["name"]) == name) {
                let finding = out.report(
                    target.place(),
                    format!("no container of `{}` has a port named `{name}`", selected[0].name),
                );
                finding.help("name the port in the container, or write its number");
            }
        }
    }
}
