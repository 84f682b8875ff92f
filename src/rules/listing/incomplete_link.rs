use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "incomplete-link",
        summary: "a link has no name or no address",
        suite: Suite::OperatorHub,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("incomplete_link.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for link in view.contents.list(&["links"]) {
        for key in ["name", "url"] {
            if link.text(&[key]).trim().is_empty() {
                let finding = out.report(link.place_of(key), format!("a link without `{key}`"));
                finding.help(format!("add `{key}`, or remove the entry"));
            }
        }
    }
}
