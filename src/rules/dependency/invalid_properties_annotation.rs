use crate::diag::{Code, Level, Suite};
use crate::rules::declared::{PROPERTIES, csv_properties};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-properties-annotation",
        summary: "the properties in an annotation of the CSV cannot be read",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_properties_annotation.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let (Some(at), Some(Err(why))) = (view.contents.annotation(PROPERTIES), csv_properties(view)) else {
        return;
    };
    let finding = out.report(at.place(), format!("the properties cannot be read: {why}"));
    finding.help("write them to `metadata/properties.yaml` instead");
}
