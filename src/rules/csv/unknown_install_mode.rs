use crate::diag::{Code, Level, Suite};
use crate::rules::csv_annotations::INSTALL_MODES;
use crate::rules::names::list;
use crate::rules::{BundleView, Check, Findings, Rule};
use std::collections::HashSet;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unknown-install-mode",
        summary: "a CSV has an install mode that OLM does not know, or one twice",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unknown_install_mode.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let mut seen = HashSet::new();
    for mode in view.contents.list(&["installModes"]) {
        let kind = mode.text(&["type"]);
        if kind.is_empty() {
            continue; // the schema of the CSV asks for it
        }
        if !INSTALL_MODES.contains(&kind) {
            let finding = out.report(mode.place_of("type"), format!("OLM knows no install mode `{kind}`"));
            finding.help(format!("use {}", list(INSTALL_MODES)));
        } else if !seen.insert(kind) {
            let finding = out.report(mode.place_of("type"), format!("install mode `{kind}` is listed twice"));
            finding.help("remove one of the two, since OLM takes the last");
        }
    }
}
