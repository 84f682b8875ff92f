use crate::diag::{Code, Level, Suite};
use crate::rules::openshift_versions::{OPENSHIFT_VERSIONS, openshift_range};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-openshift-versions",
        summary: "the versions of OpenShift that a bundle is for cannot be read",
        suite: Suite::OpenShift,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_openshift_versions.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(at) = view.annotation(OPENSHIFT_VERSIONS) else { return };
    let text = at.value.text();
    if text.contains(',') && text != "v4.5,v4.6" && text != "v4.6,v4.5" {
        let finding = out.report(at.place(), format!("a list like `{text}` was only for v4.5 and v4.6"));
        finding.help("write the first version, or a range, as in `v4.12-v4.16`");
    } else if !text.is_empty() && !text.contains(',') && openshift_range(text).is_none() {
        let finding = out.report(at.place(), format!("`{text}` is no version of OpenShift, nor a range"));
        finding.help("write it as in `v4.12`, `=v4.12` or `v4.12-v4.16`");
    }
}
