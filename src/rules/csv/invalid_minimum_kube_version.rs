use crate::catalog::version::Version;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-minimum-kube-version",
        summary: "the Kubernetes that a CSV needs is not three numbers",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_minimum_kube_version.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(at) = view.contents.spec().and_then(|spec| spec.get("minKubeVersion")) else { return };
    let Some(text) = at.value.str().filter(|text| !text.is_empty()) else { return };
    if let Err(fault) = Version::parse(text) {
        let finding =
            out.report(at.place(), format!("`{text}` is no version of Kubernetes: {}", fault.message));
        finding.help("write three numbers, as in `1.25.0`");
    }
}
