use crate::catalog::version::Range;
use crate::diag::{Code, Level, Suite};
use crate::rules::declared::ranges;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "impossible-dependency-range",
        summary: "no version satisfies the range of a dependency",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("impossible_dependency_range.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for range in ranges(view) {
        if Range::parse(range.value.text()).is_ok_and(|parsed| parsed.is_empty()) {
            let finding = out.report(range.place(), format!("no version is in `{}`", range.value.text()));
            finding.help("let the upper end be above the lower one");
        }
    }
}
