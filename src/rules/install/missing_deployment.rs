use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};
use crate::text::Kind;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-deployment",
        summary: "a CSV installs no Deployment",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("missing_deployment.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(spec) = view.contents.spec() else { return };
    if view.contents.deployments.is_empty()
        && spec.get("install").is_none_or(|install| install.value.kind() == Kind::Map)
    {
        let place = spec.place().key("install").key("spec").key("deployments");
        out.report(place, "this CSV installs no Deployment")
            .help("describe the operator's Deployment below `spec.install.spec.deployments`");
    }
}
