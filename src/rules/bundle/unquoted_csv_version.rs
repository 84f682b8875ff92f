use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unquoted-csv-version",
        summary: "the version of a CSV is not a string",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unquoted_csv_version.md"),
    },
    check: Check::Reading(check),
};

/// `version: 1.10` is the number 1.1.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let (Some(manifest), Some(csv)) = (view.bundle.csv_manifest(), view.bundle.csv()) else { return };
    let Some(version) = csv.spec().and_then(|spec| spec.get("version")) else { return };
    if version.str().is_none() && !version.is_null() {
        let place = manifest.place().key("spec").key("version");
        out.report(place, "the version is not a string").help("write three numbers, as in `1.10.0`");
    }
}
