use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};
use crate::text::{Kind, json};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-valid-subscription",
        summary: "a CSV does not say what subscription it needs",
        suite: Suite::OpenShift,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("invalid_valid_subscription.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(csv) = &view.contents.csv else { return };
    let found = view.contents.annotation("operators.openshift.io/valid-subscription");
    let tree = found.as_ref().map(|at| json::read(at.value.text()));
    let list =
        tree.as_ref().and_then(|tree| tree.as_ref().ok()?.root()).filter(|root| root.kind() == Kind::List);
    if !list.is_some_and(|list| list.items().all(|item| item.str().is_some())) {
        let place =
            csv.place().key("metadata").key("annotations").key("operators.openshift.io/valid-subscription");
        let message = if found.is_some() {
            "this is no JSON list of names"
        } else {
            "no annotation `operators.openshift.io/valid-subscription`"
        };
        out.report(place, message).help("write a JSON list of subscriptions, as in `[\"Demo Platform\"]`");
    }
}
