use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-csv-version",
        summary: "a CSV has no version",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("missing_csv_version.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(csv) = &view.contents.csv else { return };
    if csv.get("spec").is_none_or(|spec| spec.value.is_null()) {
        return; // the schema of the CSV asks for it
    }
    let version = csv.at(&["spec", "version"]).filter(|version| !version.value.is_null());
    if version.is_none_or(|version| version.value.str() == Some("")) {
        let finding = out.report(csv.place().key("spec").key("version"), "this CSV has no version");
        finding.help("add `spec.version`, three numbers as in `1.2.3`");
    }
}
