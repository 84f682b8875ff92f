use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "nonstandard-bundle-name",
        summary: "a bundle is not named after its package and version",
        suite: Suite::Percona,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("nonstandard_bundle_name.md"),
    },
    check: Check::Bundle(check),
};

/// The installer finds the version in the name by a regular expression, and the CSV by package and version.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let (Some(_), Some(manifest)) = (view.expected(), view.bundle.csv_manifest()) else { return };
    let (name, package, version) = (view.bundle.name(), view.bundle.package(), view.bundle.version());
    let Some(standard) = view.context.contract.map(|contract| contract.name_of(&package, &version)) else {
        return;
    };
    if name != standard {
        let place = manifest.place().key("metadata").key("name");
        let finding = out.report(place, format!("bundle `{name}` is not named `{standard}`"));
        finding.help(
            "name the CSV `<package>.v<version>`; a published name cannot change, so except it with a reason",
        );
    }
}
