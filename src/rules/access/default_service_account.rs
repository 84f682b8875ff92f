use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "default-service-account",
        summary: "a Deployment runs as `default`, though the CSV has permissions for another",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("default_service_account.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let permissions = &view.contents.permissions;
    let Some(first) =
        permissions.first().filter(|_| permissions.iter().all(|permission| permission.account != "default"))
    else {
        return;
    };
    for deployment in view.contents.deployments.iter().filter(|deployment| deployment.account() == "default")
    {
        // Of a pod that runs nothing another rule speaks.
        if let Some(pod) =
            deployment.pod.as_ref().filter(|_| deployment.containers("containers").next().is_some())
        {
            let finding = out.report(
                pod.place_of("serviceAccountName"),
                format!("Deployment `{}` runs as `default`, which may do nothing", deployment.name),
            );
            finding.label(first.at.place_of("serviceAccountName"), "who has permissions");
            finding.help(format!("add `serviceAccountName: {}`", first.account));
        }
    }
}
