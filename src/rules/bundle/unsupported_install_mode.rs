use crate::diag::{Code, Level, Suite};
use crate::resolve::Group;
use crate::rules::{BundleView, Check, Findings, Rule};
use crate::text::Value;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unsupported-install-mode",
        summary: "a bundle does not support the install mode that the installer uses",
        suite: Suite::Percona,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unsupported_install_mode.md"),
    },
    check: Check::Bundle(check),
};

/// OLM fails a CSV whose modes do not fit its OperatorGroup (`UnsupportedOperatorGroup`).
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let package = view.bundle.package();
    let Some(namespace) = view.context.contract.and_then(|contract| contract.namespace(&package)) else {
        return;
    };
    let (Some(_), Some(manifest), Some(csv)) =
        (view.expected(), view.bundle.csv_manifest(), view.bundle.csv())
    else {
        return;
    };
    let group = Group { namespace: namespace.name.clone(), targets: namespace.targets() };
    let is_supported = |wanted: &str| {
        csv.list(&["installModes"]).any(|mode| {
            mode.get("type").and_then(Value::str) == Some(wanted)
                && mode.get("supported").and_then(Value::bool) == Some(true)
        })
    };
    if let Some(wanted) = group.modes().into_iter().find(|wanted| !is_supported(wanted)) {
        let place = manifest.place().key("spec").key("installModes");
        let finding = out.report(place, format!("install mode `{wanted}` is not supported"));
        finding.help("let the operator watch its own namespace, or publish it for installers that select all namespaces");
    }
}
