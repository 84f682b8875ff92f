use crate::diag::{Code, Level, Suite};
use crate::rules::csv_schema::Wrong;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unowned-crd",
        summary: "a bundle brings a CRD that its CSV does not own",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unowned_crd.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let owned: Vec<_> = view.contents.crd_descriptions("owned").map(|owned| owned.text(&["name"])).collect();
    let required: Vec<_> =
        view.contents.crd_descriptions("required").map(|crd| crd.text(&["name"])).collect();
    // What could not be read may own it.
    if view.contents.spec().is_none()
        || view.violations().iter().any(|violation| violation.wrong == Wrong::Type)
    {
        return;
    }
    let lost = |kind: &str| {
        view.contents.crd_descriptions("owned").any(|owned| {
            let name = owned.text(&["name"]);
            owned.text(&["kind"]) == kind && !view.contents.crds.iter().any(|crd| crd.full_name() == name)
        })
    };
    for crd in &view.contents.crds {
        let name = crd.full_name();
        // What is owned under a wrong kind or version, or required, has a finding of its own.
        if name.is_empty()
            || lost(crd.spec.text(&["names", "kind"]))
            || [&owned, &required]
                .iter()
                .any(|names| names.contains(&name.as_str()) || names.contains(&crd.name))
        {
            continue;
        }
        let finding =
            out.report(crd.at.place().key("metadata").key("name"), format!("the CSV does not own `{name}`"));
        finding.help("list it below `spec.customresourcedefinitions.owned`; what is internal may go into `internal-objects`, too");
    }
}
