use crate::diag::{Code, Level, Suite};
use crate::rules::kubernetes::is_dns_label;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-suggested-namespace",
        summary: "the namespace that a CSV suggests is none",
        suite: Suite::GoodPractices,
        level: Level::Warn,
        since: "0.1.0",
        docs: include_str!("invalid_suggested_namespace.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(at) = view.contents.annotation("operatorframework.io/suggested-namespace") else { return };
    let name = at.value.text();
    if !is_dns_label(name) {
        let finding = out.report(at.place(), format!("no namespace can be named `{name}`"));
        finding.help("use lower-case letters, digits and inner hyphens, at most 63 in all");
    }
}
