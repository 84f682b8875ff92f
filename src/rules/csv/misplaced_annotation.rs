use crate::diag::{Code, Level, Suite};
use crate::rules::csv_annotations::ANNOTATIONS;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "misplaced-annotation",
        summary: "an annotation of the CSV is not among its annotations",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("misplaced_annotation.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(metadata) = view.contents.csv.as_ref().and_then(|csv| csv.get("metadata")) else { return };
    let beside = metadata.entries().map(|(key, _)| (key, metadata.place().name(key)));
    let labels = metadata.get("labels");
    let in_labels =
        labels.iter().flat_map(|labels| labels.entries().map(|(key, _)| (key, labels.place().name(key))));
    for (key, place) in beside.chain(in_labels).filter(|(key, _)| ANNOTATIONS.contains(key)) {
        let finding = out.report(place, format!("`{key}` is an annotation, and nobody reads it here"));
        finding.help("move it to `metadata.annotations`");
    }
}
