use crate::diag::{Code, Level, Suite};
use crate::rules::{Check, DeprecationsView, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "deprecation-without-message",
        summary: "a deprecation has no message",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("deprecation_without_message.md"),
    },
    check: Check::Deprecations(check),
};

/// `opm` reports it at what is deprecated; a repeated entry is a fault of its own.
fn check(view: &DeprecationsView<'_>, out: &mut Findings<'_>) {
    for (index, entry, first) in view.entries().filter(|(_, entry, _)| entry.message.is_empty()) {
        if entry.schema.is_empty() || first.is_some() {
            continue; // `deprecation-without-schema`, `duplicate-deprecation`
        }
        let message = match entry.name.as_ref() {
            "" => "the deprecation of the package has no message".to_owned(),
            name => format!("the deprecation of `{name}` has no message"),
        };
        out.report(view.entry_place(index), message).help("add `message`: what the user should do instead");
    }
}
