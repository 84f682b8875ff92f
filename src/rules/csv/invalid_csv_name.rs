use crate::diag::{Code, Level, Suite};
use crate::rules::kubernetes::{is_label_value, is_subdomain};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-csv-name",
        summary: "the name of a CSV is one that Kubernetes refuses",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_csv_name.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(csv) = &view.contents.csv else { return };
    let name = csv.text(&["metadata", "name"]);
    let why = if name.is_empty() {
        "has no name"
    } else if !is_subdomain(name) {
        "has a name that is no DNS subdomain"
    } else if !is_label_value(name) {
        "has a name of more than 63 characters"
    } else {
        return;
    };
    let finding = out.report(csv.place().key("metadata").key("name"), format!("this CSV {why}"));
    finding.help("name it `<package>.v<version>`, at most 63 lower-case letters, digits, `-` and `.`");
}
