use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-minimum-kube-version",
        summary: "a CSV does not say which Kubernetes it needs",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("missing_minimum_kube_version.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(spec) = view.contents.spec() else { return };
    if spec.text(&["minKubeVersion"]).is_empty() {
        let finding =
            out.report(spec.place_of("minKubeVersion"), "this CSV does not say which Kubernetes it needs");
        finding.help("add `minKubeVersion`, the oldest that is tested, as in `1.25.0`");
    }
}
