use crate::diag::{Code, Level, Suite};

use crate::rules::{Check, ContractView, Findings, Rule, names};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-subscribed-package",
        summary: "a package that the installer subscribes to is not there",
        suite: Suite::Percona,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("missing_subscribed_package.md"),
    },
    check: Check::Contract(check),
};

/// A Subscription to a package that is not there is never satisfied, nor is any other of its namespace.
fn check(view: &ContractView<'_>, out: &mut Findings<'_>) {
    for package in view.contract.packages.keys().filter(|_| view.is_whole) {
        if view.package(package).is_some() {
            continue;
        }
        let message = format!(
            "{} subscribes to package `{package}`, which is not in the catalog",
            view.contract.installer
        );
        let mut known = view.index().package_names();
        known.sort_unstable();
        let finding = out.of(package, "").report(view.origin.key("packages").name(package), message);
        finding.help(match names::nearest(package, known.iter().copied()) {
            Some(name) => format!("write `{name}`, if that package is meant"),
            None => "add the package to the catalog, or mend the contract".to_owned(),
        });
    }
}
