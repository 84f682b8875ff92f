use crate::diag::{Code, Level, Suite};
use crate::rules::{Check, DeprecationsView, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "deprecation-without-schema",
        summary: "a deprecation does not say what kind of thing is deprecated",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("deprecation_without_schema.md"),
    },
    check: Check::Deprecations(check),
};

/// `opm` refuses an entry without `reference.schema`.
fn check(view: &DeprecationsView<'_>, out: &mut Findings<'_>) {
    for (index, _, _) in view.entries().filter(|(_, entry, _)| entry.schema.is_empty()) {
        out.report(
            view.entry_place(index).key("reference"),
            "a deprecation has no `schema` in its `reference`",
        )
        .help("add `schema`: `olm.package`, `olm.channel` or `olm.bundle`");
    }
}
