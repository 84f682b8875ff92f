use crate::diag::{Code, Level, Suite};
use crate::rules::csv_schema::Wrong;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "wrong-csv-field-type",
        summary: "a field of a CSV has a value of another type",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("wrong_csv_field_type.md"),
    },
    check: Check::Reading(check),
};

/// Version and release have rules of their own.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for violation in view.violations().iter().filter(|violation| violation.wrong == Wrong::Type) {
        let (key, parent, wanted) =
            (violation.key.as_str(), violation.parent.as_str(), violation.wanted.as_str());
        if parent == "spec" && matches!(key, "version" | "release") {
            continue;
        }
        let article = if wanted.starts_with(['a', 'i', 'o']) { "an" } else { "a" };
        let finding = out.report(violation.place.clone(), format!("`{key}` is not {article} {wanted}"));
        finding.help(match wanted {
            "string" => "put the value in quotes",
            "array" => "write a list, each element after `- `",
            "boolean" => "write `true` or `false`, without quotes",
            "integer" => "write a whole number, without quotes",
            _ => "see the schema of the ClusterServiceVersion",
        });
    }
}
