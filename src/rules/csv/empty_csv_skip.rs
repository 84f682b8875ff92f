use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};
use crate::text::Kind;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "empty-csv-skip",
        summary: "a CSV skips a version without name",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("empty_csv_skip.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for skip in view.contents.list(&["skips"]) {
        if skip.value.text().is_empty() && matches!(skip.value.kind(), Kind::Str | Kind::Null) {
            out.report(skip.place(), "this skips nothing").help("name a CSV, or remove the line");
        }
    }
}
