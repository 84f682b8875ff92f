use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-maintainers",
        summary: "a CSV names no maintainer",
        suite: Suite::Community,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("missing_maintainers.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(spec) = view.contents.spec() else { return };
    if spec.list(&["maintainers"]).next().is_none() {
        let finding = out.report(spec.place_of("maintainers"), "this CSV names no maintainer");
        finding.help("add `maintainers: [{name: ..., email: ...}]`");
    }
}
