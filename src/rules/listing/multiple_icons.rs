use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "multiple-icons",
        summary: "a CSV has more than one icon",
        suite: Suite::OperatorHub,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("multiple_icons.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    if let Some(second) = view.contents.list(&["icon"]).nth(1) {
        out.report(second.place(), "a second icon, which nobody shows").help("keep the first");
    }
}
