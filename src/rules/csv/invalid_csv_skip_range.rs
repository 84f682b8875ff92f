use crate::catalog::version::Range;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-csv-skip-range",
        summary: "the skip range of a CSV cannot be read",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_csv_skip_range.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(at) = view.contents.annotation("olm.skipRange") else { return };
    let text = at.value.text();
    // An empty one is none.
    if at.value.str().is_some_and(|text| !text.is_empty())
        && let Err(fault) = Range::parse(text)
    {
        let finding = out.report(at.place(), format!("`{text}` is no version range: {}", fault.message));
        finding.help(fault.help.unwrap_or("write it as in `>=1.0.0 <2.0.0`"));
    }
}
