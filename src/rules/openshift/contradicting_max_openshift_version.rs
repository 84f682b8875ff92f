use crate::diag::{Code, Level, Suite};
use crate::rules::openshift_versions::{OPENSHIFT_VERSIONS, max_openshift_versions, openshift_range};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "contradicting-max-openshift-version",
        summary: "a bundle is published to an OpenShift that it says it is not for",
        suite: Suite::OpenShift,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("contradicting_max_openshift_version.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(at) = view.annotation(OPENSHIFT_VERSIONS) else { return };
    let Some((first, last)) = openshift_range(at.value.text()) else { return };
    for (place, limit) in max_openshift_versions(view) {
        let Ok(limit) = limit else { continue };
        if limit < first || last.is_some_and(|last| last > limit) {
            let finding = out.report(
                at.place(),
                format!("`{}` goes beyond the last OpenShift, 4.{limit}", at.value.text()),
            );
            finding.label(place, "the last one").help("let the range end there");
        }
    }
}
