use crate::diag::{Code, Level, Suite};
use crate::rules::kubernetes::{is_label_value, is_subdomain};
use crate::rules::{BundleView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "invalid-replaces",
        summary: "the name that a CSV replaces is none that a CSV can have",
        suite: Suite::GoodPractices,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("invalid_replaces.md"),
    },
    check: Check::Bundle(check),
};

fn check(view: &BundleView<'_>, out: &mut Findings<'_>) {
    let Some(replaces) = view.contents.spec().and_then(|spec| spec.get("replaces")) else { return };
    let name = replaces.value.text();
    let is_name = is_subdomain(name) && is_label_value(name);
    if !name.is_empty() && !is_name {
        let finding = out.report(replaces.place(), format!("no CSV can be named `{name}`"));
        finding.help("write the name of the CSV to replace, as in `demo.v1.2.3`");
    }
}
