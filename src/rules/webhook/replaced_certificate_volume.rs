use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "replaced-certificate-volume",
        summary: "a volume of the operator is one that OLM replaces",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("replaced_certificate_volume.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let services: Vec<_> = view.contents.list(&["apiservicedefinitions", "owned"]).collect();
    let needing: Vec<_> =
        view.contents.webhooks.iter().chain(&services).map(|at| at.text(&["deploymentName"])).collect();
    for deployment in view.contents.deployments.iter().filter(|deployment| needing.contains(&deployment.name))
    {
        for volume in deployment.pod.iter().flat_map(|pod| pod.list(&["volumes"])) {
            let name = volume.text(&["name"]);
            if ["apiservice-cert", "webhook-cert"].contains(&name) {
                let finding = out.report(
                    volume.place_of("name"),
                    format!("OLM puts its own certificate into the volume `{name}`"),
                );
                finding.help("remove the volume and its mounts, or rename it if it holds something else");
            }
        }
    }
}
