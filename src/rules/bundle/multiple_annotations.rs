use crate::bundle::PACKAGE_ANNOTATION;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "multiple-annotations",
        summary: "two files of a bundle have annotations",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("multiple_annotations.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(first) = view.bundle.annotations_file() else { return };
    for file in view.bundle.metadata.iter().filter(|file| file.file != first.file) {
        let annotations = file.root().and_then(|root| root.get_folded("annotations"));
        if annotations.is_some_and(|annotations| annotations.get(PACKAGE_ANNOTATION).is_some()) {
            let message = format!("`{}` has annotations, too, and readers choose differently", file.name);
            let finding = out.report(file.place().key("annotations"), message);
            finding.label(first.place().key("annotations"), "what `opm` and OLM take");
            finding.help("keep the annotations in `metadata/annotations.yaml` alone");
        }
    }
}
