use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unknown-install-strategy",
        summary: "a CSV is to be installed by something else than Deployments",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unknown_install_strategy.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(strategy) = view.contents.spec().and_then(|spec| spec.at(&["install", "strategy"])) else {
        return;
    };
    let name = strategy.value.text();
    if strategy.value.str().is_some() && name != "deployment" {
        let message = if name.is_empty() {
            "the install strategy is empty".to_owned()
        } else {
            format!("OLM knows no install strategy `{name}`")
        };
        out.report(strategy.place(), message).help("write `strategy: deployment`");
    }
}
