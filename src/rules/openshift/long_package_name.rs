use crate::bundle::PACKAGE_ANNOTATION;
use crate::diag::{Code, Level, Suite};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "long-package-name",
        summary: "a package has a name that OpenShift's tests cut",
        suite: Suite::OpenShift,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("long_package_name.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(at) = view.annotation(PACKAGE_ANNOTATION) else { return };
    let count = at.value.text().len();
    if (51..=63).contains(&count) {
        out.report(at.place(), format!("a package name of {count} characters"))
            .help("use 50 characters at most");
    }
}
