use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-probes",
        summary: "nobody can tell whether the operator is alive",
        suite: Suite::Community,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("missing_probes.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for deployment in &view.contents.deployments {
        let mut containers = deployment.containers("containers").peekable();
        if containers.peek().is_some()
            && !containers.any(|container| {
                container.get("livenessProbe").is_some() || container.get("readinessProbe").is_some()
            })
        {
            let place = deployment.at.place().key("spec").key("template").key("spec").key("containers");
            let finding =
                out.report(place, format!("no container of Deployment `{}` has a probe", deployment.name));
            finding.help("add `livenessProbe` and `readinessProbe` to the operator's container");
        }
    }
}
