use crate::diag::{Code, Level, Suite};
use crate::rules::examples::examples;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-examples",
        summary: "a CSV has no examples of what it owns",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("missing_examples.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(csv) = &view.contents.csv else { return };
    let has_name = !csv.text(&["metadata", "name"]).is_empty();
    if has_name && view.contents.crd_descriptions("owned").next().is_some() && examples(view).is_none() {
        let place = csv.place().key("metadata").key("annotations");
        out.report(place, "this CSV has no examples")
            .help("add the annotation `alm-examples`, a JSON list with an object of each kind");
    }
}
