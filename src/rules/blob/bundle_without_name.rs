use crate::diag::{Code, Level, Suite};
use crate::rules::{BlobView, Check, Findings, Rule};

pub(super) static RULE: Rule = Rule {
    code: Code {
        id: "bundle-without-name",
        summary: "a bundle has no name",
        suite: Suite::Required,
        level: Level::Error,
        since: "0.1.0",
        docs: include_str!("bundle_without_name.md"),
    },
    check: Check::Blob(check),
};

/// For `opm` it is the bundle of a nameless entry, or in no channel.
fn check(view: &BlobView<'_>, out: &mut Findings<'_>) {
    if view.blob.name.is_empty() {
        let finding = out.report(view.place().clone(), "a bundle has no name");
        finding.help("add `name`: that of the ClusterServiceVersion");
    }
}
