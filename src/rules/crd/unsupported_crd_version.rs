use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unsupported-crd-version",
        summary: "a CRD is of an API version that OLM does not know",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unsupported_crd_version.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for object in view.contents.of_kind("CustomResourceDefinition") {
        let is_known =
            object.group != "apiextensions.k8s.io" || matches!(object.version, "v1" | "v1beta1" | "");
        if !is_known {
            let finding = out.report(
                object.at.place().key("apiVersion"),
                format!("OLM reads no CRD of {}", object.version),
            );
            finding.help("write `apiVersion: apiextensions.k8s.io/v1`");
        }
    }
}
