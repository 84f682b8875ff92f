use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};
use std::collections::HashSet;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "repeated-csv-skip",
        summary: "a CSV skips a version twice, or skips what it replaces",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("repeated_csv_skip.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let replaces = view.contents.text(&["replaces"]);
    let mut seen = HashSet::new();
    for skip in view.contents.list(&["skips"]) {
        let name = skip.value.text();
        if name.is_empty() || name == view.bundle.name() {
            continue;
        }
        if name == replaces {
            let finding = out.report(skip.place(), format!("`{name}` is both skipped and replaced"));
            finding.help("remove it from `skips`: what is replaced is upgraded, too");
        } else if !seen.insert(name) {
            out.report(skip.place(), format!("`{name}` is skipped twice"))
                .help("remove one of the two lines");
        }
    }
}
