use crate::catalog::version::Version;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-csv-version",
        summary: "the version of a CSV is not three numbers",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_csv_version.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(csv) = &view.contents.csv else { return };
    let Some(version) = csv.at(&["spec", "version"]) else { return };
    let Some(text) = version.value.str().filter(|text| !text.is_empty()) else { return };
    if let Err(fault) = Version::parse(text) {
        let help = fault.help.unwrap_or("write three numbers, as in `1.2.3`");
        out.report(version.place(), format!("`{text}` is no version: {}", fault.message)).help(help);
    }
}
