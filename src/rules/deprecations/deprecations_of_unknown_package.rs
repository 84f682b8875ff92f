use crate::diag::{Code, Level, Suite};
use crate::rules::{Check, DeprecationsView, Findings, Rule, names};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "deprecations-of-unknown-package",
        summary: "deprecations are of a package that is not defined",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("deprecations_of_unknown_package.md"),
    },
    check: Check::Deprecations(check),
};

/// `opm` refuses deprecations of an unknown package.
fn check(view: &DeprecationsView<'_>, out: &mut Findings<'_>) {
    let package: &str = &view.blob.package;
    let has_blobs = !view.catalog.channels(package).is_empty() || !view.catalog.bundles(package).is_empty();
    if package.is_empty() || !view.catalog.is_unknown(package) || has_blobs {
        return; // those are reported
    }
    let message = format!("the deprecations are of package `{package}`, which is not in the catalog");
    let finding = out.report(view.place().key("package"), message);
    finding.help(match names::nearest(package, view.catalog.package_names()) {
        Some(name) => format!("write `{name}`, if that package is meant"),
        None => "remove the blob, or add an `olm.package` blob".to_owned(),
    });
}
