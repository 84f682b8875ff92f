use crate::diag::{Code, Level, Suite};
use crate::rules::kubernetes::is_subdomain;
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-substitution",
        summary: "a CSV substitutes itself, or what no CSV can be",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_substitution.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(at) = view.contents.annotation("olm.substitutesFor") else { return };
    let name = at.value.text();
    let message = if name == view.bundle.name() {
        format!("`{name}` substitutes itself")
    } else if !is_subdomain(name) {
        format!("no CSV can be named `{name}`")
    } else {
        return;
    };
    out.report(at.place(), message).help("name the CSV that this one is a rebuild of");
}
