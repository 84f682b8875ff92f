use crate::catalog::CANONICAL;
use crate::diag::{Code, Level, Suite};
use crate::rules::{Check, EdgeView, Findings, Rule};
use crate::text::{Route, Value, json};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "changed-deployment-selector",
        summary: "a deployment of the same name selects other pods",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("changed_deployment_selector.md"),
    },
    check: Check::Edge(check),
};

/// `spec.selector` of a Deployment cannot be changed, and OLM updates the Deployment in place.
fn check(view: &EdgeView<'_>, out: &mut Findings<'_>) {
    let (Some((_, old)), Some((object, new))) = (view.upgrade.from.csv(), view.upgrade.to.csv()) else {
        return;
    };
    for (index, deployment) in new.deployments().enumerate() {
        let Some(name) = deployment.get("name").and_then(Value::str) else { continue };
        let same = |other: &Value<'_, '_>| other.get("name").and_then(Value::str) == Some(name);
        let (Some(before), Some(after)) =
            (old.deployments().find(same).and_then(selector), selector(deployment))
        else {
            continue;
        };
        if before != after {
            let way = ["spec", "install", "spec", "deployments"];
            let way = way.iter().fold(Route::default(), |way, key| way.key(*key)).index(index);
            let place = object.place(&way.key("spec").key("selector"));
            let message = format!("deployment `{name}` has another selector, which Kubernetes refuses");
            out.report(place, message).help("keep the selector, or give the deployment another name");
        }
    }
}

fn selector(deployment: Value<'_, '_>) -> Option<String> {
    let mut out = String::new();
    json::write(deployment.at(&["spec", "selector"])?, CANONICAL, &mut out);
    Some(out)
}
