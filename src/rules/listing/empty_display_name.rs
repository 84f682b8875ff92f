use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "empty-display-name",
        summary: "the display name of a CSV is empty",
        suite: Suite::OperatorHub,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("empty_display_name.md"),
    },
    check: Check::Bundle(check),
};

/// A missing one is against the schema of the CSV.
fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(name) = view.contents.spec().and_then(|spec| spec.get("displayName")) else { return };
    if name.value.str().is_some_and(|name| name.trim().is_empty()) {
        out.report(name.place(), "the display name is empty").help("write the operator's name for people");
    }
}
