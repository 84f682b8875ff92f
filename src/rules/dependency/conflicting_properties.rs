use crate::diag::{Code, Level, Suite};
use crate::rules::declared::{PROPERTIES, csv_properties, properties};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "conflicting-properties",
        summary: "a property has one value in the CSV and another in `properties.yaml`",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("conflicting_properties.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let (Some(at), Some(Ok(in_csv))) = (view.contents.annotation(PROPERTIES), csv_properties(view)) else {
        return;
    };
    for property in properties(view) {
        let (kind, value) = (property.text(&["type"]), property.text(&["value"]));
        if let Some((_, other)) = in_csv.iter().find(|(other, text)| other == kind && text != value) {
            let finding = out.report(
                property.place_of("value"),
                format!("`{kind}` is `{value}` here, and `{other}` in the CSV"),
            );
            finding.label(at.place(), "the annotation of the CSV").help("remove the annotation");
        }
    }
}
