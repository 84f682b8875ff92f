use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "ambiguous-examples",
        summary: "a CSV has examples in two annotations",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("ambiguous_examples.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    if let (Some(first), Some(second)) =
        (view.contents.annotation("alm-examples"), view.contents.annotation("olm.examples"))
    {
        let finding =
            out.report(second.place(), "nobody reads these examples, since there is `alm-examples`");
        finding.label(first.place(), "these are read").help("keep one of the annotations");
    }
}
