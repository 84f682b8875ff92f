use std::collections::BTreeMap;

use crate::diag::{Code, Level, Suite};
use crate::rules::{Check, Findings, InstallView, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "contested-gvk",
        summary: "two packages provide the same API",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("contested_gvk.md"),
    },
    check: Check::Install(check),
};

/// The resolver takes at most one provider of an API in a namespace, and OLM fails a CSV whose API
/// another one owns. Forks may well stand side by side in a catalog; what one installer installs may not.
fn check(view: &InstallView<'_>, out: &mut Findings<'_>) {
    let installed = view.installed();
    let heads = if view.contract.is_some() { installed.clone() } else { view.default_heads() };
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    for blob in heads {
        for api in InstallView::apis(blob, "olm.gvk") {
            match owners.get(&api) {
                Some(other) if *other != blob.package => {
                    let message =
                        format!("package `{}` provides {api}, and so does package `{other}`", blob.package);
                    let finding = out.report(blob.origin.clone(), message);
                    finding.help("let one package own the API; whoever installs both gets neither");
                    if view.contract.is_some() {
                        finding.level = Level::Error;
                    }
                    break; // of one such pair all APIs are mostly the same
                }
                Some(_) => {}
                None => drop(owners.insert(api, &blob.package)),
            }
        }
    }
}
