use crate::diag::{Code, Level, Suite};
use crate::rules::names::list;
use crate::rules::{BundleView, Check, Findings, Rule};
use crate::text::Value;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unrestricted-container",
        summary: "a container may not run where pods are restricted",
        suite: Suite::OpenShift,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("unrestricted_container.md"),
    },
    check: Check::Bundle(check),
};

/// The standard `restricted` of pod security, as far as it can be read from a pod.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for (deployment, container) in view.contents.containers() {
        let Some(pod) = &deployment.pod else { continue };
        let of_either = |keys: &[&str]| {
            let own = [&["securityContext"], keys].concat();
            container.value.at(&own).or_else(|| pod.value.at(&own))
        };
        let mut missing = Vec::new();
        if of_either(&["runAsNonRoot"]).and_then(Value::bool) != Some(true) {
            missing.push("runAsNonRoot: true");
        }
        if of_either(&["seccompProfile", "type"]).is_none() {
            missing.push("seccompProfile: {type: RuntimeDefault}");
        }
        let own = container.get("securityContext");
        if own.as_ref().and_then(|own| own.value.get("allowPrivilegeEscalation")?.bool()) != Some(false) {
            missing.push("allowPrivilegeEscalation: false");
        }
        if !own.is_some_and(|own| own.texts(&["capabilities", "drop"]).any(|name| name == "ALL")) {
            missing.push("capabilities: {drop: [ALL]}");
        }
        if !missing.is_empty() {
            let message =
                format!("container `{}` may not run in a restricted namespace", container.text(&["name"]));
            out.report(container.place_of("securityContext"), message)
                .help(format!("add to its `securityContext` {}", list(missing)));
        }
    }
}
