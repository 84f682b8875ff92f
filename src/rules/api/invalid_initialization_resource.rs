use crate::diag::{Code, Level, Suite};
use crate::rules::examples::Example;
use crate::rules::{BundleView, Check, Findings, Rule};
use crate::text::json;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-initialization-resource",
        summary: "the object that users are to create first is none that the CSV owns",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("invalid_initialization_resource.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(at) = view.contents.annotation("operatorframework.io/initialization-resource") else { return };
    let example = json::read(at.value.text()).ok().and_then(|tree| tree.root().and_then(Example::read));
    let message = match example {
        None => "this is no object in JSON".to_owned(),
        Some(example)
            if !view.contents.crd_descriptions("owned").any(|owned| example.is_of(&owned, true)) =>
        {
            format!("the CSV does not own {} {}", example.api_version, example.kind)
        }
        Some(_) => return,
    };
    out.report(at.place(), message)
        .help("write an object of an owned kind, as in `alm-examples`, but without the list");
}
