use crate::diag::{Code, Level, Suite};
use crate::rules::declared::dependencies;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "top-level-not",
        summary: "a constraint only says what must not be there",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("top_level_not.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for dependency in dependencies(view).filter(|dependency| dependency.text(&["type"]) == "olm.constraint") {
        if let Some(not) = dependency.at(&["value", "not"]) {
            let finding = out.report(not.place(), "`not` alone selects nothing, and excludes nothing");
            finding.help("put it into `all`, beside what is wanted");
        }
    }
}
