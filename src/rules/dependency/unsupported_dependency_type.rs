use crate::diag::{Code, Level, Suite};
use crate::rules::declared::{TYPES, dependencies};
use crate::rules::names::{list, nearest};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unsupported-dependency-type",
        summary: "a bundle depends on something of a type that OLM does not know",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unsupported_dependency_type.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for dependency in dependencies(view) {
        let kind = dependency.text(&["type"]);
        if !TYPES.contains(&kind) {
            let message = if kind.is_empty() {
                "a dependency without type".to_owned()
            } else {
                format!("`{kind}` is no type of dependency")
            };
            let finding = out.report(dependency.place().key("type"), message);
            match nearest(kind, TYPES.iter().copied()) {
                Some(known) => finding.help(format!("did you mean `{known}`?")),
                None => finding.help(format!("use one of {}", list(TYPES.iter().copied()))),
            };
        }
    }
}
