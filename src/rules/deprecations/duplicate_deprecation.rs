use crate::diag::{Code, Level, Suite};
use crate::rules::{Check, DeprecationsView, Findings, Rule};
use crate::text::Edit;

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "duplicate-deprecation",
        summary: "something is deprecated twice",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("duplicate_deprecation.md"),
    },
    check: Check::Deprecations(check),
};

/// `opm` refuses a second entry of the same schema and name.
fn check(view: &DeprecationsView<'_>, out: &mut Findings<'_>) {
    for (index, entry, first) in view.entries().filter(|(_, entry, _)| !entry.schema.is_empty()) {
        let Some(first) = first else { continue };
        let message = format!("`{}` `{}` is deprecated more than once", entry.schema, entry.name);
        let message = message.replace(" ``", "");
        let finding = out.report(view.entry_place(index), message);
        finding
            .label(view.entry_place(first), "first deprecated here")
            .help("keep one entry with one message");
        if view.blob.entries.iter().flatten().nth(first).is_some_and(|first| first.message == entry.message) {
            finding.fix(Edit::Remove(view.entry_place(index)));
        }
    }
}
