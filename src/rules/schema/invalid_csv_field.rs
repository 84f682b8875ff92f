use crate::diag::{Code, Level, Suite};
use crate::rules::csv_schema::Wrong;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-csv-field",
        summary: "a field of a CSV has a value that its schema forbids",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_csv_field.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for violation in view.violations().iter().filter(|violation| violation.wrong == Wrong::Value) {
        let finding =
            out.report(violation.place.clone(), format!("`{}` must be {}", violation.key, violation.wanted));
        finding.help("write one of the values that the schema of the ClusterServiceVersion allows");
    }
}
