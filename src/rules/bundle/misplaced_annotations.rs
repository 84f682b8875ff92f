use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "misplaced-annotations",
        summary: "the annotations are not in `metadata/annotations.yaml`",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("misplaced_annotations.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    if let Some(file) = view.bundle.annotations_file().filter(|file| file.name != "annotations.yaml") {
        let message = format!("the annotations are in `{}`, where OLM v1 does not look", file.name);
        out.report(file.place().key("annotations"), message).help("rename the file to `annotations.yaml`");
    }
}
