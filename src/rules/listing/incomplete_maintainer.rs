use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "incomplete-maintainer",
        summary: "a maintainer has no name or no address",
        suite: Suite::OperatorHub,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("incomplete_maintainer.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for maintainer in view.contents.list(&["maintainers"]) {
        for key in ["name", "email"] {
            if maintainer.text(&[key]).trim().is_empty() {
                let finding = out.report(maintainer.place_of(key), format!("a maintainer without `{key}`"));
                finding.help(format!("add `{key}`, or remove the entry"));
            }
        }
    }
}
