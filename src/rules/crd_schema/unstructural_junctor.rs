use crate::crd::FlawKind;
use crate::diag::{Code, Level, Suite};
use crate::rules::crd_schemas::report;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unstructural-junctor",
        summary: "a schema within `anyOf` and the like says more than what a value may be",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unstructural_junctor.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    report(view, out, FlawKind::Junctor, "describe it outside of the junctor");
}
