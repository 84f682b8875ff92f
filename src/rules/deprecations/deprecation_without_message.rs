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
    for (index, entry, _) in
        view.entries().filter(|(_, entry, first)| entry.message.is_empty() && first.is_none())
    {
        let what = match entry.name.as_ref() {
            "" => "the package".to_owned(),
            name => format!("`{name}`"),
        };
        out.report(view.entry_place(index), format!("the deprecation of {what} has no message"))
            .help("add `message`: what the user should do instead");
    }
}
