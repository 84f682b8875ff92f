use crate::catalog::version::Range;
use crate::diag::{Code, Level, Suite};
use crate::rules::declared::ranges;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-dependency-range",
        summary: "the version range of a dependency cannot be read",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_dependency_range.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for range in ranges(view) {
        if let Err(fault) = Range::parse(range.value.text()) {
            let message = format!("`{}` is no version range: {}", range.value.text(), fault.message);
            let help = fault.help.unwrap_or("write it as in `>=1.0.0 <2.0.0`");
            out.report(range.place(), message).help(help);
        }
    }
}
