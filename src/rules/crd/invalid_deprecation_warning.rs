use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-deprecation-warning",
        summary: "a version of a CRD warns of a deprecation that it does not have, or at too great length",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_deprecation_warning.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    for version in view.contents.crds.iter().flat_map(|crd| crd.versions()) {
        let Some(warning) = version.get("deprecationWarning").filter(|warning| !warning.value.is_null())
        else {
            continue;
        };
        let why = if !version.is_true(&["deprecated"]) {
            "this version is not deprecated"
        } else if warning.value.text().len() > 256 {
            "the warning is longer than 256 characters"
        } else if warning.value.text().is_empty() {
            "the warning is empty"
        } else {
            continue;
        };
        out.report(warning.place(), why).help("add `deprecated: true` and a short warning, or remove both");
    }
}
