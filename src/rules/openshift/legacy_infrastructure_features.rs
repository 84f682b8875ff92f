use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "legacy-infrastructure-features",
        summary: "a CSV lists its features in the old annotation",
        suite: Suite::OpenShift,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("legacy_infrastructure_features.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    if let Some(at) = view.contents.annotation("operators.openshift.io/infrastructure-features") {
        out.report(at.place(), "this list is what older versions of OpenShift read")
            .help("use the annotations `features.operators.openshift.io/...`, and remove the list");
    }
}
