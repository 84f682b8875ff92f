use crate::diag::{Code, Level, Suite};
use crate::rules::declared::dependencies;
use crate::rules::{BundleView, Check, Findings, Rule};
use crate::text::Kind;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "constraint-without-message",
        summary: "a constraint does not say what is missing",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("constraint_without_message.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for dependency in dependencies(view).filter(|dependency| dependency.text(&["type"]) == "olm.constraint") {
        let Some(value) = dependency.get("value").filter(|value| value.value.kind() == Kind::Map) else {
            continue;
        };
        if value.text(&["failureMessage"]).trim().is_empty() {
            let finding = out.report(
                value.place_of("failureMessage"),
                "this constraint does not say what is missing when it fails",
            );
            finding.help("add `failureMessage`, a sentence for the administrator");
        }
    }
}
