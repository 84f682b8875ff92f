use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unknown-service-account",
        summary: "a Deployment runs as a service account that nobody makes",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("unknown_service_account.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for deployment in view.contents.deployments.iter().filter(|deployment| deployment.account() != "default")
    {
        let account = deployment.account();
        let is_made = view.contents.permissions.iter().any(|permission| permission.account == account)
            || view.contents.of_kind("ServiceAccount").any(|object| object.name == account);
        if let Some(pod) = deployment.pod.as_ref().filter(|_| !is_made) {
            let finding = out.report(
                pod.place_of("serviceAccountName"),
                format!("nobody makes the service account `{account}`"),
            );
            finding.help("give it permissions in the CSV, for which OLM makes it, or bring a ServiceAccount");
        }
    }
}
