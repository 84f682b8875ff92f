use crate::diag::{Code, Level, Suite};
use crate::rules::examples::examples;
use crate::rules::{BundleView, Check, Findings, Rule};
use std::collections::HashSet;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unnamed-example",
        summary: "an example has no name, or the name of another",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("unnamed_example.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(examples) = examples(view) else { return };
    let mut seen = HashSet::new();
    for example in examples.list.iter().flatten() {
        let (kind, name) = (&example.kind, &example.name);
        if name.is_empty() {
            out.report(examples.at.place(), format!("the example of {kind} has no name"))
                .help("add `metadata.name` to the example");
        } else if !seen.insert((&example.api_version, kind, name)) {
            let finding =
                out.report(examples.at.place(), format!("two examples of {kind} are named `{name}`"));
            finding.help("give each example a name of its own: consoles show them by name");
        }
    }
}
