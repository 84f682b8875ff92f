use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};
use crate::text::{Kind, json};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-internal-objects",
        summary: "what a CSV hides from users is none of its CRDs",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("invalid_internal_objects.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(at) = view.contents.annotation("operators.operatorframework.io/internal-objects") else {
        return;
    };
    let tree = json::read(at.value.text());
    let Some(list) = tree.as_ref().ok().and_then(|tree| tree.root()).filter(|root| root.kind() == Kind::List)
    else {
        out.report(at.place(), "this is no list in JSON")
            .help("write a list of names of CRDs, as in `[\"demos.demo.example\"]`");
        return;
    };
    for name in list.items().map(|item| item.text()) {
        if !view.contents.crd_descriptions("owned").any(|owned| owned.text(&["name"]) == name) {
            out.report(at.place(), format!("the CSV does not own `{name}`"))
                .help("mend the name, or take it out of the list");
        }
    }
}
