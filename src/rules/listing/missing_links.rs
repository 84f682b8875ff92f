use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-links",
        summary: "a CSV has no links",
        suite: Suite::Community,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("missing_links.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(spec) = view.contents.spec() else { return };
    if spec.list(&["links"]).next().is_none() {
        let finding = out.report(spec.place_of("links"), "this CSV has no links");
        finding.help("add `links: [{name: ..., url: ...}]` to documentation or source");
    }
}
