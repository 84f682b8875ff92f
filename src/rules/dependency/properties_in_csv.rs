use crate::diag::{Code, Level, Suite};
use crate::rules::declared::{PROPERTIES, csv_properties, properties};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "properties-in-csv",
        summary: "properties are in an annotation of the CSV",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("properties_in_csv.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    // Other rules speak of what cannot be read, or contradicts `properties.yaml`.
    let Some(Ok(found)) = csv_properties(view) else { return };
    let is_declared = |kind: &str| properties(view).any(|property| property.text(&["type"]) == kind);
    if let Some(at) =
        view.contents.annotation(PROPERTIES).filter(|_| !found.iter().any(|(kind, _)| is_declared(kind)))
    {
        let finding = out.report(at.place(), "these properties belong in `metadata/properties.yaml`");
        finding.help("move them to `properties:` in `metadata/properties.yaml`");
    }
}
