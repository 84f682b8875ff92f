use crate::diag::{Code, Level, Suite};
use crate::rules::examples::examples;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "foreign-example",
        summary: "an example is of a kind that the CSV does not own",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("foreign_example.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(examples) = examples(view) else { return };
    let owned: Vec<_> = view.contents.crd_descriptions("owned").collect();
    let services: Vec<_> = view.contents.list(&["apiservicedefinitions", "owned"]).collect();
    for example in examples.list.iter().flatten() {
        let is_owned = owned.iter().any(|owned| example.is_of(owned, true))
            || services.iter().any(|service| example.is_of(service, false));
        // A CRD of the bundle that the CSV does not own is the fault of the CSV.
        let is_brought = view.contents.crds.iter().any(|crd| example.is_of_crd(crd));
        if !is_owned && !is_brought {
            let finding = out.report(
                examples.at.place(),
                format!(
                    "the CSV does not own {} {}, which is in the examples",
                    example.api_version, example.kind
                ),
            );
            finding.help("mend `apiVersion` or `kind` of the example, or own the API");
        }
    }
}
