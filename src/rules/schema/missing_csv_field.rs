use crate::diag::{Code, Level, Suite};
use crate::rules::csv_schema::Wrong;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-csv-field",
        summary: "a required field of a CSV is not there",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("missing_csv_field.md"),
    },
    check: Check::Bundle(check),
};

/// What a rule about that very part says is not said again.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for violation in view.violations().iter().filter(|violation| violation.wrong == Wrong::Missing) {
        let (key, parent) = (violation.key.as_str(), violation.parent.as_str());
        let is_said = matches!(
            (parent, key),
            ("owned", "name" | "kind" | "version")
                | ("deployments", "spec")
                | ("spec", "install" | "version")
                | ("relatedImages", "image")
                | (_, "deployments" | "containers" | "selector" | "template" | "serviceAccountName")
        );
        if !is_said {
            let of = if parent == "spec" || parent == "the CSV" {
                String::new()
            } else {
                format!(" of `{parent}`")
            };
            let finding = out.report(violation.place.clone(), format!("`{key}`{of} is missing"));
            finding.help(format!("add `{key}`"));
        }
    }
}
