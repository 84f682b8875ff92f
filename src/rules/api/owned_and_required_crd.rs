use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "owned-and-required-crd",
        summary: "a bundle requires a CRD that it brings",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("owned_and_required_crd.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for required in view.contents.crd_descriptions("required") {
        let name = required.text(&["name"]);
        let owned = view.contents.crd_descriptions("owned").find(|owned| owned.text(&["name"]) == name);
        let brought = view.contents.crd(name).map(|crd| crd.at.place_of("metadata"));
        if let Some(other) =
            owned.map(|owned| owned.place_of("name")).or(brought).filter(|_| !name.is_empty())
        {
            let finding = out.report(
                required.place_of("name"),
                format!("`{name}` is required of others, and brought by this bundle"),
            );
            finding.label(other, "the bundle brings it here");
            finding.help("own the CRD and bring it, or require it and do not");
        }
    }
}
