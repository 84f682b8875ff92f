use crate::diag::{Code, Level, Suite};
use crate::rules::names::list;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unknown-capability",
        summary: "the capability level of a CSV is none of the five",
        suite: Suite::OperatorHub,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unknown_capability.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(at) = view.contents.annotation("capabilities") else { return };
    let level = at.value.text();
    if !LEVELS.contains(&level) {
        let finding = out.report(at.place(), format!("`{level}` is no capability level"));
        finding.help(format!("use one of {}", list(LEVELS.iter().copied())));
    }
}

const LEVELS: &[&str] =
    &["Basic Install", "Seamless Upgrades", "Full Lifecycle", "Deep Insights", "Auto Pilot"];
