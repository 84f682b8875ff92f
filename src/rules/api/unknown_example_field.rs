use crate::crd::FaultKind;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unknown-example-field",
        summary: "an example has a field that the schema does not know",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("unknown_example_field.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for found in view.example_faults().iter().filter(|found| found.fault.kind == FaultKind::Dropped) {
        let message = format!(
            "`{}` of the example `{}` is no field of the schema, and is lost",
            found.fault.route, found.example
        );
        out.report(found.place.clone(), message).help(match &found.nearest {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => "remove it, or move it to where it belongs".to_owned(),
        });
    }
}
