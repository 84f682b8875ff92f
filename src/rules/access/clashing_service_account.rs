use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "clashing-service-account",
        summary: "a bundle brings a service account that OLM makes",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("clashing_service_account.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for object in view.contents.of_kind("ServiceAccount") {
        let name = object.name;
        let deployment = view
            .contents
            .deployments
            .iter()
            .find(|deployment| deployment.account() == name && name != "default");
        let permission = view.contents.permissions.iter().find(|permission| permission.account == name);
        let Some(permission) = permission.filter(|_| !name.is_empty()) else { continue };
        let place = match deployment.and_then(|deployment| deployment.pod.as_ref()) {
            Some(pod) => pod.place_of("serviceAccountName"),
            None => permission.at.place_of("serviceAccountName"),
        };
        let finding = out.report(
            object.at.place().key("metadata").key("name"),
            format!("OLM makes the service account `{name}` by itself"),
        );
        finding.label(place, "made for this").help("remove the ServiceAccount from the bundle");
    }
}
