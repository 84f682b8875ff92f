use crate::diag::{Code, Level, Suite};
use crate::rules::{Check, DeprecationsView, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "named-package-deprecation",
        summary: "the deprecation of a package gives a name",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("named_package_deprecation.md"),
    },
    check: Check::Deprecations(check),
};

/// The package is named by the blob, and `opm` wants no name beside it.
fn check(view: &DeprecationsView<'_>, out: &mut Findings<'_>) {
    for (index, entry) in view.of_schema("olm.package").filter(|(_, entry)| !entry.name.is_empty()) {
        let message = format!("the deprecation of the package names `{}`", entry.name);
        out.report(view.entry_place(index).key("reference").key("name"), message)
            .help("remove `name`: the blob says of which package it is");
    }
}
