use crate::diag::{Code, Level, Suite};

use crate::rules::{Check, ContractView, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-subscribed-api",
        summary: "an API that the installer uses is not one of the head's",
        suite: Suite::Percona,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("missing_subscribed_api.md"),
    },
    check: Check::Contract(check),
};

/// The installer makes objects of these APIs about a minute after the approval, and gives up soon.
fn check(view: &ContractView<'_>, out: &mut Findings<'_>) {
    for subscribed in view.subscribed() {
        let offered = view.index().offered(subscribed.head);
        for (number, api) in subscribed.expected.apis.iter().enumerate() {
            let is_provided = offered
                .traits
                .provides
                .iter()
                .any(|gvk| format!("{}.{}.{}", gvk.kind, gvk.version, gvk.group) == *api);
            if is_provided {
                continue;
            }
            let message = format!(
                "bundle `{}`, the head of channel `{}`, does not provide `{api}`",
                offered.blob.name, subscribed.lane.name
            );
            let finding = out.of(subscribed.package, "").report(offered.blob.origin.clone(), message);
            let place = view.expected_place(subscribed.package).key("apis").index(number);
            finding.label(place, format!("{} uses it", view.contract.installer));
            finding.help("let the CSV own the CRD, or mend the contract");
        }
    }
}
