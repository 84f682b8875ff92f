use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-icon",
        summary: "a CSV has no icon",
        suite: Suite::OperatorHub,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("missing_icon.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(spec) = view.contents.spec() else { return };
    if spec.list(&["icon"]).next().is_none() {
        let finding = out.report(spec.place_of("icon"), "this CSV has no icon");
        finding.help("add `icon: [{base64data: ..., mediatype: image/svg+xml}]`");
    }
}
