use crate::diag::{Code, Level, Suite};
use crate::rules::csv_schema::Wrong;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unknown-csv-field",
        summary: "a CSV has a field that nobody reads",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("unknown_csv_field.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for violation in view.violations().iter().filter(|violation| violation.wrong == Wrong::Unknown) {
        let (key, parent) = (violation.key.as_str(), violation.parent.as_str());
        // A rule about related images says what it should be called.
        if (parent, key) == ("relatedImages", "value") {
            continue;
        }
        let finding =
            out.report(violation.place.clone(), format!("`{parent}` has no field `{key}`, so it is lost"));
        if violation.wanted.is_empty() {
            finding.help("remove it, or move it to where it belongs");
        } else {
            finding.help(format!("did you mean `{}`?", violation.wanted));
        }
    }
}
