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
        // An example of another version is a fault of the example; what the bundle does not bring, or under
        // another kind, has a finding of its own.
        let kind = owned.text(&["kind"]);
        let is_shown = list.iter().any(|example| example.kind == kind);
        let is_lost = view
            .contents
            .crd(owned.text(&["name"]))
            .is_some_and(|crd| crd.spec.text(&["names", "kind"]) != kind);
        if !is_shown && !is_lost && !kind.is_empty() {
            let finding = out
                .report(owned.place_of("kind"), format!("there is no example of {}", owned.text(&["kind"])));
            finding.label(examples.at.place(), "the examples").help("add one to `alm-examples`");
        }
    }
}
