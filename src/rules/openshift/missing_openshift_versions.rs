use crate::diag::{Code, Level, Suite};
use crate::rules::openshift_versions::OPENSHIFT_VERSIONS;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "missing-openshift-versions",
        summary: "a bundle does not say for which OpenShift it is",
        suite: Suite::OpenShift,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("missing_openshift_versions.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(file) = view.bundle.annotations_file() else { return };
    let is_missing = view.annotation(OPENSHIFT_VERSIONS).is_none_or(|at| at.value.text().is_empty());
    if is_missing && !view.contents.text(&["minKubeVersion"]).is_empty() {
        let finding =
            out.report(file.place().key("annotations"), "nothing says for which OpenShift this bundle is");
        finding.help(format!("add `{OPENSHIFT_VERSIONS}: v4.12`"));
    }
}
