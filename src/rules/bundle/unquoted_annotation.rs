use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};
use crate::text::Kind;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unquoted-annotation",
        summary: "a bundle's annotation is not a string",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unquoted_annotation.md"),
    },
    check: Check::Reading(check),
};

/// `4.20` is the number 4.2.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(annotations) = view.annotations() else { return };
    for (name, at) in annotations.entries() {
        if !matches!(at.value.kind(), Kind::Str | Kind::Null) {
            let finding = out.report(at.place(), format!("annotation `{name}` is not a string"));
            finding.help("put the value in quotes");
        }
    }
}
