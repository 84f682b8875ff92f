use crate::catalog::version::Version;
use crate::diag::{Code, Level, Suite};
use crate::rules::kubernetes::{is_label_value, is_subdomain};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "nonstandard-csv-name",
        summary: "a CSV is not named as `<package>.v<version>`",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("nonstandard_csv_name.md"),
    },
    check: Check::Bundle(check),
};

/// Where the installer reads the name, a stricter rule speaks.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(csv) = &view.contents.csv else { return };
    let name = csv.text(&["metadata", "name"]);
    if view.expected().is_some() || !is_subdomain(name) || !is_label_value(name) {
        return;
    }
    let version = name.split_once(".v").map(|(_, version)| version);
    if version.is_none_or(|version| Version::parse(version).is_err()) {
        let finding = out.report(
            csv.place().key("metadata").key("name"),
            format!("`{name}` does not end with `.v` and a version"),
        );
        finding.help("name the next version `<package>.v<version>`, as in `demo.v1.2.3`; a published name cannot change");
    }
}
