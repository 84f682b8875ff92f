use crate::diag::{Code, Level, Suite};
use crate::rules::examples::examples;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-examples",
        summary: "the examples of a CSV cannot be read",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_examples.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(examples) = examples(view) else { return };
    if let Err(why) = &examples.list {
        let finding = out.report(examples.at.place(), format!("the examples cannot be read: {why}"));
        finding.help("write a JSON list of objects, and mind commas and quotes");
    }
}
