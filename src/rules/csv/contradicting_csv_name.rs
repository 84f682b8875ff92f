use crate::catalog::version::Version;
use crate::diag::{Code, Level, Suite};
use crate::rules::kubernetes::is_subdomain;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "contradicting-csv-name",
        summary: "the version in the name of a CSV is not its version",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("contradicting_csv_name.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(csv) = &view.contents.csv else { return };
    let (name, version) = (csv.text(&["metadata", "name"]), view.bundle.version());
    let Some((_, named)) = name.split_once(".v").filter(|_| view.expected().is_none()) else { return };
    let release = csv.text(&["spec", "release"]);
    let plain = version.split('+').next().unwrap_or_default();
    let agrees = named == plain || named == format!("{plain}-{release}");
    if agrees || !is_subdomain(name) || [&version, named].iter().any(|text| Version::parse(text).is_err()) {
        return;
    }
    let finding =
        out.report(csv.place().key("metadata").key("name"), format!("`{name}` is version {version}"));
    finding.label(csv.place().key("spec").key("version"), "what OLM takes for the version");
    finding.help("let name and `spec.version` agree");
}
