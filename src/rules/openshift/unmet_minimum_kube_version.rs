use crate::diag::{Code, Level, Suite};
use crate::rules::kubernetes::{minor, minor_of_openshift};
use crate::rules::openshift_versions::{OPENSHIFT_VERSIONS, openshift_range};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unmet-minimum-kube-version",
        summary: "a bundle is for an OpenShift whose Kubernetes is too old for it",
        suite: Suite::OpenShift,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unmet_minimum_kube_version.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(at) = view.annotation(OPENSHIFT_VERSIONS) else { return };
    let text = view.contents.text(&["minKubeVersion"]);
    let (Some(needed), Some((first, _))) = (minor(text), openshift_range(at.value.text())) else { return };
    if minor_of_openshift(first) < needed {
        let message = format!(
            "OpenShift 4.{first} has Kubernetes 1.{}, and the CSV needs {text}",
            minor_of_openshift(first)
        );
        let finding = out.report(at.place(), message);
        let place = view.contents.spec().expect("it has minKubeVersion").place_of("minKubeVersion");
        finding.label(place, "what the CSV needs").help(format!("start at v4.{}", needed.saturating_sub(13)));
    }
}
