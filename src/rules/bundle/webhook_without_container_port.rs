use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};
use crate::text::{Kind, Value};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "webhook-without-container-port",
        summary: "no container of a webhook's deployment has its port",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("webhook_without_container_port.md"),
    },
    check: Check::Bundle(check),
};

/// A port without name that nobody declares may be listened at all the same; a name is only there if
/// it is declared.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let (Some(manifest), Some(csv)) = (view.bundle.csv_manifest(), view.bundle.csv()) else { return };
    for (index, webhook) in csv.list(&["webhookdefinitions"]).enumerate() {
        let name = webhook.get("deploymentName").map(Value::text).unwrap_or_default();
        let same = |deployment: &Value<'_, '_>| deployment.get("name").map(Value::text) == Some(name);
        let Some(deployment) = csv.deployments().find(same) else { continue };
        // OLM serves 443 where nothing is said, and sends it on to the same.
        let given =
            ["targetPort", "containerPort"].into_iter().find_map(|key| Some((key, webhook.get(key)?)));
        let (key, port) = given.map_or(("deploymentName", "443"), |(key, port)| (key, port.text()));
        let is_named =
            given.is_some_and(|(_, port)| port.kind() == Kind::Str && port.text().parse::<u16>().is_err());
        let containers = deployment.at(&["spec", "template", "spec", "containers"]);
        let mut ports = (containers.into_iter().flat_map(Value::items))
            .filter_map(|container| container.get("ports"))
            .flat_map(Value::items);
        let field = if is_named { "name" } else { "containerPort" };
        if ports.any(|declared| declared.get(field).map(Value::text) == Some(port)) {
            continue;
        }
        let place = manifest.place().key("spec").key("webhookdefinitions").index(index).key(key);
        let what = if is_named { "a port named" } else { "port" };
        let finding = out.report(place, format!("no container of deployment `{name}` has {what} `{port}`"));
        finding.help(
            "declare the port below `ports` of the container that answers the webhook, or mend `targetPort`",
        );
        if is_named {
            finding.level = Level::Error;
        }
    }
}
