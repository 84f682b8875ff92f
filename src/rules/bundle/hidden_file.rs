use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};
use crate::text::Place;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "hidden-file",
        summary: "a bundle has a hidden file in `manifests`",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("hidden_file.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for ignored in &view.bundle.ignored {
        if !ignored.name.ends_with('/') {
            let message = format!("`{}` is hidden, and no tool agrees on what it means", ignored.name);
            out.report(Place::file(ignored.file), message).help("remove the file from the bundle");
        }
    }
}
