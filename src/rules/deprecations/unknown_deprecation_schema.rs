use crate::diag::{Code, Level, Suite};
use crate::rules::{Check, DeprecationsView, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "unknown-deprecation-schema",
        summary: "a deprecation is of a schema that cannot be deprecated",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("unknown_deprecation_schema.md"),
    },
    check: Check::Deprecations(check),
};

/// `opm` knows packages, channels and bundles.
fn check(view: &DeprecationsView<'_>, out: &mut Findings<'_>) {
    for (index, entry, first) in view.entries().filter(|(_, entry, _)| !entry.schema.is_empty()) {
        if SCHEMAS.contains(&entry.schema.as_ref()) || first.is_some() {
            continue;
        }
        let message = format!("nothing of schema `{}` can be deprecated", entry.schema);
        out.report(view.entry_place(index).key("reference").key("schema"), message)
            .help("write `olm.package`, `olm.channel` or `olm.bundle`");
    }
}

const SCHEMAS: [&str; 3] = ["olm.package", "olm.channel", "olm.bundle"];
