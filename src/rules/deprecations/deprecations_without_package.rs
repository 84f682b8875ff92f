use crate::diag::{Code, Level, Suite};
use crate::rules::{Check, DeprecationsView, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "deprecations-without-package",
        summary: "deprecations name no package",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("deprecations_without_package.md"),
    },
    check: Check::Deprecations(check),
};

/// `opm` refuses deprecations without package.
fn check(view: &DeprecationsView<'_>, out: &mut Findings<'_>) {
    if view.blob.package.is_empty() {
        out.report(view.place().clone(), "the deprecations have no package").help("add `package`");
    }
}
