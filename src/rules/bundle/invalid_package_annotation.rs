use crate::bundle::PACKAGE_ANNOTATION;
use crate::diag::{Code, Level, Suite};
use crate::rules::kubernetes::is_dns_label;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-package-annotation",
        summary: "the annotated package has a name that no catalog takes",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_package_annotation.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(at) = view.annotation(PACKAGE_ANNOTATION) else { return };
    let package = at.value.text();
    if !package.is_empty() && !is_dns_label(package) {
        let finding = out.report(at.place(), format!("package `{package}` is no DNS label"));
        finding.help("use lower-case letters, digits and inner hyphens, at most 63 in all");
    }
}
