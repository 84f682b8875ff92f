use crate::catalog::version::Range;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "impossible-skip-range",
        summary: "no version is in the skip range of a CSV",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("impossible_skip_range.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(at) = view.contents.annotation("olm.skipRange") else { return };
    let text = at.value.text();
    if Range::parse(text).is_ok_and(|range| range.is_empty()) {
        let finding = out.report(at.place(), format!("no version is in `{text}`"));
        finding.help("let the upper end be this version, and the lower one the oldest that may upgrade");
    }
}
