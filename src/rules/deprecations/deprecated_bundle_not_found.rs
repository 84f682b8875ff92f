use crate::diag::{Code, Level, Suite};
use crate::rules::{Check, DeprecationsView, Findings, Rule, names};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "deprecated-bundle-not-found",
        summary: "a deprecated bundle does not exist",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("deprecated_bundle_not_found.md"),
    },
    check: Check::Deprecations(check),
};

/// A bundle that is defined counts, whether or not it is in a channel.
fn check(view: &DeprecationsView<'_>, out: &mut Findings<'_>) {
    let package: &str = &view.blob.package;
    for (index, entry) in view.of_schema("olm.bundle").filter(|_| view.has_package()) {
        let name: &str = &entry.name;
        let is_known =
            view.catalog.bundle(package, name).is_some() || view.catalog.is_lost_bundle(package, name);
        let is_seated = !name.is_empty() && !view.catalog.seats(package, name).is_empty(); // `entry-without-bundle`
        if is_known || is_seated {
            continue;
        }
        let message = format!("deprecated bundle `{name}` is not in package `{package}`");
        let bundles = view.catalog.bundles(package).iter().map(|bundle| bundle.name.as_ref());
        let finding = out.report(view.entry_place(index).key("reference").key("name"), message);
        finding.help(match names::nearest(name, bundles) {
            Some(bundle) => format!("write `{bundle}`, if that bundle is meant"),
            None => "remove the entry, or keep the bundle".to_owned(),
        });
    }
}
