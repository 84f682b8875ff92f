use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-provider",
        summary: "a CSV does not say who provides the operator",
        suite: Suite::OperatorHub,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("missing_provider.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(spec) = view.contents.spec() else { return };
    if spec.text(&["provider", "name"]).trim().is_empty() {
        out.report(spec.place().key("provider").key("name"), "this CSV names no provider")
            .help("add `provider: {name: ...}`");
    }
}
