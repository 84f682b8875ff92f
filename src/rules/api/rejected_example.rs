use crate::crd::FaultKind;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "rejected-example",
        summary: "the API server refuses an example of the bundle",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("rejected_example.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for found in view.example_faults().iter().filter(|found| found.fault.kind == FaultKind::Refused) {
        let message = format!("the example `{}` is refused: {}", found.example, found.fault);
        out.report(found.place.clone(), message)
            .help("write an example that the schema of the CRD takes".to_owned());
    }
}
