use crate::diag::{Code, Level, Suite};
use crate::rules::examples::examples;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "crd-without-example",
        summary: "an owned API has no example",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("crd_without_example.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(examples) = examples(view) else { return };
    let Ok(list) = &examples.list else { return };
    for owned in view.contents.crd_descriptions("owned") {
        // An example of another version is a fault of the example.
        let is_shown = list.iter().any(|example| example.kind == owned.text(&["kind"]));
        if !is_shown {
            let finding = out
                .report(owned.place_of("kind"), format!("there is no example of {}", owned.text(&["kind"])));
            finding.label(examples.at.place(), "the examples").help("add one to `alm-examples`");
        }
    }
}
